#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/url.h"

namespace re2 {
class RE2;
}

namespace fanfetch {

/// Which links to take, as the user said it. Empty: no rule.
struct FilterRules {
  std::vector<std::string> accept_extensions;  ///< Without the dot, any case.
  std::vector<std::string> reject_extensions;
  std::string accept_regex;
  std::string reject_regex;
};

/// Keeps or drops links by the extension of the URL's path and by the whole URL.
/// Regular expressions are RE2's: linear time on whatever a list holds.
class LinkFilter {
 public:
  /// Error: a pattern that RE2 does not accept, with its complaint.
  [[nodiscard]] static Result<LinkFilter> make(const FilterRules& rules);

  LinkFilter(LinkFilter&&) noexcept;
  LinkFilter& operator=(LinkFilter&&) noexcept;
  ~LinkFilter();

  /// Why the link is dropped, for the record; nullopt if it is kept.
  [[nodiscard]] std::optional<std::string> why_dropped(const Url& url) const;

 private:
  LinkFilter();

  std::vector<std::string> accept_extensions_;
  std::vector<std::string> reject_extensions_;
  std::unique_ptr<re2::RE2> accept_regex_;
  std::unique_ptr<re2::RE2> reject_regex_;
};

}  // namespace fanfetch
