#include "coordinator/sources/json/page_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

constexpr int kMaxDepth = 6;

// Names are compared without case and punctuation: `next_page`, `nextPage` and `next-page` are one.

constexpr std::string_view kNextPages[] = {"next",
                                           "nextpage",
                                           "nexturl",
                                           "nextlink",
                                           "nexthref",
                                           "nextpageurl",
                                           "nextpagelink",
                                           "nextcursor",
                                           "nexttoken",
                                           "nextpagetoken",
                                           "nextoffset",
                                           "nextstart",
                                           "nextmarker",
                                           "odatanextlink",
                                           "nextcontinuationtoken",
                                           "nextpagecursor",
                                           "nextresults",
                                           "nextrecordsurl",
                                           "continue",
                                           "continuation",
                                           "nextmaxid",
                                           "nextid",
                                           "nextkey",
                                           "nextfrom",
                                           "nextpagestart",
                                           "nextcursormark",
                                           "lastevaluatedkey",
                                           "continuationtoken",
                                           "paginationtoken",
                                           "resumptiontoken"};
/// Where the next page begins, or this one has begun: less sure than a flag that says no.
constexpr std::string_view kTokens[] = {"after", "cursor", "pagetoken"};
constexpr std::string_view kLinks[] = {"links", "link"};
constexpr std::string_view kFlags[] = {
    "hasmore",       "hasnext",   "hasnextpage",  "more",        "istruncated",
    "moreavailable", "morepages", "hasmorepages", "moreresults", "hasmoreitems"};
constexpr std::string_view kLastFlags[] = {"islastpage", "lastpage", "islast", "last", "isend"};
constexpr std::string_view kTotals[] = {"totalestimatedmatches",
                                        "estimatedtotalhits",
                                        "total",
                                        "totalcount",
                                        "totalresults",
                                        "totalitems",
                                        "totalrecords",
                                        "totalelements",
                                        "totalhits",
                                        "totalentries",
                                        "totalrows",
                                        "totalsize",
                                        "totalmatches",
                                        "totalphotos",
                                        "totalimages",
                                        "totalobjects",
                                        "numfound",
                                        "nbhits",
                                        "hitcount",
                                        "recordstotal",
                                        "itemcount",
                                        "odatacount",
                                        "count",
                                        "xtotalcount",
                                        "xtotal",
                                        "xwptotal"};
constexpr std::string_view kPageCounts[] = {"totalpages", "pagecount",   "lastpage",
                                            "nbpages",    "numpages",    "pages",
                                            "pagestotal", "xtotalpages", "xwptotalpages"};
constexpr std::string_view kPageNumbers[] = {"page", "currentpage", "pagenumber"};
constexpr std::string_view kOffsets[] = {"offset", "start", "skip", "from", "startindex"};
constexpr std::string_view kPageSizes[] = {"perpage", "pagesize", "limit", "itemsperpage", "size"};
constexpr std::string_view kAboutPages[] = {
    "meta", "metadata", "pagination", "paging",           "page",  "pageinfo", "pages", "links",
    "info", "header",   "summary",    "responsemetadata", "cursor"};

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::string_view (&names)[kCount]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (is_alphanumeric(c)) plain += to_lower(c);
  }
  return plain;
}

/// Of a number, or of digits in a text, as some APIs write them.
std::optional<std::uint64_t> number_of(const JsonValue& value) {
  if (value.IsUint64()) return value.GetUint64();
  if (!value.IsString()) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = value.GetString() + value.GetStringLength();
  const auto [stopped, error] = std::from_chars(value.GetString(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// A link or a token, in whatever form: a text, a page's number, an object with a link or a token.
bool names_something(const JsonValue& value) {
  if (value.IsString()) return value.GetStringLength() > 0;
  if (value.IsNumber()) return value.IsUint64() ? value.GetUint64() > 0 : value.IsDouble();
  if (!value.IsObject()) return false;
  const auto members = value.GetObject();
  return std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.value.IsString() && member.value.GetStringLength() > 0;
  });
}

class Signs {
 public:
  Signs(const Page& page, const std::vector<std::string>& way, std::uint64_t listed)
      : page_(page), way_(way), listed_(listed) {}

  /// `steps`: how many tokens of the way to the entries led to `object`; npos: off that way.
  void look(const JsonValue& object, const std::string& path, std::size_t steps, int depth) {
    const std::uint64_t before = listed_before(object);
    for (const auto& member : object.GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      const JsonValue& value = member.value;
      judge(plain_name(name), value, path + '/' + printable(name, kShownNameBytes), before,
            current_page(object));
      if (value.IsArray() && is_one_of(plain_name(name), kLinks)) look_at_links(value, path);
      const bool on_way = steps < way_.size() && way_[steps] == name;
      if (on_way && value.IsArray() && steps + 1 < way_.size()) {
        const JsonValue* element = find_below(value, way_[steps + 1]);
        if (element != nullptr && element->IsObject() && depth < kMaxDepth) {
          look(*element,
               fmt::format("{}/{}/{}", path, printable(name, kShownNameBytes), way_[steps + 1]),
               steps + 2, depth + 1);
        }
      }
      if (value.IsObject() && depth < kMaxDepth &&
          (on_way || is_one_of(plain_name(name), kAboutPages))) {
        look(value, path + '/' + printable(name, kShownNameBytes), on_way ? steps + 1 : way_.size(),
             depth + 1);
      }
    }
  }

  /// `[{"rel":"next","href":…}]`, as OGC and STAC have it.
  void look_at_links(const JsonValue& links, const std::string& path) {
    for (const JsonValue& link : links.GetArray()) {
      if (!link.IsObject() || !link.HasMember("rel") || !link.HasMember("href")) continue;
      const JsonValue& rel = link["rel"];
      if (!rel.IsString() || rel != "next" || !names_something(link["href"]) || next_) continue;
      next_ = fmt::format("at {}/links it names a next one", path);
    }
  }

  void judge_header(const std::string& name, const std::string& value) {
    const std::string words = to_lower(value);
    const bool is_next = name == "link" && (words.find("rel=\"next") != words.npos ||
                                            words.find("rel=next") != words.npos);
    if (is_next || (name == "x-next-page" && !value.empty() && value != "0")) {
      next_ = fmt::format("its header {} names a next one", name);
    }
    JsonValue number;
    number.SetString(value.data(), static_cast<rapidjson::SizeType>(value.size()), memory_);
    const std::string plain = plain_name(name);
    if (plain.starts_with('x')) judge(plain, number, name, 0, 1);
  }

  [[nodiscard]] std::optional<std::string> found() const {
    if (next_) return next_;
    return says_last_ ? std::nullopt : likely_;
  }

 private:
  void judge(const std::string& name, const JsonValue& value, const std::string& where,
             std::uint64_t before, std::uint64_t current_page) {
    const auto number =
        number_of(value.IsObject() && value.HasMember("value") ? value["value"] : value);
    if (is_one_of(name, kNextPages)) {
      if (names_something(value) && !next_) next_ = fmt::format("at {} it names a next one", where);
      if (value.IsNull() || value.IsFalse() || (value.IsString() && value.GetStringLength() == 0)) {
        says_last_ = true;
      }
    } else if (is_one_of(name, kFlags)) {
      if (value.IsTrue() && !next_) next_ = fmt::format("at {} it says that there are more", where);
      if (value.IsFalse()) says_last_ = true;
    } else if (value.IsBool() && is_one_of(name, kLastFlags)) {
      if (value.IsFalse() && !next_)
        next_ = fmt::format("at {} it says that it is not the last", where);
      if (value.IsTrue()) says_last_ = true;
    } else if (is_one_of(name, kTokens)) {
      if (is_new_token(value) && !likely_)
        likely_ = fmt::format("at {} it names a next one", where);
    } else if (is_one_of(name, kTotals)) {
      if (number && *number > before + listed_ && !likely_) {
        likely_ =
            fmt::format("{} of {} entries are listed, as it says at {}", listed_, *number, where);
      }
    } else if (is_one_of(name, kPageCounts)) {
      if (number && *number > current_page && !likely_) {
        likely_ = fmt::format("it is one of {} pages, as it says at {}", *number, where);
      }
    }
  }

  template <std::size_t kCount>
  static std::optional<std::uint64_t> number_at(const JsonValue& object,
                                                const std::string_view (&names)[kCount]) {
    for (const auto& member : object.GetObject()) {
      const std::string name = plain_name({member.name.GetString(), member.name.GetStringLength()});
      if (is_one_of(name, names)) {
        if (const auto number = number_of(member.value)) return number;
      }
    }
    return std::nullopt;
  }

  static std::uint64_t current_page(const JsonValue& object) {
    // Spring counts them from 0, as `number`.
    if (const JsonValue* number = find_member(object, "number")) {
      if (const auto page = number_of(*number)) return *page + 1;
    }
    return std::max<std::uint64_t>(number_at(object, kPageNumbers).value_or(1), 1);
  }

  /// Entries of the pages before this one, as far as the object says where it is.
  static std::uint64_t listed_before(const JsonValue& object) {
    if (const auto offset = number_at(object, kOffsets)) return *offset;
    const auto page_size = number_at(object, kPageSizes);
    return page_size ? (current_page(object) - 1) * *page_size : 0;
  }

  /// Not what stands for no token, nor one that the page was asked with.
  [[nodiscard]] bool is_new_token(const JsonValue& value) const {
    if (!value.IsString()) return false;
    const std::string_view token(value.GetString(), value.GetStringLength());
    return !token.empty() && token != "0" && token != "*" &&
           page_.url.find(token) == page_.url.npos;
  }

  const Page& page_;
  const std::vector<std::string>& way_;
  const std::uint64_t listed_;
  std::optional<std::string> next_;
  std::optional<std::string> likely_;
  bool says_last_ = false;
  rapidjson::Document::AllocatorType memory_;
};

}  // namespace

std::optional<std::string> sign_of_more(const Page& page, const JsonValue& document,
                                        const JsonPointer& links_at) {
  // The entries are what the first `*` matches.
  const JsonValue* entries = &document;
  for (const std::string& token : links_at.tokens()) {
    if (token == kEveryElement) break;
    if (const JsonValue* below = find_below(*entries, token)) entries = below;
  }
  Signs signs(page, links_at.tokens(),
              entries->IsArray()    ? entries->Size()
              : entries->IsObject() ? entries->MemberCount()
                                    : 1);
  if (document.IsObject()) signs.look(document, "", 0, 0);
  for (const auto& [name, value] : page.headers) signs.judge_header(name, value);
  return signs.found();
}

}  // namespace fanfetch
