#include "common/url_text.h"

#include <algorithm>
#include <array>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The table of request_target().
constexpr std::array<bool, 256> as_written() {
  std::array<bool, 256> table{};
  for (int c = '!'; c <= '~'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (const char c : {'"', '#', '<', '>', '\\', '^', '`', '{', '|', '}'}) {
    table[static_cast<unsigned char>(c)] = false;
  }
  return table;
}

void append_escaped(std::string& to, std::string_view text) {
  static constexpr auto kAsWritten = as_written();
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto is_odd = [](char c) { return !kAsWritten[static_cast<unsigned char>(c)]; };
  while (true) {
    const auto odd = std::find_if(text.begin(), text.end(), is_odd);
    to.append(text.begin(), odd);
    if (odd == text.end()) return;
    const auto byte = static_cast<unsigned char>(*odd);
    to += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    text.remove_prefix(static_cast<std::size_t>(odd - text.begin()) + 1);
  }
}

/// The scheme of `text`; empty: it has none, so it is a relative reference (RFC 3986, 3.1, 4.1).
std::string_view scheme_of(std::string_view text) {
  const std::string_view scheme = text.substr(0, text.find(':'));
  if (scheme.size() == text.size() || scheme.empty() || !is_letter(scheme.front())) return {};
  const auto belongs = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return std::all_of(scheme.begin(), scheme.end(), belongs) ? scheme : std::string_view();
}

/// Takes the first `size` bytes off `text`.
std::string_view take(std::string_view& text, std::size_t size) {
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace

std::string_view without_fragment(std::string_view text) { return text.substr(0, text.find('#')); }

std::string written_scheme(std::string_view text) {
  const std::string_view scheme = scheme_of(text);
  return text.substr(scheme.size()).starts_with("://") ? to_lower(scheme) : std::string();
}

std::string_view url_start(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return {};
  const std::size_t authority = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#\\", authority), url.size());
  return end == authority ? std::string_view() : url.substr(0, end);
}

UrlPieces split_url(std::string_view url) {
  UrlPieces pieces;
  pieces.scheme = take(url, url.find(':'));
  pieces.slashes = take(url, url.find_first_not_of('/', 1));
  pieces.authority = take(url, url.find_first_of("/?"));
  pieces.path = take(url, url.find('?'));
  pieces.query = url;
  return pieces;
}

std::string remove_dot_segments(std::string_view path) {
  std::string clean;
  clean.reserve(path.size());
  while (!path.empty()) {
    const std::string_view segment = take(path, path.find('/', 1));  // with its '/'
    const bool is_last = path.empty();
    if (segment == "/..") {
      clean.resize(std::min(clean.rfind('/'), clean.size()));  // npos: it is empty already
      if (is_last) clean += '/';
    } else if (segment == "/.") {
      if (is_last) clean += '/';
    } else {
      clean += segment;
    }
  }
  return clean;
}

std::string request_target(std::string_view path, std::string_view query) {
  std::string clean;
  if (path.find("/.") != std::string_view::npos) path = clean = remove_dot_segments(path);
  std::string target;
  target.reserve(path.size() + query.size() + 1);
  if (path.empty()) target += '/';
  append_escaped(target, path);
  append_escaped(target, query);
  return target;
}

std::string resolve_url(std::string_view base, std::string_view reference) {
  if (!scheme_of(reference).empty()) return std::string(reference);
  const UrlPieces of = split_url(without_fragment(base));
  std::string url(of.scheme);
  if (reference.starts_with("//")) return url.append(":").append(reference);

  url.append(of.slashes).append(of.authority);
  const std::string_view path = take(reference, reference.find_first_of("?#"));
  const std::string_view rest = reference;  // query and fragment
  if (path.empty()) {
    return url.append(of.path).append(rest.starts_with('?') ? "" : of.query).append(rest);
  }
  if (path.starts_with('/')) return url.append(remove_dot_segments(path)).append(rest);
  std::string merged(of.path.substr(0, of.path.rfind('/') + 1));  // npos + 1 is 0
  if (merged.empty()) merged = '/';
  return url.append(remove_dot_segments(merged.append(path))).append(rest);
}

bool is_masked(std::string_view text) {
  constexpr std::string_view kSlashes = "/\\";
  if (text.find("*@") == std::string_view::npos) return false;  // nearly always
  // One way forward, as a line may be full of stars and signs.
  std::size_t segment = 0;        // behind the last '/', '?' or '#'
  std::size_t stars = 0;          // where a run of '*' begins
  std::size_t colon = text.npos;  // the segment's first
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '/':
      case '\\':
      case '?':
      case '#':
        segment = i + 1;
        colon = text.npos;
        break;
      case ':': colon = std::min(colon, i); break;
      case '*':
        if (i == 0 || text[i - 1] != '*') stars = i;
        break;
      case '@': {
        if (i == 0 || text[i - 1] != '*' || i - stars < 3) break;
        // Behind nothing, or behind a user's name.
        if (stars != segment && colon != stars - 1) break;
        // An authority is at the beginning, or behind a scheme and at least one slash.
        const std::string_view before = text.substr(0, segment);
        const std::string_view scheme = before.substr(0, before.find_last_not_of(kSlashes) + 1);
        if (scheme.empty() || (scheme.ends_with(':') && scheme.size() < before.size())) return true;
        break;
      }
      default: break;
    }
  }
  return false;
}

}  // namespace fanfetch
