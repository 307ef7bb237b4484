#include "common/http/head_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr const char* kNoHttp = "it does not begin with HTTP/1.1";

/// RFC 9110, 5.6.2.
constexpr auto kTokenChars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return kTokenChars[static_cast<unsigned char>(c)];
  });
}

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool has_control_but_tab(std::string_view text) {
  return has_control(text) &&
         std::any_of(text.begin(), text.end(), [](char c) { return is_control(c) && c != '\t'; });
}
/// No more than the beginning may be there yet.
bool begins_like_http(std::string_view text) {
  constexpr std::string_view kBegin = "HTTP/1.";
  return kBegin.starts_with(text.substr(0, kBegin.size()));
}
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Takes the first line off `text`, without its line end. REQUIRES: `text` holds a LF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Where the head in `text` ends: behind its first empty line. npos: it goes on.
std::size_t end_of_head(std::string_view text, std::size_t from) {
  for (std::size_t lf = text.find('\n', from); lf != text.npos; lf = text.find('\n', lf + 1)) {
    const std::string_view rest = text.substr(lf + 1);
    if (rest.starts_with('\n')) return lf + 2;
    if (rest.starts_with("\r\n")) return lf + 3;
  }
  return text.npos;
}

}  // namespace

void HeadReader::take(std::span<const std::byte>& bytes) {
  while (state_ == State::reading && !bytes.empty()) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (pending_.empty()) {
      if (text.front() == '\n' || text.front() == '\r') {
        (void)fail("an empty line comes before its status line");
        return;
      }
      const std::size_t end = end_of_head(text, 0);
      if (end != text.npos) {
        bytes = bytes.subspan(end);
        parse(text.substr(0, end));
        continue;
      }
    }
    // The empty line may have begun in the last piece: its end is at most 3 bytes before this one.
    const std::size_t old = pending_.size();
    const std::size_t room = kMaxHeadBytes + 1 - std::min(kMaxHeadBytes, head_bytes_ + old);
    pending_ += text.substr(0, room);
    const std::size_t end = end_of_head(pending_, old > 3 ? old - 3 : 0);
    if (!begins_like_http(pending_)) {
      (void)fail(kNoHttp);
      return;
    }
    if (end == pending_.npos) {
      bytes = bytes.subspan(pending_.size() - old);
      const std::size_t last_lf = std::string_view(pending_).substr(old).rfind('\n');
      if (last_lf != pending_.npos) line_begin_ = old + last_lf + 1;
      if (head_bytes_ + pending_.size() > kMaxHeadBytes) {
        (void)fail(fmt::format("its head is longer than {} KiB", kMaxHeadBytes / 1024));
      } else if (pending_.size() - line_begin_ > kMaxLineBytes) {
        (void)fail(fmt::format("a header line is longer than {} KiB", kMaxLineBytes / 1024));
      }
      continue;
    }
    bytes = bytes.subspan(end - old);
    const std::string whole = std::exchange(pending_, {});
    line_begin_ = 0;
    parse(std::string_view(whole).substr(0, end));
  }
}

void HeadReader::parse(std::string_view text) {
  head_bytes_ += text.size();
  if (head_bytes_ > kMaxHeadBytes) {
    (void)fail(fmt::format("its head is longer than {} KiB", kMaxHeadBytes / 1024));
    return;
  }
  if (text.find('\0') != text.npos) {
    (void)fail("its head has a NUL byte");
    return;
  }
  if (!parse_status_line(take_line(text))) return;
  std::string folded;  // a line and what continues it
  for (std::string_view line = take_line(text); !line.empty();) {
    std::string_view next = take_line(text);
    if (!next.empty() && is_blank(next.front())) {
      folded = line;
      for (; !next.empty() && is_blank(next.front()); next = take_line(text)) {
        folded += ' ';
        folded += next.substr(std::min(next.find_first_not_of(" \t"), next.size()));
      }
      line = folded;
    }
    if (!parse_field(line)) return;
    line = next;
  }
  if (head_.status() == 101) {
    (void)fail("it switches to another protocol, which nobody asked for");
  } else if (head_.status() >= 200) {
    state_ = State::done;
  }
}

bool HeadReader::parse_status_line(std::string_view line) {
  HttpVersion version = HttpVersion::unknown;
  if (line.starts_with("HTTP/1.1 ")) version = HttpVersion::http_1_1;
  if (line.starts_with("HTTP/1.0 ")) version = HttpVersion::http_1_0;
  if (version == HttpVersion::unknown) return fail(kNoHttp);
  line.remove_prefix(9);
  if (line.size() < 3 || !is_decimal(line[0]) || !is_decimal(line[1]) || !is_decimal(line[2]) ||
      (line.size() > 3 && line[3] != ' ')) {
    return fail("its status is no number of three digits");
  }
  const int status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (status < 100 || status > 599) return fail(fmt::format("its status {} means nothing", status));
  if (line.find('\r') != line.npos) return fail("its status line has a CR without LF");
  head_ = ResponseHead(status, version);
  return true;
}

bool HeadReader::parse_field(std::string_view line) {
  if (line.size() > kMaxLineBytes) {
    return fail(fmt::format("a header line is longer than {} KiB", kMaxLineBytes / 1024));
  }
  if (is_blank(line.front())) return fail("its first header line begins with a blank");
  if (line.find('\r') != line.npos) return fail("a header line has a CR without LF");
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return fail("a header line has no colon");
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  if (!is_token(name)) return fail("a header's name is no token");
  if (has_control_but_tab(line.substr(colon + 1)) &&
      (is_same_word(name, "Content-Length") || is_same_word(name, "Transfer-Encoding"))) {
    return fail(fmt::format("its {} holds a control character", name));
  }
  if (!head_.add(name, line.substr(colon + 1))) {
    return fail(fmt::format("its head has more than {} lines or {} KiB", ResponseHead::kMaxLines,
                            ResponseHead::kMaxBytes / 1024));
  }
  return true;
}

bool HeadReader::fail(std::string problem) {
  state_ = State::broken;
  problem_ = std::move(problem);
  return false;
}

}  // namespace fanfetch
