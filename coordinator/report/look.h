#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"

namespace fanfetch {

/// What stderr is, and what the environment says of it.
struct Surroundings {
  bool is_terminal = false;
  std::uint64_t device = 0;  ///< Of stderr's file, as fstat() has them.
  std::uint64_t inode = 0;
  // Variables; nullopt: not set.
  std::optional<std::string> term;
  std::optional<std::string> no_color;
  std::optional<std::string> journal_stream;
  std::optional<std::string> lc_all;
  std::optional<std::string> lc_ctype;
  std::optional<std::string> lang;
};

/// How to write for whoever reads stderr.
struct Look {
  /// What stands before lines that come while a run goes on.
  enum class Stamp : std::uint8_t {
    none,      ///< On a terminal somebody sits.
    time,      ///< In a file or a pipe.
    priority,  ///< `<5>`, on every line: for the journal, which has the time already.
  };
  bool redraws = false;  ///< A bar can be redrawn in place.
  bool colour = false;
  bool unicode = false;  ///< Block characters are seen as such.
  Stamp stamp = Stamp::none;
};

/// Colour and blocks only where a bar can be redrawn: colour not with NO_COLOR, blocks only with a
/// UTF-8 locale, and not on the console, whose fonts lack them. Pure.
[[nodiscard]] Look look_for(const Surroundings& around);
/// Those of this process.
[[nodiscard]] Surroundings surroundings();

/// How grave a line is: the priorities of syslog.
enum class Level : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, detail = 7 };

/// Whether a line tells what happens now, or what holds whenever it is read, as a run's end does.
enum class When : std::uint8_t { now, whenever };
/// What stands before a line: nothing, `2026-11-22T20:12:05Z ` if it tells what happens now, or
/// `<5>`.
[[nodiscard]] std::string stamp(Look::Stamp kind, Level level, When when, WallTime now);

/// What a piece of a line is about; decides its colour.
enum class Ink : std::uint8_t { none, good, bad, waits };

/// A piece of a line. Its text may hold anything: Console makes it printable.
struct Span {
  std::string text;
  Ink ink = Ink::none;
};
using Spans = std::vector<Span>;

/// The text without colours.
[[nodiscard]] std::string plain_text(const Spans& spans);

}  // namespace fanfetch
