#include "coordinator/names/name_template.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/ascii.h"
#include "coordinator/names/content_name.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxColumnBytes = 1024;  // more than a path may have
constexpr std::size_t kMergedDigits = 16;      // of the hash, which keep a billion links apart

/// A component of the URL's path, decoded; a slash in it makes no folder.
std::string decode_component(std::string_view component) {
  std::string text = percent_decode(component);
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string name_of(const Url& url) {
  const std::string_view path = url.path;
  std::string name = decode_component(path.substr(path.rfind('/') + 1));
  return name.empty() ? "index.html" : name;
}

std::string path_of(const Url& url) {
  std::string path;
  std::string_view rest = url.path;
  for (std::size_t slash; (slash = rest.find('/')) != std::string_view::npos;) {
    path += decode_component(rest.substr(0, slash));
    path += '/';
    rest.remove_prefix(slash + 1);
  }
  return path + name_of(url);
}

/// {stem, extension without its dot and what image servers take behind it}; a name that only begins
/// with a dot has no extension.
std::pair<std::string, std::string> split_name(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return {name, ""};
  return {name.substr(0, dot), std::string(without_variant(name).substr(dot + 1))};
}

/// A cell of the list. A slash in it makes no folder, as an encoded one in a URL makes none.
std::string column(const NameFields& fields, std::size_t index) {
  if (index >= fields.columns.size()) return {};
  std::string text = fields.columns[index].substr(0, kMaxColumnBytes);
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string host_of(const Url& url) {
  std::string host(url.bare_host());
  std::replace(host.begin(), host.end(), ':', '-');
  return host;
}

}  // namespace

struct NameTemplate::FieldRow {
  std::string_view word;
  Field field;
  unsigned max_width;  // 0: takes no format
  unsigned default_width;
};

const NameTemplate::FieldRow NameTemplate::kFields[] = {
    {"name", Field::name, 0, 0}, {"stem", Field::stem, 0, 0},   {"ext", Field::ext, 0, 0},
    {"host", Field::host, 0, 0}, {"path", Field::path, 0, 0},   {"index", Field::index, 20, 1},
    {"id", Field::id, 0, 0},     {"hash", Field::hash, 64, 64}, {"col", Field::column, 0, 0},
};

Result<NameTemplate> NameTemplate::parse(std::string_view text) {
  NameTemplate parsed;
  std::string literal;
  const auto add = [&](Piece piece) {
    if (!literal.empty()) parsed.pieces_.push_back({.text = std::exchange(literal, {})});
    if (piece.field != Field::literal) parsed.pieces_.push_back(std::move(piece));
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '{') {
      literal += text[at];
    } else if (text.substr(at).starts_with("{{")) {
      literal += '{';
      ++at;
    } else {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) {
        return fail("--name: the brace at character {} is not closed; {{{{ is a brace", at + 1);
      }
      auto piece = parse_field(text.substr(at + 1, end - at - 1), at + 1);
      if (!piece) return tl::unexpected(piece.error());
      if (piece->field == Field::column) piece->width = parsed.index_of_column(piece->text);
      add(std::move(*piece));
      at = end;
    }
  }
  add({});
  return parsed;
}

/// Reads the text between two braces; `position` is for messages.
Result<NameTemplate::Piece> NameTemplate::parse_field(std::string_view text, std::size_t position) {
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto* row = std::find_if(std::begin(kFields), std::end(kFields),
                                 [&](const FieldRow& known) { return known.word == word; });
  if (row == std::end(kFields)) {
    return fail(
        "--name: unknown field {{{}}} at character {}; there are {{name}} {{stem}} {{ext}} "
        "{{host}} "
        "{{path}} {{index:08}} {{id}} {{hash:8}} {{col:COLUMN}}",
        text, position);
  }
  Piece piece{.field = row->field, .text = {}, .width = row->default_width};
  if (row->field == Field::column) {
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
      return fail("--name: {{{}}} at character {} names no column; write {{col:NAME}}", text,
                  position);
    }
    piece.text = text.substr(colon + 1);
    return piece;
  }
  if (colon == std::string_view::npos) return piece;

  const std::string_view width = text.substr(colon + 1);
  const char* end = width.data() + width.size();
  const auto [stopped, error] = std::from_chars(width.data(), end, piece.width);
  if (error != std::errc() || stopped != end || piece.width == 0 || piece.width > row->max_width) {
    if (row->max_width == 0) {
      return fail("--name: {{{}}} at character {}: {{{}}} takes no format", text, position, word);
    }
    return fail("--name: {{{}}} at character {}: the number is from 1 to {}", text, position,
                row->max_width);
  }
  return piece;
}

std::string NameTemplate::value(const Piece& piece, const NameFields& fields) {
  switch (piece.field) {
    case Field::literal: return piece.text;
    case Field::name: return name_of(fields.url);
    case Field::stem: return split_name(name_of(fields.url)).first;
    case Field::ext: return split_name(name_of(fields.url)).second;
    case Field::host: return host_of(fields.url);
    case Field::path: return path_of(fields.url);
    case Field::index: return fmt::format("{:0{}}", fields.index, piece.width);
    case Field::hash: return to_hex(fields.hash).substr(0, piece.width);
    case Field::column: return column(fields, piece.width);
    case Field::id: break;
  }
  if (fields.id.empty()) return split_name(name_of(fields.url)).first;
  std::string id(fields.id);
  std::replace(id.begin(), id.end(), '/', '_');
  return id;
}

unsigned NameTemplate::index_of_column(std::string_view name) {
  const auto known = std::find(columns_.begin(), columns_.end(), name);
  const auto index = static_cast<unsigned>(known - columns_.begin());
  if (known == columns_.end()) columns_.emplace_back(name);
  return index;
}

bool NameTemplate::names_by_url() const {
  if (pieces_.empty()) return false;
  const Field last = pieces_.back().field;
  const bool alone = pieces_.size() == 1 || pieces_[pieces_.size() - 2].text.ends_with('/');
  return alone && (last == Field::name || last == Field::path);
}

bool NameTemplate::ends_in_extension() const {
  if (pieces_.empty()) return false;
  const Field last = pieces_.back().field;
  return last == Field::name || last == Field::path || last == Field::ext;
}

bool NameTemplate::is_unique() const {
  const auto keeps_apart = [this](std::size_t at) {
    if (at >= pieces_.size()) return true;  // before the first one, too
    const Piece& piece = pieces_[at];
    return piece.field == Field::literal && !piece.text.empty() && !is_digit(piece.text.front()) &&
           !is_digit(piece.text.back());
  };
  for (std::size_t at = 0; at < pieces_.size(); ++at) {
    const Piece& piece = pieces_[at];
    if (piece.field == Field::hash && piece.width >= kMergedDigits) return true;
    if (piece.field == Field::index && keeps_apart(at - 1) && keeps_apart(at + 1)) return true;
  }
  return false;
}

/// `open`: with kExtensionMark in place of {ext}.
std::string NameTemplate::fill_in(const NameFields& fields, bool open) const {
  std::string path;
  for (const Piece& piece : pieces_) {
    if (open && piece.field == Field::ext) {
      path += kExtensionMark;
      continue;
    }
    std::string text = value(piece, fields);
    std::replace(text.begin(), text.end(), kExtensionMark, '_');
    path += text;
  }
  return path;
}

std::string NameTemplate::expand(const NameFields& fields) const {
  return clean_path(fill_in(fields, false));
}

std::string NameTemplate::open_name(const NameFields& fields) const {
  const bool has_extension = std::any_of(
      pieces_.begin(), pieces_.end(), [](const Piece& piece) { return piece.field == Field::ext; });
  return has_extension && !has_file_extension(fields.url) ? fill_in(fields, true) : "";
}

std::string other_name(std::string_view path, const Sha256Digest& hash, unsigned n) {
  const std::string digits = to_hex(hash).substr(0, 8);
  return with_suffix(path, n == 1 ? digits : fmt::format("{}-{}", digits, n));
}

std::string merged_name(std::string_view path, const Sha256Digest& hash) {
  return with_suffix(path, to_hex(hash).substr(0, kMergedDigits));
}

}  // namespace fanfetch
