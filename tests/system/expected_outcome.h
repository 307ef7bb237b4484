#pragma once

#include <string>
#include <string_view>

#include "common/http/response_reader.h"

namespace fanfetch::system {

/// What a run has to report of a link whose server sends one certain response, each time.
struct ExpectedOutcome {
  std::string error = {};  ///< Class of the failure; empty: saved.
  bool retryable = false;
  std::string body = {};  ///< What is saved.
};

/// What a reader made of the bytes of a response.
struct ReadResponse {
  ResponseReader::Problem problem = ResponseReader::Problem::none;
  int status = 0;          ///< 0: its head cannot be read.
  bool is_framed = false;  ///< Its head can be read, and says where the body ends.
  std::string body = {};
};

/// Reads `bytes`, behind which the connection ends, in one piece.
[[nodiscard]] ReadResponse read_response(std::string_view bytes);

/// For a GET of a `.bin` link with no more than `Content-Length`, framing and fields that mean
/// nothing in its head.
[[nodiscard]] ExpectedOutcome expected_outcome(const ReadResponse& response);

}  // namespace fanfetch::system
