#include "coordinator/commands/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fanfetch {
namespace {

tl::expected<Command, Exit> read(const std::vector<const char*>& words) {
  return read_command(words);
}

template <class Arguments>
Arguments as(const std::vector<const char*>& words) {
  const auto command = read(words);
  if (!command) throw std::runtime_error(command.error().text);
  return std::get<Arguments>(*command);
}

std::string error_of(const std::vector<const char*>& words) {
  const auto command = read(words);
  if (command) return "no error";
  EXPECT_EQ(command.error().status, 2);
  return command.error().text;
}

TEST(CommandLine, OnlyTheBareWordIsACommand) {
  for (const char* word : {"status", "verify", "export"}) EXPECT_TRUE(is_command_name(word));
  for (const char* word : {"./status", "status.txt", "Status", "stat", "", "-status", "imgur"}) {
    EXPECT_FALSE(is_command_name(word)) << word;
  }
}

TEST(CommandLine, Status) {
  const auto plain = as<StatusArguments>({"status", "images"});
  EXPECT_EQ(plain.folder.output, "images");
  EXPECT_EQ(plain.folder.ledger, "");
  EXPECT_FALSE(plain.json || plain.by_host);
  const auto all = as<StatusArguments>({"status", "--json", "d", "--by-host", "--ledger", "l"});
  EXPECT_EQ(all.folder.output, "d");
  EXPECT_EQ(all.folder.ledger, "l");
  EXPECT_TRUE(all.json && all.by_host);
  EXPECT_EQ(as<StatusArguments>({"status", "--ledger=x", "d", "--ledger=y"}).folder.ledger, "y");
}

TEST(CommandLine, Verify) {
  const auto plain = as<VerifyArguments>({"verify", "images"});
  EXPECT_FALSE(plain.repair || plain.quiet);
  const auto all = as<VerifyArguments>({"verify", "-q", "images", "--repair"});
  EXPECT_TRUE(all.repair && all.quiet);
  EXPECT_TRUE(as<VerifyArguments>({"verify", "images", "--quiet"}).quiet);
}

TEST(CommandLine, Export) {
  const auto plain = as<ExportArguments>({"export", "images"});
  EXPECT_EQ(plain.file, "-");
  EXPECT_EQ(plain.format, ExportFormat::jsonl);
  EXPECT_EQ(as<ExportArguments>({"export", "d", "-"}).file, "-");
  EXPECT_EQ(as<ExportArguments>({"export", "d", "a.jsonl"}).format, ExportFormat::jsonl);
  EXPECT_EQ(as<ExportArguments>({"export", "d", "a.csv"}).format, ExportFormat::csv);
  EXPECT_EQ(as<ExportArguments>({"export", "d", "--format", "csv"}).format, ExportFormat::csv);
  const auto against_its_ending = as<ExportArguments>({"export", "--format=jsonl", "d", "a.csv"});
  EXPECT_EQ(against_its_ending.format, ExportFormat::jsonl);
  EXPECT_EQ(against_its_ending.file, "a.csv");
}

TEST(CommandLine, FoldersOfAnyName) {
  EXPECT_EQ(as<StatusArguments>({"status", "status"}).folder.output, "status");
  EXPECT_EQ(as<StatusArguments>({"status", "--", "--json"}).folder.output, "--json");
  EXPECT_EQ(as<StatusArguments>({"status", "a b"}).folder.output, "a b");
}

TEST(CommandLine, Errors) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{"status"}, "fanfetch status: DIR is missing\nsee fanfetch status --help\n"},
      {{"status", ""}, "DIR is missing"},
      {{"status", "a", "b"}, "'b' is one word too many"},
      {{"verify", "a", "b"}, "'b' is one word too many"},
      {{"export", "a", "b.csv", "c"}, "'c' is one word too many"},
      {{"status", "a", "--repair"}, "--repair is not an option"},
      {{"verify", "a", "--json=1"}, "--json is not an option"},
      {{"export", "a", "-x"}, "-x is not an option"},
      {{"status", "a", "--ledger"}, "--ledger needs a value"},
      {{"status", "--ledger=", "a"}, "--ledger: its value is empty"},
      {{"export", "a", "--format"}, "--format needs a value"},
      {{"export", "a", "--format", "xml"}, "'xml' is not jsonl or csv"},
      {{"export", "a", "--format="}, "'' is not jsonl or csv"},
      {{"export", "a", "b.txt"}, "the ending of 'b.txt' is not .jsonl or .csv"},
      {{"export", "a", ""}, "FILE is empty"},
      {{"status", "a", "\x1b[31m"}, "'?[31m' is one word too many"},
  };
  for (const auto& [words, expected] : cases) {
    EXPECT_NE(error_of(words).find(expected), std::string::npos) << error_of(words);
  }
}

TEST(CommandLine, HelpFitsAScreen) {
  for (const char* name : {"status", "verify", "export"}) {
    const auto leave = read({name, "--nonsense", "--help"});
    ASSERT_FALSE(leave) << name;
    EXPECT_EQ(leave.error().status, 0);
    const std::string& text = leave.error().text;
    EXPECT_TRUE(text.starts_with(std::string("Usage: fanfetch ") + name + " DIR")) << text;
    EXPECT_NE(text.find("--ledger FILE"), std::string::npos);
    EXPECT_LE(std::ranges::count(text, '\n'), 24);
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos;
         start = end + 1) {
      EXPECT_LE(end - start, 80u) << text.substr(start, end - start);
    }
    EXPECT_EQ(read({name, "-h"}).error().text, text);
  }
}

}  // namespace
}  // namespace fanfetch
