#include "coordinator/manual/man_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/outcome.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/manual/command_manual.h"
#include "coordinator/manual/scdoc_text.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

std::string part(std::string_view name) {
  const auto parts = page_parts();
  return std::ranges::find(parts, name, &TextPart::name)->make();
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(ManPages, HaveEachOptionOfARun) {
  const std::string options = part("options"), settings = part("settings");
  for (const OptionRow& row : option_table()) {
    const std::string bold = scdoc_bold(row.main_name());
    if (row.in_config != InConfig::only) {
      EXPECT_TRUE(has(options, bold)) << bold;
    }
    const std::string setting = "*" + scdoc_text(row.long_name()) + "* = ";
    EXPECT_EQ(has(settings, setting), row.in_config != InConfig::no) << setting;
  }
}

TEST(ManPages, HaveEachErrorClass) {
  const std::string classes = part("error-classes");
  for (int i = 0; i < kErrorClasses; ++i) {
    const std::string bold = scdoc_bold(name(static_cast<ErrorClass>(i)));
    EXPECT_TRUE(has(classes, bold)) << bold;
  }
}

/// What a command accepts and what its help tells are two lists in the code; here they meet.
TEST(ManPages, TellOfEachOptionThatACommandAcceptsAndOfNoOther) {
  for (const CommandDescription& command : describe_commands()) {
    std::set<std::string> told;
    for (const ManualParagraph& paragraph : read_manual(command.help).paragraphs) {
      for (const auto& entry : paragraph.entries) {
        EXPECT_FALSE(entry.meaning.empty())
            << command.name << ": two blanks before what means " << entry.left;
        if (!entry.left.starts_with('-')) continue;
        for (const std::string& name : split_forms(entry.left).names) told.insert(name);
      }
    }
    EXPECT_EQ(told, std::set<std::string>(command.options.begin(), command.options.end()))
        << command.name;
  }
}

TEST(ManPages, AreMadeOfACommandsHelp) {
  for (const CommandDescription& command : describe_commands()) {
    const std::string page = command_page(command.name);
    EXPECT_TRUE(page.starts_with("fanfetch-" + std::string(command.name) + "(1)\n")) << page;
    for (const std::string& option : command.options) {
      EXPECT_TRUE(has(page, scdoc_bold(option))) << command.name << ' ' << option;
    }
    EXPECT_TRUE(has(page, "# EXIT STATUS\n\n0")) << page;
  }
}

TEST(FilledText, ReplacesWholeLinesOnly) {
  static constexpr TextPart kFruit[] = {{"fruit", [] { return std::string("apple\npear\n"); }}};
  EXPECT_EQ(fill_in("a @fruit@\n@fruit@\nb", kFruit).value(), "a @fruit@\napple\npear\nb\n");
  EXPECT_TRUE(has(fill_in("@stone@\n", kFruit).error().message, "'stone'"));
}

TEST(ScdocText, KeepsSignsOfTheLanguageAsTheyStand) {
  EXPECT_EQ(scdoc_text("a_b *c* [d] \\"), "a\\_b \\*c\\* \\[d\\] \\\\");
}

TEST(ScdocText, SplitsTheFormsOfAnOption) {
  const OptionForms forms = split_forms("-o, --output FILE");
  EXPECT_EQ(forms.names, (std::vector<std::string>{"-o", "--output"}));
  EXPECT_EQ(forms.value, "FILE");
  EXPECT_EQ(split_forms("--header-for HOST 'K: V'|@FILE").value, "HOST 'K: V'|@FILE");
  EXPECT_EQ(split_forms("max-duration=TIME, x").names.size(), 1u);
}

}  // namespace
}  // namespace fanfetch
