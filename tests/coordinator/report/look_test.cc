#include "coordinator/report/look.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Surroundings terminal() {
  return {.is_terminal = true, .term = "xterm-256color", .lang = "de_DE.UTF-8"};
}

TEST(Look, ATerminalHasColourAndBlocks) {
  const Look look = look_for(terminal());
  EXPECT_TRUE(look.redraws);
  EXPECT_TRUE(look.colour);
  EXPECT_TRUE(look.unicode);
  EXPECT_EQ(look.stamp, Look::Stamp::none);
}

TEST(Look, WhatTheEnvironmentTakesAway) {
  struct Row {
    const char* name;
    void (*change)(Surroundings&);
    bool redraws, colour, unicode;
  };
  const Row kRows[] = {
      {"NO_COLOR=1", [](Surroundings& s) { s.no_color = "1"; }, true, false, true},
      {"NO_COLOR=", [](Surroundings& s) { s.no_color = ""; }, true, true, true},
      {"TERM=dumb", [](Surroundings& s) { s.term = "dumb"; }, false, false, false},
      {"TERM=", [](Surroundings& s) { s.term = ""; }, false, false, false},
      {"no TERM", [](Surroundings& s) { s.term.reset(); }, false, false, false},
      {"the console", [](Surroundings& s) { s.term = "linux"; }, true, true, false},
      {"LANG=C", [](Surroundings& s) { s.lang = "C"; }, true, true, false},
      {"no locale", [](Surroundings& s) { s.lang.reset(); }, true, true, false},
      {"Latin-1", [](Surroundings& s) { s.lang = "de_DE.ISO-8859-1"; }, true, true, false},
      {"LANG=C.utf8", [](Surroundings& s) { s.lang = "C.utf8"; }, true, true, true},
      {"LC_ALL=C", [](Surroundings& s) { s.lc_all = "C"; }, true, true, false},
      {"LC_ALL=", [](Surroundings& s) { s.lc_all = ""; }, true, true, true},
      {"LC_CTYPE=POSIX", [](Surroundings& s) { s.lc_ctype = "POSIX"; }, true, true, false},
      {"LC_ALL over LC_CTYPE",
       [](Surroundings& s) {
         s.lc_ctype = "C";
         s.lc_all = "C.UTF-8";
       },
       true, true, true},
      {"a pipe", [](Surroundings& s) { s.is_terminal = false; }, false, false, false},
  };
  for (const Row& row : kRows) {
    Surroundings around = terminal();
    row.change(around);
    const Look look = look_for(around);
    EXPECT_EQ(look.redraws, row.redraws) << row.name;
    EXPECT_EQ(look.colour, row.colour) << row.name;
    EXPECT_EQ(look.unicode, row.unicode) << row.name;
  }
}

TEST(Look, TheJournalIsKnownByItsStream) {
  Surroundings around{.device = 9, .inode = 4711};
  EXPECT_EQ(look_for(around).stamp, Look::Stamp::time);
  for (const char* other : {"", "9", "9:4712", "19:4711", "9:47110", "9:4711 ", ":"}) {
    around.journal_stream = other;
    EXPECT_EQ(look_for(around).stamp, Look::Stamp::time)
        << "stderr was redirected to another file: " << other;
  }
  around.journal_stream = "9:4711";
  EXPECT_EQ(look_for(around).stamp, Look::Stamp::priority);
  around.is_terminal = true;
  EXPECT_EQ(look_for(around).stamp, Look::Stamp::none);
}

TEST(Look, WhatStandsBeforeALine) {
  const WallTime now{std::chrono::milliseconds(1'700'000'000'123)};
  using Stamp = Look::Stamp;
  EXPECT_EQ(stamp(Stamp::none, Level::error, When::now, now), "");
  EXPECT_EQ(stamp(Stamp::time, Level::error, When::now, now), "2023-11-14T22:13:20Z ");
  EXPECT_EQ(stamp(Stamp::time, Level::error, When::whenever, now), "");
  EXPECT_EQ(stamp(Stamp::priority, Level::error, When::whenever, now), "<3>");
  EXPECT_EQ(stamp(Stamp::priority, Level::detail, When::now, now), "<7>");
}

}  // namespace
}  // namespace fanfetch
