#include "coordinator/commands/command_words.h"

#include <gtest/gtest.h>

#include <sstream>

#include "coordinator/commands/command_line.h"

namespace fanfetch {
namespace {

TEST(NoCommand, SaysWhatIsMeant) {
  const std::pair<const char*, const char*> kRows[] = {
      {"staus",
       "'staus' is no command and no source; did you mean status? (for a file write "
       "./staus)"},
      {"Status", "did you mean status?"},
      {"exports", "did you mean export?"},
      {"verfy", "did you mean verify?"},
      {"hlep", "did you mean help?"},
      {"imgurr", "did you mean imgur?"},
      {"get", "'get' is not a command; none is needed: fanfetch SOURCE downloads"},
      {"Download", "none is needed"},
      {"retry", "fanfetch --retry-failed all -o DIR"},
      {"watch", "fanfetch status DIR"},
      {"stats", "fanfetch status DIR"},
      {"ls", "fanfetch status DIR"},
      {"check", "fanfetch verify DIR"},
      {"dump", "fanfetch export DIR"},
      {"html", "fanfetch report DIR"},
      {"errors", "fanfetch export DIR --failed"},
      {"dashboard", "fanfetch web DIR"},
      {"sync", "fanfetch --refresh SOURCE"},
      {"continue", "when its command is given again"},
  };
  for (const auto& [word, words] : kRows) {
    const auto said = no_command(word);
    ASSERT_TRUE(said) << word;
    EXPECT_NE(said->find(words), std::string::npos) << *said;
    // What it advises exists.
    std::istringstream rest(said->substr(said->find(';')));
    std::string before;
    for (std::string one; rest >> one; before = one) {
      if (before == "fanfetch" && one != "SOURCE" && one[0] >= 'a' && one[0] <= 'z' &&
          one != "goes" && one != "removes") {
        EXPECT_TRUE(is_command_name(one)) << *said;
      }
    }
  }
}

TEST(NoCommand, LeavesSourcesAlone) {
  for (const char* word : {"imgur", "status", "help", "./stats", "stats.txt", "imgur:r/x", "-", "",
                           "-q", "--status", "pictures", "urls.txt", "http://get/", "my-list"}) {
    EXPECT_FALSE(no_command(word)) << word;
  }
}

}  // namespace
}  // namespace fanfetch
