#include "coordinator/manual/command_manual.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using ParagraphKind = ManualParagraph::Kind;

constexpr std::string_view kHelp = R"(Usage: fanfetch peel DIR [OPTIONS]
       fanfetch peel --all
Peels the fruit
in DIR.

  --knife FILE   the one to use,
                 if there are several
  NAME=VALUE
                 of a fruit
  -q, --quiet    say nothing

Needs a hand:
  q  leave     p  peel on

Exit status: 0; 2 no
fruit there.
)";

TEST(CommandManual, PartsAHelpTextIntoParagraphs) {
  const CommandManual manual = read_manual(kHelp);
  EXPECT_EQ(manual.synopsis,
            (std::vector<std::string>{"fanfetch peel DIR [OPTIONS]", "fanfetch peel --all"}));
  EXPECT_EQ(manual.exit_status, "0; 2 no fruit there.");
  ASSERT_EQ(manual.paragraphs.size(), 4u);
  EXPECT_EQ(manual.paragraphs[0].text, "Peels the fruit in DIR.");
  EXPECT_EQ(manual.paragraphs[1].kind, ParagraphKind::entries);
  EXPECT_EQ(manual.paragraphs[2].text, "Needs a hand:");
}

TEST(CommandManual, JoinsTheLinesOfAnEntry) {
  const auto entries = read_manual(kHelp).paragraphs.at(1).entries;
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].left, "--knife FILE");
  EXPECT_EQ(entries[0].meaning, "the one to use, if there are several");
  EXPECT_EQ(entries[1].left, "NAME=VALUE");
  EXPECT_EQ(entries[1].meaning, "of a fruit");
  EXPECT_EQ(entries[2].left, "-q, --quiet");
}

TEST(CommandManual, LeavesSeveralColumnsAsTheyStand) {
  const auto paragraph = read_manual(kHelp).paragraphs.at(3);
  EXPECT_EQ(paragraph.kind, ParagraphKind::literal);
  EXPECT_EQ(paragraph.text, "q  leave     p  peel on\n");
}

}  // namespace
}  // namespace fanfetch
