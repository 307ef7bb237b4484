// libFuzzer harness of ResponseReader: splits never change what is read, nothing is taken that is
// not there, and a second parser, of Boost.Beast, reads the same where both accept a response.
// Input: 8 bytes that seed the splits, then the bytes of a connection. See scripts/fuzz.

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstring>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "common/http/response_reader.h"
#include "tests/fuzz/fuzz_input.h"

// Where only one of them accepts a response, seen in the corpus. Where both accept, status, body
// and end must be the same.
//
//     bytes                                 | ResponseReader       | Beast
//     --------------------------------------+----------------------+------------------------------
//     LF alone as a line's end              | accepts (9112, 2.2)  | refuses
//     a status without the blank behind it  | accepts (common)     | refuses
//     a status below 100 or above 599       | refuses: no meaning  | accepts
//     a blank between a name and its colon  | removes it (5.1)     | refuses
//     control characters in a value         | blanks (9110, 5.5)   | refuses
//     more than 256 lines, 256 KiB          | refuses: our limit   | accepts what it was set to
//     another coding than `chunked`, or a   | refuses: the bytes   | hands over what is there, as
//     list of codings                       | would be no file     | chunks or until close
//     chunks by HTTP/1.0                    | refuses (6.1)        | accepts
//     a length beside `chunked`             | chunked, and the     | refuses
//                                           | connection ends (6.3)|
//     blanks behind a chunk's size          | accepts: old IIS     | refuses
//     `5;`, an extension without a name     | skips it             | refuses
//     trailers that are no fields, or frame | skips them, as none  | refuses
//                                           | is looked at         |

namespace {

namespace http = boost::beast::http;
using fanfetch::Framing;
using fanfetch::ResponseReader;
using State = ResponseReader::State;
using Bytes = std::span<const std::byte>;

struct Reading {
  ResponseReader reader;
  std::string body;
  std::size_t taken = 0;  // bytes up to the response's end
  bool has_head = false;
};

/// Takes one piece; false: the response is over.
bool take(Reading& reading, Bytes piece) {
  while (!piece.empty()) {
    const Bytes before = piece;
    const State state = reading.reader.state();
    const Bytes body = reading.reader.next(piece);
    // What is left is the end of what there was, and the body lies in what is gone.
    REQUIRE(piece.size() <= before.size());
    REQUIRE(piece.empty() || piece.data() + piece.size() == before.data() + before.size());
    const std::size_t gone = before.size() - piece.size();
    REQUIRE(body.empty() ||
            (body.data() >= before.data() && body.data() + body.size() <= before.data() + gone));
    REQUIRE(body.empty() || state == State::body);
    reading.body.append(reinterpret_cast<const char*>(body.data()), body.size());
    REQUIRE(reading.reader.body_bytes() == reading.body.size());
    reading.taken += gone;
    if (reading.reader.state() == State::body || reading.reader.state() == State::done) {
      reading.has_head = true;
      REQUIRE(reading.reader.head().status() >= 200 && reading.reader.head().status() <= 599);
    }
    if (reading.reader.state() == State::done || reading.reader.state() == State::broken) {
      return false;
    }
    REQUIRE(gone > 0 || reading.reader.state() != state);
  }
  return true;
}

void end(Reading& reading) {
  reading.reader.end_of_connection();
  const ResponseReader& reader = reading.reader;
  REQUIRE(reader.state() == State::done || reader.state() == State::broken);
  REQUIRE((reader.state() == State::done) == (reader.problem() == ResponseReader::Problem::none));
  REQUIRE(reader.problem_text().empty() == (reader.state() == State::done));
  for (const char c : reader.problem_text()) REQUIRE(static_cast<unsigned char>(c) >= ' ');
  REQUIRE(!reader.keeps_connection() || reader.state() == State::done);
  if (reader.length_verified() && reader.framing().kind == Framing::Kind::length) {
    REQUIRE(reader.framing().length == reading.body.size());
  }
}

void require_same(const Reading& whole, const Reading& split) {
  REQUIRE(whole.reader.state() == split.reader.state());
  REQUIRE(whole.reader.problem() == split.reader.problem());
  REQUIRE(whole.reader.has_bytes() == split.reader.has_bytes());
  REQUIRE(whole.has_head == split.has_head);
  REQUIRE(whole.body == split.body);
  REQUIRE(whole.reader.length_verified() == split.reader.length_verified());
  REQUIRE(whole.reader.keeps_connection() == split.reader.keeps_connection());
  if (whole.reader.state() == State::done) REQUIRE(whole.taken == split.taken);
  if (!whole.has_head) return;
  const auto& head = whole.reader.head();
  const auto& other = split.reader.head();
  REQUIRE(head.status() == other.status());
  REQUIRE(head.version() == other.version());
  REQUIRE(head.body_length() == other.body_length());
  REQUIRE(head.size() == other.size());
  for (std::size_t i = 0; i < head.size(); ++i) {
    REQUIRE(head.line(i).name == other.line(i).name);
    REQUIRE(head.line(i).value == other.line(i).value);
    for (const char c : head.line(i).value) {
      REQUIRE(static_cast<unsigned char>(c) >= ' ' || c == '\t');
    }
  }
}

// --- The oracle ---

struct OracleReading {
  bool accepted = false;
  int status = 0;
  std::string body;
  std::size_t taken = 0;
};

OracleReading read_by_beast(const char* data, std::size_t size) try {
  OracleReading result;
  std::size_t offset = 0;
  for (;;) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(1 << 20);
    parser.body_limit(size);
    parser.eager(true);
    boost::beast::error_code error;
    while (offset < size && !parser.is_done()) {
      const std::size_t used = parser.put(boost::asio::buffer(data + offset, size - offset), error);
      offset += used;
      if (error == http::error::need_more) {
        error = {};
        break;
      }
      if (error) return result;
      if (used == 0) break;
    }
    if (!parser.is_done()) {
      if (!parser.got_some() || !parser.is_header_done()) return result;
      parser.put_eof(error);
      if (error || !parser.is_done()) return result;
    }
    result.status = static_cast<int>(parser.get().result_int());
    if (result.status >= 100 && result.status < 200) continue;  // informational
    result.accepted = true;
    result.body = parser.get().body();
    result.taken = offset;
    return result;
  }
} catch (const std::exception&) {  // a field of more than 64 KiB, or a body larger than memory
  return {};
}

void compare_with_beast(const Reading& ours, const char* data, std::size_t size) {
  if (ours.reader.state() != State::done) return;
  const OracleReading theirs = read_by_beast(data, size);
  if (!theirs.accepted) return;
  REQUIRE(theirs.status == ours.reader.head().status());
  REQUIRE(theirs.body == ours.body);
  REQUIRE(theirs.taken == ours.taken);
}

}  // namespace

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  std::uint64_t seed = 0;
  std::memcpy(&seed, data, 8);
  const Bytes bytes = std::as_bytes(std::span(data + 8, size - 8));

  Reading whole;
  (void)take(whole, bytes);
  end(whole);

  std::minstd_rand dice(static_cast<unsigned>(seed ^ seed >> 32));
  const std::size_t most = seed % 4 == 0 ? 1 : seed % 4 == 1 ? 8 : 4096;
  Reading split;
  for (Bytes left = bytes; !left.empty();) {
    const auto piece = left.first(std::min<std::size_t>(left.size(), 1 + dice() % most));
    // A copy of its own: a read behind it is seen by AddressSanitizer.
    const std::vector<std::byte> copy(piece.begin(), piece.end());
    if (!take(split, copy)) break;
    left = left.subspan(piece.size());
  }
  end(split);
  require_same(whole, split);
  compare_with_beast(whole, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return 0;
}
