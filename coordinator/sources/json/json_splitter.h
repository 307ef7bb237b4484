#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// Cuts JSON text, as it comes, into the values that links are looked for in: its rows.
/// - The elements of an array, whatever is in them; without a `*` in the pointer, or with one
/// behind
///   a name, these are as the lines of a list of JSON lines.
/// - Of an object, or of an array in which the pointer has an index before its `*`, what the first
///   `*` stands for; of an object without a `*` the object itself.
/// - Any other value itself. Several values behind one another are read in turn.
/// Only brackets, quotes and commas are looked at: whether a row is JSON is for its reader to say.
/// Pure; memory is bounded for any input.
class JsonSplitter {
 public:
  /// The parsed document of a row takes about twenty times its length.
  static constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
  static constexpr std::size_t kShownBytes = 200;  ///< Kept of a longer one, for messages.

  /// `pointer`: the tokens of `--links-at`.
  explicit JsonSplitter(std::vector<std::string> pointer);

  /// Removes bytes from the front of `bytes`, at most up to the end of a row. True: that row can be
  /// read until the next call. False: `bytes` is used up, or is_broken().
  [[nodiscard]] bool feed(std::string_view& bytes);
  /// Call at the end of the input. True: that completed a row.
  [[nodiscard]] bool finish();

  [[nodiscard]] std::string_view text() const { return text_; }
  /// Over the limit: text() is only its beginning.
  [[nodiscard]] bool too_long() const { return too_long_; }
  /// There is no row: an object without the elements that the pointer leads to.
  [[nodiscard]] bool nothing_there() const { return nothing_there_; }
  /// Tokens of the pointer that led to the row; the others lead on from there.
  [[nodiscard]] std::size_t tokens_used() const { return tokens_used_; }
  /// Of the row, from 1.
  [[nodiscard]] std::uint64_t number() const { return rows_; }
  /// On which it begins, from 1.
  [[nodiscard]] std::uint64_t row_line() const { return row_line_; }
  /// The line that was read last.
  [[nodiscard]] std::uint64_t line() const { return line_; }

  /// A bracket closes what none has opened: nothing behind it can be read.
  [[nodiscard]] bool is_broken() const { return broken_; }
  /// After finish(): every bracket and quote is closed.
  [[nodiscard]] bool is_whole() const { return open_.empty() && !in_value_; }

 private:
  /// A bracket on the way to the rows, or the one around them.
  struct Open {
    bool is_object = false;
    bool has_rows = false;
    std::size_t values = 0;  ///< In an array on the way: so many have begun.
  };
  enum class Use { row, key, nothing };  // of the value that is being read

  void take_structure(char c);
  void begin_value(char c);
  void begin_inside(char c);
  void open(bool is_object, bool has_rows);
  void read_value(char c, Use use);
  [[nodiscard]] bool take_value(std::string_view& bytes);
  [[nodiscard]] std::size_t length_of_value(std::string_view bytes, bool& ended);
  void keep(std::string_view piece);
  [[nodiscard]] bool end_value();
  [[nodiscard]] bool is_wanted_key() const;

  std::vector<std::string> pointer_;
  std::size_t star_ = 0;  // the first `*` in it, or its size
  std::vector<Open> open_;
  bool expect_key_ = false;  // in an object: the next value is a key
  bool on_the_way_ = false;  // the key just read is the pointer's next token
  bool found_ = false;       // rows, or the bracket around them, in the current document

  // The value that is being read:
  bool in_value_ = false;
  Use use_ = Use::nothing;
  std::size_t depth_ = 0;  // of brackets in it
  bool in_string_ = false;
  bool escaped_ = false;
  bool scalar_ = false;  // ends before what cannot be in it

  std::string text_;
  bool too_long_ = false;
  bool nothing_there_ = false;
  bool broken_ = false;
  std::size_t tokens_used_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
};

}  // namespace fanfetch
