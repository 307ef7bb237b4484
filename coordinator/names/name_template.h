#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/sha256.h"
#include "common/url.h"

namespace fanfetch {

/// What a template may speak of.
struct NameFields {
  const Url& url;
  std::uint64_t index = 0;
  std::string_view id;  ///< The source's id; empty: `{id}` is the stem.
  const Sha256Digest& hash;
  std::span<const std::string> columns;  ///< As NameTemplate::columns() lists them; else empty.
};

/// `--name`: turns a link into a path below the output folder. Pure.
/// Fields: {name} {stem} {ext} {host} {path} {index} {index:08} {id} {hash} {hash:N} {col:NAME};
/// `{{` is a brace. {name} is the last component of the URL's path, decoded, or `index.html` if
/// that is empty. Only `{path}` and the template itself make folders: an encoded slash is a `_`.
/// The result is always clean, whatever the link holds: see clean_path().
class NameTemplate {
 public:
  /// Error: an unknown field or format, or a brace that is not closed, with its place.
  [[nodiscard]] static Result<NameTemplate> parse(std::string_view text);

  /// The file's own name is the URL's, `{name}` or the end of `{path}`, and nothing else: so where
  /// the URL has no good one, the server may suggest another.
  [[nodiscard]] bool names_by_url() const;

  [[nodiscard]] std::string expand(const NameFields& fields) const;
  /// The list's own columns that it speaks of, each once.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

 private:
  enum class Field { literal, name, stem, ext, host, path, index, id, hash, column };
  struct FieldRow;
  struct Piece {
    Field field = Field::literal;
    std::string text;    // of a literal
    unsigned width = 0;  // of {index:08}: digits; of {hash:N}: characters; of a column: its place
  };
  static const FieldRow kFields[];

  [[nodiscard]] static Result<Piece> parse_field(std::string_view text, std::size_t place);
  [[nodiscard]] static std::string value(const Piece& piece, const NameFields& fields);

  [[nodiscard]] unsigned place_of_column(std::string_view name);

  std::vector<Piece> pieces_;
  std::vector<std::string> columns_;
};

/// The n-th other name (from 1) for the link with this hash, where `path` is taken: with a suffix
/// of 8 hexadecimal digits of the hash, and a number from the second on.
[[nodiscard]] std::string other_name(std::string_view path, const Sha256Digest& hash, unsigned n);

}  // namespace fanfetch
