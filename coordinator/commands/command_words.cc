#include "coordinator/commands/command_words.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/ascii.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/options/closest_words.h"
#include "coordinator/options/rival_options.h"

namespace fanfetch {
namespace {

/// What other programs call something, and what to do here; behind "'get' is not a command; ".
constexpr RivalWord kTable[] = {
    {"get download dl fetch add addurl adduri add-uri copy copyurl start run crawl wget curl",
     "none is needed: fanfetch SOURCE downloads the links of SOURCE"},
    {"retry again redo restart repeat",
     "give the run's command again, or try the failed links with fanfetch --retry-failed all -o "
     "DIR"},
    {"continue continue-run proceed",
     "fanfetch goes on where the last run stopped when its command is given again"},
    {"sync update refresh mirror", "fanfetch --refresh SOURCE fetches what is newer"},
    {"info show stat stats state summary ls list progress watch monitor tellstatus",
     "fanfetch status DIR says what was saved and what failed"},
    {"dashboard browser browse serve server ui gui",
     "fanfetch web DIR shows DIR and its run in a browser"},
    {"unpause continue-all go", "fanfetch resume DIR goes on with a run that is paused"},
    {"kill quit abort cancel end exit shutdown terminate halt",
     "fanfetch stop DIR ends a run that is going on"},
    {"limit throttle bwlimit jobs changeoption tune",
     "fanfetch set DIR NAME=VALUE changes a run that is going on"},
    {"check checksum hash hashsum fsck test validate cryptcheck",
     "fanfetch verify DIR reads all saved files again"},
    {"repair fix heal", "fanfetch verify DIR --repair marks what is to be fetched again"},
    {"dump csv json records results log history",
     "fanfetch export DIR writes a record of each link"},
    {"html graph chart charts",
     "fanfetch report DIR writes what the runs have brought as an HTML file"},
    {"failed failures errors", "fanfetch export DIR --failed lists the failed links"},
    {"urls links", "fanfetch export DIR --format urls lists the links"},
    {"config configure settings options", "see fanfetch --help-all"},
    {"clean cleanup purge delete rm remove dedupe",
     "fanfetch removes no files: what a run left unfinished, the next one uses or clears away"},
    {"man usage", "see fanfetch --help, or fanfetch help COMMAND"},
    {"upgrade self-update selfupdate", "the package manager does that"},
};

bool is_bare(std::string_view word) {
  return !word.empty() && word.front() != '-' &&
         word.find_first_of("/.:") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> no_command(std::string_view word) {
  if (!is_bare(word) || is_command_name(word) || word == "imgur") return std::nullopt;
  const std::string file = fmt::format(" (for a file write ./{})", word);
  if (const auto answer = rival_answer(kTable, to_lower(word)); !answer.empty()) {
    return fmt::format("'{}' is not a command; {}{}", word, answer, file);
  }
  std::vector<std::string_view> known = command_names();
  known.emplace_back("imgur");
  const auto close = closest_words(word, known);
  if (close.empty()) return std::nullopt;
  return fmt::format("'{}' is no command and no source; did you mean {}?{}", word,
                     alternatives(close, ""), file);
}

}  // namespace fanfetch
