#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/control/settings.h"

namespace fanfetch {

/// What a client takes from an answer (answer.h) to a word: what it asked for was done, or not.
struct ReadAnswer {
  bool ok = false;
  std::string error, message;  ///< Of a refusal.
  bool changed = false;        ///< false: it was so already.
  std::vector<SettingLine> settings;
  std::string text;  ///< Of a status: a line for people.
};

/// `line`: with its LF or without. Error: it is none of a run's. Pure, for bytes from anybody.
[[nodiscard]] Result<ReadAnswer> read_answer(std::string_view line);

}  // namespace fanfetch
