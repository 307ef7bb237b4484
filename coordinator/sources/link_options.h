#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "coordinator/sources/entry/source.h"

namespace fanfetch {

// The cells of a line, which tabs separate: the link first.

/// Removes the first cell of `line`, with its tab, and returns it without the blanks around it.
[[nodiscard]] std::string_view take_cell(std::string_view& line);
/// What may be shown of an option, as a name: not what follows, which may be a secret.
[[nodiscard]] std::string_view shown_name(std::string_view option);

/// Why a line with two links is a failure: the end of a sentence.
inline constexpr std::string_view kTwoUrls =
    "two URLs are on its line: fanfetch takes no mirrors; write one on a line";

/// The same where the first thing on the line is no URL.
inline constexpr std::string_view kUrlIsNotFirst =
    "text stands in front of its URL: the link comes first";

/// How what a list says of its links is taken.
struct LinkOptionRules {
  /// Shows a message to the user. May be null.
  std::function<void(std::string)> notice;
  bool name_given = false;  ///< `--name`: names in the list count for nothing.
};

/// What a list says of one link beside its URL, in the words of aria2's input files: `out=`,
/// `dir=`, `header=` and `referer=`. Any other option counts for nothing, which is noticed once for
/// each.
class LinkOptions {
 public:
  explicit LinkOptions(LinkOptionRules rules) : rules_(std::move(rules)) {}

  /// Whether `text` is `name=value`: an option of ours, or one that we lack. Where the value ends
  /// in an extension, as in `a=b.jpg`, and the name is none of ours, it is the name of a file.
  [[nodiscard]] static bool is_option(std::string_view text);

  /// Takes `name=value` for the current link; blanks around both do not count.
  void take(std::string_view text);
  /// The file's name; the last one counts. One of dots alone is none.
  void name_it(std::string_view name);
  /// Puts all that was taken into `item`, and is ready for the next link. `item.url` is set.
  void apply(ListedItem& item);

 private:
  void add_header(std::string_view text);
  void notice_once(std::string_view name, std::string text);

  LinkOptionRules rules_;
  std::set<std::string, std::less<>> noticed_;
  // Of the current link:
  std::string out_, dir_, referer_;
  std::vector<std::string> headers_;
  std::size_t header_bytes_ = 0;
  std::string problem_;
};

}  // namespace fanfetch
