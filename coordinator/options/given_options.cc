#include "coordinator/options/given_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "coordinator/options/unknown_option.h"

namespace fanfetch {
namespace {

/// The words in order, from argv[1] on. CLI11 takes `--name=` for `--name` and would swallow the
/// next word as the value.
std::vector<std::string> split_words(int argc, const char* const* argv) {
  std::vector<std::string> words;
  bool only_sources = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    only_sources = only_sources || word == "--";
    if (!only_sources && word.starts_with("--") && word.find('=') == word.size() - 1) {
      const auto* option = find_option(word.substr(2, word.size() - 3));
      if (option != nullptr && option->in_config != InConfig::only && option->value_count() > 0) {
        words.emplace_back(word.substr(0, word.size() - 1));
        words.emplace_back();
        continue;
      }
    }
    words.emplace_back(word);
  }
  return words;
}

/// What CLI11 found to be no option: sources, and words that only look like options.
Result<std::vector<std::string>> take_sources(const std::vector<std::string>& rest) {
  std::vector<std::string> sources;
  bool only_sources = false;
  for (const std::string& word : rest) {
    if (!only_sources && word == "--") {
      only_sources = true;
    } else if (!only_sources && word.size() > 1 && word.starts_with('-')) {
      return fail("{}", unknown_option(word));
    } else if (word.empty()) {
      return fail("a SOURCE is empty");
    } else {
      sources.push_back(word);
    }
  }
  return sources;
}

}  // namespace

Result<GivenOptions> read_given_options(int argc, const char* const* argv) {
  CLI::App app;
  app.set_help_flag();  // ours are rows of the table
  app.allow_extras();
  std::vector<std::pair<const OptionRow*, CLI::Option*>> options;
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::only) continue;
    const std::string names(row.names);
    auto* option = row.value_count() == 0
                       ? app.add_flag(names)
                       : app.add_option(names)->type_size(row.value_count())->take_all();
    options.emplace_back(&row, option);
  }
  std::vector<std::string> words = split_words(argc, argv);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string_view what = mismatch.what();  // "--jobs: 1 required TEXT missing"
    for (const auto& [row, option] : options) {
      if (what.substr(0, what.find(':')) == row->main_name()) {
        return fail("{0} needs a value: {0} {1}", row->main_name(), row->value);
      }
    }
    return fail("{}", what);
  } catch (const CLI::Error& error) {
    return fail("{}", error.what());
  }

  GivenOptions line;
  for (const auto& [row, option] : options) {
    if (option->count() > 0) line.given[row] = option->results();
  }
  auto sources = take_sources(app.remaining());
  if (!sources) {
    if (line.has("help") || line.has("help-all")) return line;
    return tl::unexpected(sources.error());
  }
  line.sources = std::move(*sources);
  return line;
}

}  // namespace fanfetch
