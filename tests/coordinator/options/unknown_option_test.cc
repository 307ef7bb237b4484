// What is said of a word that is no option.

#include "coordinator/options/unknown_option.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "coordinator/options/closest_words.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/options.h"
#include "coordinator/options/rival_options.h"

namespace fanfetch {
namespace {

TEST(ClosestWords, AreFewSlipsAwayOrBeginLikeThat) {
  using WordViews = std::vector<std::string_view>;
  static constexpr std::string_view kKnown[] = {"status", "verify",   "export",
                                                "jobs",   "max-size", "max-wait"};
  const std::pair<const char*, WordViews> kRows[] = {
      {"stats", {"status"}},
      {"Status", {"status"}},
      {"sttaus", {"status"}},
      {"verfy", {"verify"}},
      {"exprot", {"export"}},
      {"job", {"jobs"}},
      {"jbos", {"jobs"}},
      {"max", {"max-size", "max-wait"}},
      {"size", {"max-size"}},
      {"maxsize", {"max-size"}},
      {"pictures", {}},
      {"", {}},
      {"j", {}},
      {"st", {}},
      {"exp", {"export"}},
      {"max-siez", {"max-size"}},
      {"urls", {}},
      {"statusstatusstatus", {}},
  };
  for (const auto& [word, close] : kRows) EXPECT_EQ(close, closest_words(word, kKnown)) << word;
  EXPECT_TRUE(closest_words(std::string(100'000, 's'), kKnown).empty());
  EXPECT_EQ("--a, --b or --c", alternatives(WordViews{"a", "b", "c"}, "--"));
  EXPECT_EQ("a or b", alternatives(WordViews{"a", "b"}, ""));
}

TEST(UnknownOption, SaysWhichOneIsMeant) {
  const std::pair<const char*, const char*> kRows[] = {
      {"--job=4", "--job is not an option; did you mean --jobs?"},
      {"--retrys", "--retrys is not an option; did you mean --retries?"},
      {"--max_size=5", "--max_size is not an option; did you mean --max-size?"},
      {"--Output", "--Output is not an option; did you mean --output?"},
      {"--foo=secret", "--foo is not an option"},
      {"-z9",
       "-z9 is not an option; --refresh asks the server whether saved files are still current"},
      {"-5", "-5 is not an option"},
      {"--source=x", "--source is not an option"},
      {"--tries=5", "--tries is not an option; --retries N sets the tries after the first"},
      {"-c",
       "-c is not an option; fanfetch always resumes: give the same command again (curl's "
       "cookie jar: none are kept)"},
      {"-nv",
       "-nv is not an option; -q prints errors only; --progress none leaves out the progress"},
  };
  for (const auto& [word, text] : kRows) EXPECT_EQ(text, unknown_option(word));
}

TEST(UnknownOption, KnowsTheWordsOfOthers) {
  const std::pair<const char*, const char*> kRows[] = {
      {"-O", "-o DIR"},
      {"-P", "-o DIR"},
      {"-Pdir", "-o DIR"},
      {"-k", "--insecure"},
      {"--tries", "--retries"},
      {"--bwlimit=2M", "--limit-rate"},
      {"--transfers", "--jobs"},
      {"--dir", "-o DIR"},
      {"--url_list", "-i FILE"},
      {"--image_size=256", "as they are"},
      {"-x16", "--per-host"},
      {"--split", "one connection"},
      {"--max-connection-per-server=4", "--per-host"},
      {"-L", "redirects are followed"},
      {"--location", "redirects are followed"},
      {"--no-check-certificate", "--insecure"},
      {"--thread_count", "--jobs"},
      {"--processes_count", "--workers"},
      {"--tpslimit", "--rate"},
      {"--sleep", "--rate"},
      {"--download-archive", "never fetches a saved file again"},
      {"--output_folder", "-o DIR"},
      {"-t", "--retries"},
      {"-T", "--timeout"},
      {"-nc", "never"},
      {"-A", "--accept"},
      {"-R", "--reject"},
      {"-Z", "--jobs"},
      {"--parallel-max", "--jobs"},
      {"-u", "Authorization"},
      {"--cookie", "Cookie"},
      {"--remote-name-all", "--name"},
      {"--directory-prefix", "-o DIR"},
      {"--output-document", "--name"},
      {"-r", "--limit-rate"},
  };
  for (const auto& [word, answer] : kRows) {
    EXPECT_NE(unknown_option(word).find(answer), std::string::npos) << unknown_option(word);
  }
}

TEST(UnknownOption, OfAFile) {
  EXPECT_EQ("'nmae' is not an option; did you mean name?", unknown_setting("nmae"));
  EXPECT_EQ("'--jobs' is not an option; did you mean jobs?", unknown_setting("--jobs"));
  EXPECT_EQ("'j' is not an option; did you mean jobs?", unknown_setting("j"));
  EXPECT_EQ("'tries' is not an option; --retries N sets the tries after the first",
            unknown_setting("tries"));
  EXPECT_EQ("'' is not an option", unknown_setting(""));
}

/// The options that an answer names: `--jobs`, `-q`.
std::set<std::string> options_in(std::string_view answer) {
  std::set<std::string> found;
  std::istringstream words{std::string(answer)};
  for (std::string word; words >> word;) {
    while (!word.empty() &&
           std::string_view(",;:.)'").find(word.back()) != std::string_view::npos) {
      word.pop_back();
    }
    if (word.starts_with('(')) word.erase(0, 1);
    if (word.starts_with('-') && word.size() > 1) found.insert(word);
  }
  return found;
}

TEST(RivalOptions, NameOurOptionsAndHaveNoneOfTheirNames) {
  std::set<std::string> ours;
  for (const OptionRow& row : option_table()) {
    std::istringstream names{std::string(row.names)};
    for (std::string name; std::getline(names, name, ',');) {
      if (name.starts_with('-')) ours.insert(name);
    }
  }
  std::set<std::string> seen;
  for (const RivalWord& row : rival_options()) {
    EXPECT_FALSE(row.answer.empty()) << row.words;
    std::istringstream words{std::string(row.words)};
    for (std::string word; words >> word;) {
      EXPECT_TRUE(seen.insert(word).second) << word << " has two answers";
      EXPECT_EQ(word.find('_'), std::string::npos) << word;
      const std::string option = (word.size() == 1 ? "-" : "--") + word;
      EXPECT_FALSE(ours.contains(option)) << option << " is an option of ours";
    }
    // `curl -f` and `head -n` are no options of ours.
    for (const std::string& option : options_in(row.answer)) {
      if (option == "-f" || option == "-n" || option == "-P" || option == "-") continue;
      EXPECT_TRUE(ours.contains(option)) << option << " of the answer to " << row.words;
    }
  }
}

/// Each new option would change the meaning of somebody's abbreviation.
TEST(Options, HaveNoAbbreviations) {
  std::set<std::string> names;
  for (const OptionRow& row : option_table()) names.insert("--" + std::string(row.long_name()));
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::only) continue;
    const std::string name = "--" + std::string(row.long_name());
    for (std::size_t length = 3; length < name.size(); ++length) {
      const std::string cut = name.substr(0, length);
      if (names.contains(cut)) continue;
      for (const std::string& word : {cut, cut + "=1"}) {
        const char* const words[] = {"fanfetch", "--no-config", word.c_str(), "1"};
        const auto options = read_options(4, words);
        ASSERT_FALSE(options) << word;
        EXPECT_TRUE(options.error().text.starts_with("fanfetch: " + cut + " is not an option"))
            << options.error().text;
      }
    }
  }
}

}  // namespace
}  // namespace fanfetch
