#include "coordinator/reading/link_filter.h"

#include <re2/re2.h>

#include <algorithm>
#include <string_view>

#include "common/ascii.h"
#include "common/url.h"

namespace fanfetch {
namespace {

std::vector<std::string> all_lower(const std::vector<std::string>& texts) {
  std::vector<std::string> lower;
  for (const std::string& text : texts) lower.push_back(to_lower(text));
  return lower;
}

/// By the end of the name rather than by its last dot, so that `tar.gz` can be asked for.
bool has_one_of(std::string_view name, const std::vector<std::string>& extensions) {
  return std::any_of(extensions.begin(), extensions.end(), [&](const std::string& extension) {
    return name.size() > extension.size() && name.ends_with(extension) &&
           name[name.size() - extension.size() - 1] == '.';
  });
}

/// A null pointer for an empty pattern.
Result<std::unique_ptr<re2::RE2>> compile(const std::string& pattern, std::string_view option) {
  if (pattern.empty()) return nullptr;
  auto regex = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
  if (!regex->ok()) return fail("{} '{}': {}", option, pattern, regex->error());
  return regex;
}

}  // namespace

LinkFilter::LinkFilter() = default;
LinkFilter::LinkFilter(LinkFilter&&) noexcept = default;
LinkFilter& LinkFilter::operator=(LinkFilter&&) noexcept = default;
LinkFilter::~LinkFilter() = default;

Result<LinkFilter> LinkFilter::make(const FilterRules& rules) {
  LinkFilter filter;
  filter.accept_extensions_ = all_lower(rules.accept_extensions);
  filter.reject_extensions_ = all_lower(rules.reject_extensions);
  auto accept = compile(rules.accept_regex, "--accept-regex");
  if (!accept) return tl::unexpected(accept.error());
  auto reject = compile(rules.reject_regex, "--reject-regex");
  if (!reject) return tl::unexpected(reject.error());
  filter.accept_regex_ = std::move(*accept);
  filter.reject_regex_ = std::move(*reject);
  return filter;
}

std::optional<std::string> LinkFilter::why_dropped(const Url& url) const {
  if (!accept_extensions_.empty() || !reject_extensions_.empty()) {
    const std::string_view path = url.path;
    const std::string whole = to_lower(percent_decode(path.substr(path.rfind('/') + 1)));
    const std::string_view name = without_variant(whole);
    if (!accept_extensions_.empty() && !has_one_of(name, accept_extensions_)) {
      return fmt::format("its extension is not among those accepted ({})",
                         fmt::join(accept_extensions_, ", "));
    }
    if (has_one_of(name, reject_extensions_)) {
      return fmt::format("its extension is among those rejected ({})",
                         fmt::join(reject_extensions_, ", "));
    }
  }
  if (accept_regex_ && !re2::RE2::PartialMatch(url.normal, *accept_regex_)) {
    return "it does not match --accept-regex";
  }
  if (reject_regex_ && re2::RE2::PartialMatch(url.normal, *reject_regex_)) {
    return "it matches --reject-regex";
  }
  return std::nullopt;
}

}  // namespace fanfetch
