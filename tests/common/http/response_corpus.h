#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/http/response_reader.h"

namespace fanfetch {

/// One response as bytes on a connection that is closed behind them, and what is right to make of
/// it.
struct CorpusEntry {
  std::string name;
  std::string bytes;
  ResponseReader::Problem problem = ResponseReader::Problem::none;
  int status = 200;       ///< 0: its head is not readable.
  std::string body = {};  ///< With a problem: what came of it before.
  bool length_verified = true;
  bool keeps_connection = true;
  std::string behind = {};  ///< Bytes that lie behind the response.
};

/// At least 300, each with another reason to be here.
[[nodiscard]] std::span<const CorpusEntry> response_corpus();

}  // namespace fanfetch
