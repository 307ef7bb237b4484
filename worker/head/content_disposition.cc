#include "worker/head/content_disposition.h"

#include <algorithm>
#include <optional>

#include "common/ascii.h"
#include "common/url.h"
#include "worker/head/header_text.h"

namespace fanfetch {
namespace {

/// Takes a quoted string off `text`, whose opening quote is gone already; one that is not closed
/// ends with `text`. A backslash is an escape only before a quote or another one, because of names
/// that some send: `C:\pictures\a.jpg`.
std::string take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') break;
    const bool escape = c == '\\' && !text.empty() && (text[0] == '"' || text[0] == '\\');
    value += escape ? text[0] : c;
    if (escape) text.remove_prefix(1);
  }
  return value;
}

/// Where the value ends that a single quote begins: behind the quote before a semicolon or the end.
/// npos: it is a quote of its own.
std::size_t end_of_single_quoted(std::string_view text) {
  for (std::size_t at = text.find('\'', 1); at != std::string_view::npos;
       at = text.find('\'', at + 1)) {
    const std::string_view rest = trimmed(text.substr(at + 1), kSpaceAndTab);
    if (at > 1 && (rest.empty() || rest.starts_with(';'))) return at + 1;
  }
  return std::string_view::npos;
}

/// `name=value` or a bare word, and the semicolon behind it.
struct Parameter {
  std::string_view name;
  std::optional<std::string> value;
};

Parameter take_parameter(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("=;"), text.size());
  Parameter parameter{.name = trimmed(text.substr(0, end), kSpaceAndTab), .value = {}};
  const bool has_value = end < text.size() && text[end] == '=';
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!has_value) return parameter;
  text.remove_prefix(std::min(text.find_first_not_of(kSpaceAndTab), text.size()));
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    parameter.value = take_quoted(text);
    text.remove_prefix(std::min(text.find(';'), text.size()));
  } else if (const std::size_t quoted =
                 text.starts_with('\'') ? end_of_single_quoted(text) : std::string_view::npos;
             quoted != std::string_view::npos) {
    parameter.value = text.substr(1, quoted - 2);
    text.remove_prefix(std::min(text.find(';', quoted), text.size()));
  } else {
    parameter.value = trimmed(text.substr(0, text.find(';')), kSpaceAndTab);
    text.remove_prefix(std::min(text.find(';'), text.size()));
  }
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  return parameter;
}

/// `UTF-8'en'a%20b.jpg` (RFC 8187). nullopt: of another character set, or no such
/// value.
std::optional<std::string> decode_extended(std::string_view value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = value.find('\'', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return decode_charset(value.substr(0, first), percent_decode(value.substr(second + 1)));
}

/// What servers write into a plain `filename`, which has neither a character set nor escapes by the
/// letter: an encoded word of mail, an extended value, percent-escapes, UTF-8 or Latin-1.
/// Empty: nobody can read it.
std::string decode_plain(std::string_view value) {
  if (has_encoded_words(value)) return decode_encoded_words(value).value_or("");
  if (auto extended = decode_extended(value)) return *extended;
  return to_utf8(percent_decode(value));
}

/// A name in pieces, `filename*0*=UTF-8''na%C3; filename*1*=%AFve; filename*2=.jpg` (RFC 2231),
/// which mail has and some servers send.
class Pieces {
 public:
  /// False: the parameter is none.
  bool take(const Parameter& parameter) {
    static constexpr std::string_view kBegin = "filename*";
    std::string_view number = parameter.name;
    if (number.size() <= kBegin.size() || !is_same_word(number.substr(0, kBegin.size()), kBegin)) {
      return false;
    }
    number.remove_prefix(kBegin.size());
    const bool extended = number.ends_with('*');
    if (extended) number.remove_suffix(1);
    if (number != std::to_string(count_)) return false;
    std::string_view value = *parameter.value;
    if (count_++ == 0 && extended) {
      const std::size_t charset_end = std::min(value.find('\''), value.size());
      charset_ = value.substr(0, charset_end);
      const std::size_t end = value.find('\'', charset_end + 1);
      value.remove_prefix(std::min(end, value.size() - 1) + 1);
    }
    bytes_ += extended ? percent_decode(value) : std::string(value);
    return true;
  }
  /// Empty: there are none, or nobody can read them.
  [[nodiscard]] std::string name() const { return decode_charset(charset_, bytes_).value_or(""); }

 private:
  std::string charset_ = "utf-8";
  std::string bytes_;
  unsigned count_ = 0;  // of the pieces, which come in their order
};

/// The last component; empty if nothing is left of it that could be a name.
std::string without_folders(std::string name) {
  name.erase(0, name.find_last_of("/\\") + 1);  // npos + 1 is 0
  name.erase(0, std::min(name.find_first_not_of(kSpaceAndTab), name.size()));
  if (name.find_first_not_of(". \t") == std::string::npos) return "";
  return name.size() > kMaxSuggestedBytes ? "" : name;
}

}  // namespace

std::string suggested_name(std::string_view header) {
  if (header.empty()) return "";  // nearly always
  std::string plain, extended, loose;
  Pieces pieces;
  while (!header.empty()) {
    const Parameter parameter = take_parameter(header);
    if (!parameter.value || pieces.take(parameter)) continue;
    if (is_same_word(parameter.name, "filename*") && extended.empty()) {
      extended = without_folders(decode_extended(*parameter.value).value_or(""));
      const bool has_charset = parameter.value->find('\'') != std::string::npos;
      if (!has_charset) loose = without_folders(decode_plain(*parameter.value));
    } else if (is_same_word(parameter.name, "filename") && plain.empty()) {
      plain = without_folders(decode_plain(*parameter.value));
    }
  }
  for (std::string* name : {&extended, &plain, &loose}) {
    if (!name->empty()) return std::move(*name);
  }
  return without_folders(pieces.name());
}

}  // namespace fanfetch
