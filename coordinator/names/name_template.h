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

/// The values of a template's fields for one link.
struct NameFields {
  const Url& url;
  std::uint64_t index = 0;
  std::string_view id;  ///< The source's id of the link; if empty, `{id}` is the stem.
  const Sha256Digest& hash;
  std::span<const std::string> columns;  ///< In the order of NameTemplate::columns(), or empty.
};

/// Stands for {ext} in NameTemplate::open_name(); no clean name holds it.
inline constexpr char kExtensionMark = '\1';

/// `--name`: turns a link into a path below the output folder. Pure.
/// Fields: {name} {stem} {ext} {host} {path} {index} {index:08} {id} {hash} {hash:N} {col:NAME};
/// `{{` is a brace. {name} is the last component of the URL's path, decoded, or `index.html` if
/// that is empty. Only `{path}` and the template itself make folders: an encoded slash is a `_`.
/// The result is always clean (see clean_path()), whatever the link holds.
class NameTemplate {
 public:
  /// Error: an unknown field or format, or a brace that is not closed, with its position.
  [[nodiscard]] static Result<NameTemplate> parse(std::string_view text);

  /// Whether the name of the file is the URL's alone: `{name}` or the end of `{path}`. Then, if the
  /// URL has no good name, a server's suggestion may be used instead.
  [[nodiscard]] bool names_by_url() const;
  /// Whether names end as the URL's own name does, in {name}, {path} or {ext}: then the extension
  /// of what came belongs there where the URL has none.
  [[nodiscard]] bool ends_in_extension() const;
  /// Whether two links of one list never get the same name: it has {index}, apart from other
  /// digits, or {hash} with 16 digits at least.
  [[nodiscard]] bool is_unique() const;
  /// Where {ext} is in it, and the URL has no extension of its own, what expand() makes its names
  /// of, with kExtensionMark in place of {ext}; see name_for_content(). Empty otherwise.
  [[nodiscard]] std::string open_name(const NameFields& fields) const;

  [[nodiscard]] std::string expand(const NameFields& fields) const;
  /// The columns of the list that the template uses, each once.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

 private:
  enum class Field { literal, name, stem, ext, host, path, index, id, hash, column };
  struct FieldRow;
  struct Piece {
    Field field = Field::literal;
    std::string text;    // of a literal
    unsigned width = 0;  // of {index:08}: digits; of {hash:N}: characters; of a column: its index
  };
  static const FieldRow kFields[];

  [[nodiscard]] static Result<Piece> parse_field(std::string_view text, std::size_t position);
  [[nodiscard]] std::string fill_in(const NameFields& fields, bool open) const;
  [[nodiscard]] static std::string value(const Piece& piece, const NameFields& fields);

  [[nodiscard]] unsigned index_of_column(std::string_view name);

  std::vector<Piece> pieces_;
  std::vector<std::string> columns_;
};

/// The n-th other name (from 1) for the link with this hash if `path` is taken: with a suffix of 8
/// hexadecimal digits of the hash and, from the second on, a number.
[[nodiscard]] std::string other_name(std::string_view path, const Sha256Digest& hash, unsigned n);

/// The name of the link with this hash in a folder that is to be merged with others: `path` with a
/// suffix of 16 hexadecimal digits of the hash, which no other link of a billion has.
[[nodiscard]] std::string merged_name(std::string_view path, const Sha256Digest& hash);

}  // namespace fanfetch
