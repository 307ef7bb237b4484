#include "coordinator/sources/open_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "common/url_text.h"
#include "coordinator/process/stop_wait.h"
#include "coordinator/sources/aria2_source.h"
#include "coordinator/sources/imgur/imgur_source.h"
#include "coordinator/sources/json/api_source.h"
#include "coordinator/sources/json/json_source.h"
#include "coordinator/sources/json/jsonl_source.h"
#include "coordinator/sources/list_kind.h"
#include "coordinator/sources/list_source.h"
#include "coordinator/sources/table_source.h"

namespace fanfetch {
namespace {

using Kind = SourceSpec::Kind;
using OpenedSource = Result<std::unique_ptr<Source>>;

/// One URL from the command line.
class UrlSource final : public Source {
 public:
  explicit UrlSource(std::string url) : url_(std::move(url)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override {
    if (!url_) return std::nullopt;
    return ListedItem(*std::exchange(url_, std::nullopt));
  }

 private:
  std::optional<std::string> url_;
};

OpenedSource open_imgur_listing(const SourceSpec& spec, const SourceContext& context) {
  return open_imgur(spec.imgur, {.fetch_page = context.fetch_page,
                                 .api_base = context.api_base,
                                 .client_id = context.client_id,
                                 .pages = context.pages,
                                 .albums = context.albums,
                                 .columns = context.columns,
                                 .max_wait = context.max_wait,
                                 .notice = context.notice,
                                 .now = [] { return std::chrono::system_clock::now(); },
                                 .wait =
                                     [fd = context.stop_fd](std::chrono::milliseconds time) {
                                       return wait_unless_stopped(fd, time);
                                     }});
}

OpenedSource open_any_list(const SourceSpec& spec, const SourceContext& context) {
  auto list = open_list(spec.argument, context.stop_fd, context.before_waiting);
  if (!list) return tl::unexpected(list.error());
  return list_source(std::move(*list), spec.format, context);
}

/// Whether `--links-at` leads into an array: its first token is a `*` or an index.
bool leads_into_array(const JsonPointer& links_at) {
  if (links_at.tokens().empty()) return false;
  const std::string& first = links_at.tokens().front();
  return first == kEveryElement ||
         (!first.empty() &&
          std::all_of(first.begin(), first.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

OpenedSource open_api(const SourceSpec& spec, const SourceContext& context) {
  return std::make_unique<ApiSource>(ApiListing{.fetch_page = context.fetch_page,
                                                .headers_for = context.headers_for,
                                                .url = spec.argument,
                                                .links_at = context.links_at,
                                                .next_at = context.next_at,
                                                .pages = context.pages,
                                                .notice = context.notice,
                                                .columns = context.columns,
                                                .stop_fd = context.stop_fd});
}

OpenedSource open_url(const SourceSpec& spec, const SourceContext&) {
  return std::make_unique<UrlSource>(spec.argument);
}

/// All kinds of sources.
struct KindRow {
  Kind kind;
  std::string_view word;  // the bare word for it, or empty
  OpenedSource (*open)(const SourceSpec&, const SourceContext&);
};
constexpr KindRow kKinds[] = {
    {Kind::imgur, "imgur", open_imgur_listing},
    {Kind::list, "-", open_any_list},
    {Kind::url, "", open_url},
    {Kind::api, "", open_api},
};

/// `word` as one word of a shell's command.
std::string quoted(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view("-._~/:%+,@=").find(c) != std::string_view::npos;
  });
  if (plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// A URL where a file is asked for. What it leads to is for another program to get.
tl::unexpected<Error> no_file(std::string_view url, std::string_view scheme) {
  const std::string shown = mask_userinfo(url);
  if (scheme == "file") return fail("'{}' is no path: write what stands behind file://", shown);
  if (scheme != "http" && scheme != "https") {
    return fail("'{}' is no file of this machine: get it first, or pipe it into fanfetch -", shown);
  }
  const ListFormat format = ending_of(url).format;
  const auto* row = std::find_if(std::begin(kListFormats), std::end(kListFormats),
                                 [&](const auto& known) { return known.format == format; });
  return fail("'{}' is no file; curl -fsS {} | fanfetch -{} reads it as a list", shown,
              quoted(shown),
              format == ListFormat::text ? "" : fmt::format(" --format {}", row->name));
}

Result<SourceSpec> url_spec(std::string_view word, std::string_view scheme,
                            const SourceWays& ways) {
  if (scheme != "http" && scheme != "https") {
    return fail("'{}': only http:// and https:// links can be fetched; give a list by its path",
                mask_userinfo(word));
  }
  // An invalid URL becomes a link that fails with bad_url, as it would in a list.
  const auto url = parse_url(word);
  auto page = url ? parse_imgur_page(*url) : std::nullopt;
  if (!page) return tl::unexpected(page.error());
  if (*page)
    return SourceSpec{
        .kind = Kind::imgur, .argument = mask_userinfo(word), .imgur = std::move(**page)};
  return SourceSpec{.kind = ways.urls_are_apis ? Kind::api : Kind::url,
                    .argument = std::string(word)};
}

}  // namespace

Result<SourceSpec> parse_source(std::string_view word, const SourceWays& ways) {
  if (word.empty()) return fail("a SOURCE is empty: name a list, a URL or 'imgur'");
  for (const KindRow& row : kKinds) {
    if (word != row.word) continue;
    return row.kind == Kind::list ? list_spec(word, ways) : SourceSpec{.kind = row.kind};
  }
  if (const auto scheme = written_scheme(word); !scheme.empty())
    return url_spec(word, scheme, ways);
  if (word.starts_with("imgur:")) {
    auto listing = parse_imgur_source(word);
    if (!listing) return tl::unexpected(listing.error());
    return SourceSpec{
        .kind = Kind::imgur, .argument = std::string(word), .imgur = std::move(*listing)};
  }
  if (word.find_first_of("/.:") != std::string_view::npos) return list_spec(word, ways);
  return fail("'{}' is no command and no source; for a file write ./{} or -i {}", word, word, word);
}

std::unique_ptr<Source> list_source(ListText list, ListFormat format,
                                    const SourceContext& context) {
  const ExpectedList expected{.format = format,
                              .rows_are_arrays = leads_into_array(context.links_at)};
  auto bytes = std::make_unique<CheckedStream>(
      std::move(list.bytes), list.beginning,
      [expected, name = list.name](std::string_view beginning) -> Result<> {
        const std::string kind = other_kind(beginning, expected);
        if (!kind.empty()) return fail("{} {}", name, kind);
        return {};
      });
  const LinkOptionRules rules{.notice = context.notice, .name_given = context.name_given};
  switch (format) {
    case ListFormat::text: break;
    case ListFormat::aria2:
      return std::make_unique<Aria2Source>(LineReader(std::move(bytes)), rules);
    case ListFormat::csv:
    case ListFormat::tsv:
      return std::make_unique<TableSource>(std::move(bytes), std::move(list.name),
                                           TableOptions{.separator = context.delimiter.value_or(
                                                            format == ListFormat::csv ? ',' : '\t'),
                                                        .is_given = context.delimiter.has_value(),
                                                        .url_column = context.url_column,
                                                        .columns = context.columns});
    case ListFormat::jsonl:
      return std::make_unique<JsonlSource>(
          LineReader(std::move(bytes), JsonlSource::kMaxLineBytes),
          JsonRowOptions{.links_at = context.links_at, .columns = context.columns});
    case ListFormat::json:
      return std::make_unique<JsonSource>(
          std::move(bytes), std::move(list.name),
          JsonRowOptions{.links_at = context.links_at, .columns = context.columns});
  }
  return std::make_unique<ListSource>(LineReader(std::move(bytes)), rules);
}

Result<SourceSpec> list_spec(std::string_view path, const SourceWays& ways) {
  if (path.empty()) return fail("the name of a list is empty");
  if (const auto scheme = written_scheme(path); !scheme.empty()) return no_file(path, scheme);
  return SourceSpec{.kind = Kind::list,
                    .argument = std::string(path),
                    .format = ways.format.value_or(ending_of(path).format)};
}

OpenedSource open_source(const SourceSpec& spec, const SourceContext& context) {
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindRow& known) { return known.kind == spec.kind; });
  const bool has_columns = spec.kind == Kind::api || spec.kind == Kind::imgur ||
                           (spec.kind == Kind::list && spec.format != ListFormat::text &&
                            spec.format != ListFormat::aria2);
  if (!has_columns && !context.columns.named.empty()) {
    return fail("--name asks for the column '{}', but {} has no columns",
                context.columns.named.front(), mask_userinfo(spec.argument));
  }
  return row->open(spec, context);
}

}  // namespace fanfetch
