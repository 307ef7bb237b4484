#include <gtest/gtest.h>

#include <algorithm>

#include "coordinator/commands/command_line.h"
#include "coordinator/manual/completion_scripts.h"
#include "coordinator/manual/completion_words.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

using ValueKind = CompletionValue::Kind;
using Words = std::vector<std::string>;

TEST(CompletionValue, IsReadFromTheHelp) {
  EXPECT_EQ(read_value("").kind, ValueKind::none);
  EXPECT_EQ(read_value("FILE|-").kind, ValueKind::file);
  EXPECT_EQ(read_value("DIR").kind, ValueKind::folder);
  EXPECT_EQ(read_value("N").kind, ValueKind::text);
  EXPECT_EQ(read_value("EXT,...").kind, ValueKind::text);
  EXPECT_EQ(read_value("N|auto[:MAX]").words, Words{"auto"});
  EXPECT_EQ(read_value("auto|bar|plain|none").words, (Words{"auto", "bar", "plain", "none"}));
  EXPECT_FALSE(read_value("auto|bar").list);
  EXPECT_TRUE(read_value("HOST,...").list);
  EXPECT_EQ(read_value("HOST,...").kind, ValueKind::hosts);
}

TEST(CompletionValue, KnowsTheErrorClasses) {
  const CompletionValue value = read_value("CLASS,...|all|none");
  EXPECT_TRUE(value.list);
  for (const char* word : {"http_4xx", "crashed_worker", "all", "none"}) {
    EXPECT_TRUE(std::ranges::count(value.words, word)) << word;
  }
}

TEST(CompletionCommands, AreTheRunAndAllOfTheHelp) {
  const auto commands = completion_commands();
  ASSERT_EQ(commands.size(), command_names().size() + 1);
  EXPECT_EQ(commands[0].name, "");
  for (const CompletionCommand& command : commands) {
    EXPECT_NE(command.name.empty(), !command.meaning.empty()) << command.name;
  }
  const auto set = std::ranges::find(commands, "set", &CompletionCommand::name);
  EXPECT_TRUE(std::ranges::count(set->assignments, "jobs="));
  EXPECT_TRUE(std::ranges::count(set->assignments, "min-free="));
  EXPECT_TRUE(std::ranges::count(set->assignments, "host.HOST="));
}

/// All lines of `parts`.
std::string text_of(std::span<const TextPart> parts) {
  std::string text;
  for (const TextPart& part : parts) text += part.make();
  return text;
}

TEST(CompletionScripts, HaveEachOptionAndEachCommand) {
  const std::string bash = text_of(bash_parts()), zsh = text_of(zsh_parts()),
                    fish = text_of(fish_parts());
  const auto has = [](const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  };
  for (const CompletionCommand& command : completion_commands()) {
    EXPECT_TRUE(has(bash, command.name)) << command.name;
    EXPECT_TRUE(has(zsh, "'" + command.name)) << command.name;
    EXPECT_TRUE(has(fish, "-a " + command.name)) << command.name;
    for (const CompletionOption& option : command.options) {
      for (const std::string& name : option.names) {
        EXPECT_TRUE(has(bash, name)) << name;
        EXPECT_TRUE(has(zsh, name)) << name;
        const bool is_long = name.starts_with("--");
        EXPECT_TRUE(has(fish, is_long ? "-l " + name.substr(2) : "-s " + name.substr(1))) << name;
      }
    }
  }
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::only) continue;
    EXPECT_TRUE(has(bash, std::string(row.main_name()))) << row.names;
  }
}

}  // namespace
}  // namespace fanfetch
