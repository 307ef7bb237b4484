#include "coordinator/sources/open_source.h"

#include <gtest/gtest.h>

#include <string>

#include "common/event_loop.h"
#include "coordinator/sources/streams/decoded_stream.h"
#include "tests/coordinator/sources/compressed.h"
#include "tests/coordinator/sources/holds.h"
#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using SourceKind = SourceSpec::Kind;
using Texts = std::vector<std::string>;

void expect_spec(const Result<SourceSpec>& spec, SourceKind kind, std::string_view argument) {
  ASSERT_TRUE(spec.has_value()) << argument << ": " << spec.error().message;
  EXPECT_EQ(spec->kind, kind) << argument;
  EXPECT_EQ(spec->argument, argument);
}

/// The complaint about `word`; empty if there is none.
std::string refusal_of_source(std::string_view word) {
  const auto spec = parse_source(word);
  return spec ? "" : spec.error().message;
}

TEST(ParseSource, KnowsTheGallery) { expect_spec(parse_source("imgur"), SourceKind::imgur, ""); }

TEST(ParseSource, KnowsTheTutorialsJobFromOtherListings) {
  EXPECT_TRUE(parse_source("imgur").value().is_bare_imgur());
  for (const auto& [word, endpoint] :
       {std::pair("imgur:hot", "/3/gallery/hot/viral/{page}"),
        {"imgur:r/pics", "/3/gallery/r/pics/time/{page}"},
        {"imgur:search?q=a.b", "/3/gallery/search/time/all/{page}?q=a.b"},
        {"https://imgur.com/", "/3/gallery/hot/viral/{page}"},
        {"http://WWW.imgur.com/a/abcde", "/3/album/abcde/images"}}) {
    const auto spec = parse_source(word);
    expect_spec(spec, SourceKind::imgur, word);
    EXPECT_EQ(spec->imgur.endpoint, endpoint);
    EXPECT_FALSE(spec->is_bare_imgur()) << word;
  }
  EXPECT_FALSE(parse_source("urls.txt").value().is_bare_imgur());
}

TEST(ParseSource, RefusesListingsThatAreNone) {
  for (const char* word : {"imgur:", "imgur:best", "https://imgur.com/user/me", "imgur:a/x"}) {
    EXPECT_TRUE(holds(refusal_of_source(word), "imgur:r/NAME")) << word;
  }
  const std::string message = refusal_of_source("https://me:secret@imgur.com/user/me");
  EXPECT_FALSE(message.empty() || holds(message, "secret")) << message;
}

TEST(ParseSource, TakesUrlsOfEitherScheme) {
  for (const char* url : {"http://example.org/a.csv", "HTTPS://example.org/", "http://",
                          "https://i.imgur.com/abcde.jpg", "https://notimgur.com/a/b"}) {
    expect_spec(parse_source(url), SourceKind::url, url);
  }
}

TEST(ParseSource, TakesPathsAndStdin) {
  for (const char* path : {"-", "urls.txt", "./imgur", "./status", "/tmp/list", "lists/today", ".x",
                           "a:b", "./a://b", "C:/x"}) {
    expect_spec(parse_source(path), SourceKind::list, path);
  }
}

TEST(ParseSource, TakesNoBareWordForAFile) {
  EXPECT_EQ(refusal_of_source("status"),
            "'status' is no command and no source; for a file write ./status or -i status");
  EXPECT_TRUE(holds(refusal_of_source("urls"), "-i urls"));
  EXPECT_TRUE(holds(refusal_of_source("Imgur"), "no source"));
  EXPECT_TRUE(holds(refusal_of_source(""), "empty"));
}

TEST(ParseSource, RefusesOtherSchemesWithoutShowingAPassword) {
  EXPECT_TRUE(holds(refusal_of_source("ftp://example.org/x"), "only http:// and https://"));
  const std::string message = refusal_of_source("ftp://me:secret@example.org/x");
  EXPECT_FALSE(holds(message, "secret")) << message;
}

TEST(ListSpec, TakesAnyWordForAPath) {
  for (const char* path : {"imgur", "status", "-", "./http://example.org/", "a b"}) {
    expect_spec(list_spec(path), SourceKind::list, path);
  }
  EXPECT_FALSE(list_spec("").has_value());
}

TEST(ListSpec, SaysHowToReadAListFromTheNet) {
  const std::tuple<const char*, const char*> kRows[] = {
      {"https://example.org/urls.txt",
       "'https://example.org/urls.txt' is no file; curl -fsS https://example.org/urls.txt | "
       "fanfetch - reads it as a list"},
      {"HTTP://h/a.csv",
       "'HTTP://h/a.csv' is no file; curl -fsS HTTP://h/a.csv | fanfetch - "
       "--format csv reads it as a list"},
      {"https://h/?a=1&b='2'",
       "'https://h/?a=1&b='2'' is no file; curl -fsS 'https://h/?a=1&b='\\''2'\\''' | fanfetch - "
       "reads it as a list"},
      {"https://me:hush@h/",
       "'https://user:***@h/' is no file; curl -fsS 'https://user:***@h/' | fanfetch - "
       "reads it as a list"},
      {"s3://b/urls.txt",
       "'s3://b/urls.txt' is no file of this machine: get it first, or pipe it into fanfetch -"},
      {"file:///tmp/urls", "'file:///tmp/urls' is no path: write what stands behind file://"},
  };
  for (const auto& [word, message] : kRows) {
    const auto spec = list_spec(word);
    ASSERT_FALSE(spec.has_value()) << word;
    EXPECT_EQ(spec.error().message, message);
  }
}

TEST(ListSpec, TellsTheFormatByTheEndingUnlessItIsGiven) {
  EXPECT_EQ(parse_source("x/list.TSV")->format, ListFormat::tsv);
  EXPECT_EQ(list_spec("a.jsonl.gz")->format, ListFormat::jsonl);
  EXPECT_EQ(parse_source("-")->format, ListFormat::text);
  const SourceWays ways{.format = ListFormat::csv};
  EXPECT_EQ(parse_source("-", ways)->format, ListFormat::csv);
  EXPECT_EQ(parse_source("a.jsonl", ways)->format, ListFormat::csv);
  EXPECT_EQ(list_spec("urls", ways)->format, ListFormat::csv);
}

TEST(ParseSource, AUrlMayBeAnApi) {
  const SourceWays ways{.urls_are_apis = true};
  expect_spec(parse_source("https://h/x.json", ways), SourceKind::api, "https://h/x.json");
  expect_spec(parse_source("./x.jsonl", ways), SourceKind::list, "./x.jsonl");
  expect_spec(parse_source("imgur", ways), SourceKind::imgur, "");
}

TEST(OpenSource, WantsColumnsWhereThereAreNone) {
  SourceContext context;
  context.columns.named = {"title"};
  for (const SourceSpec& spec :
       {SourceSpec{.kind = SourceKind::list, .argument = "-"},
        SourceSpec{.kind = SourceKind::list, .argument = "-", .format = ListFormat::aria2},
        SourceSpec{.kind = SourceKind::url, .argument = "http://me:hush@h/1"}}) {
    const auto source = open_source(spec, context);
    ASSERT_FALSE(source.has_value());
    EXPECT_TRUE(holds(source.error().message, "'title'")) << source.error().message;
    EXPECT_FALSE(holds(source.error().message, "hush"));
  }
  EXPECT_TRUE(open_source({.kind = SourceKind::api, .argument = "http://h/"}, context).has_value());
  context.client_id = "c1ient";
  EXPECT_TRUE(open_source({.kind = SourceKind::imgur}, context).has_value());
}

/// What a list yields whose stream brings `at_once` bytes a read.
SourceItems list_items(std::string text, ListFormat format, std::size_t at_once = 1000,
                       Beginning beginning = Beginning::first_read) {
  const auto source = list_source(
      {.bytes = in_memory(std::move(text), at_once), .name = "'list'", .beginning = beginning},
      format, {});
  return all_items(*source);
}

TEST(ListSourceOf, AnotherKindOfFileIsOneError) {
  for (const std::string page : {"<html>\nhttp://a/1\n", "PAR1\n\n\n", "url,n\nhttp://a/1,2\n"}) {
    const auto all = list_items(page, ListFormat::text);
    EXPECT_EQ(all.items.size(), 0u) << page;
    EXPECT_TRUE(all.error.starts_with("'list' is ")) << all.error;
  }
}

TEST(ListSourceOf, ACompressedFileIsJudgedByWhatIsInIt) {
  const std::pair<std::string, const char*> kRows[] = {
      {"id,url\n1,http://a/1\n2,http://a/2\n", "is CSV"},
      {"id\turl\n1\thttp://a/1\n", "is TSV"},
      {"[\n{\"url\": \"http://a/1\"}]\n", "is a JSON array"},
      {"PAR1\x15\x04\x15...", "is Parquet"},
      {"<!DOCTYPE html>\n", "is an HTML page"},
  };
  for (const auto& [text, what] : kRows) {
    for (const std::string& packed : {gzip(text), zstd(text)}) {
      for (const std::size_t at_once : {1u, 1000u}) {
        auto bytes = std::make_unique<DecodedStream>(in_memory(packed, at_once), "'list.txt.gz'",
                                                     Compression::none);
        const auto source = list_source(
            {.bytes = std::move(bytes), .name = "'list.txt.gz'", .beginning = Beginning::full},
            ListFormat::text, {});
        const auto all = all_items(*source);
        EXPECT_EQ(all.items.size(), 0u) << what;
        EXPECT_TRUE(holds(all.error, "'list.txt.gz' " + std::string(what))) << all.error;
      }
    }
  }
}

TEST(ListSourceOf, AFileIsJudgedByMoreThanItsFirstRead) {
  const std::string text = "id,url\n1,http://a/1\n2,http://a/2\n";
  EXPECT_EQ(list_items(text, ListFormat::text, 7, Beginning::first_read).items.size(), 3u);
  EXPECT_EQ(list_items(text, ListFormat::text, 7, Beginning::full).items.size(), 0u);
}

TEST(ListSourceOf, APipesFirstReadIsEnough) {
  // A pipe that brings a line and then nothing: it is not waited for.
  auto bytes = std::make_unique<MemoryStream>("http://a/1\n");
  bytes->stop();
  const auto source =
      list_source({.bytes = std::move(bytes), .name = "'list'"}, ListFormat::text, {});
  EXPECT_EQ(all_items(*source).urls(), std::vector<std::string>{"http://a/1"});
}

TEST(ListSourceOf, EachFormatIsRead) {
  const Texts one = {"http://a/1"};
  SourceContext context;
  context.links_at = JsonPointer::parse("/url").value();
  const auto urls = [&](std::string text, ListFormat format) {
    const auto source =
        list_source({.bytes = in_memory(std::move(text)), .name = "'list'"}, format, context);
    return all_items(*source).urls();
  };
  EXPECT_EQ(urls("http://a/1\tx.jpg\n", ListFormat::text), one);
  EXPECT_EQ(urls("url\nhttp://a/1\n", ListFormat::csv), one);
  EXPECT_EQ(urls("url\nhttp://a/1\n", ListFormat::tsv), one);
  EXPECT_EQ(urls("{\"url\":\"http://a/1\"}\n", ListFormat::jsonl), one);
  EXPECT_EQ(urls("[{\"url\":\"http://a/1\"}]", ListFormat::json), one);
  EXPECT_EQ(urls("http://a/1\n out=x\n", ListFormat::aria2), one);
}

TEST(OpenSource, YieldsAUrlOnce) {
  const auto source = open_source({.kind = SourceKind::url, .argument = "http://a/1"}, {});
  ASSERT_TRUE(source.has_value());
  auto item = (*source)->next();
  ASSERT_TRUE(item.has_value() && item->has_value());
  EXPECT_EQ((*item)->url, "http://a/1");
  item = (*source)->next();
  ASSERT_TRUE(item.has_value());
  EXPECT_FALSE(item->has_value());
}

TEST(OpenSource, OpensTheOtherKinds) {
  EXPECT_FALSE(open_source({.kind = SourceKind::list, .argument = "/nowhere/x"}, {}).has_value());
  SourceContext context;
  EXPECT_FALSE(open_source({.kind = SourceKind::imgur, .argument = ""}, context).has_value());
  context.client_id = "0123456789abcde";
  EXPECT_TRUE(open_source({.kind = SourceKind::imgur, .argument = ""}, context).has_value());
}

TEST(OpenSource, AListingEndsWithTheRun) {
  const UniqueFd stop = make_eventfd();
  int asked = 0;
  SourceContext context;
  context.stop_fd = stop.get();
  context.client_id = "0123456789abcde";
  context.notice = [](const std::string&) {};
  context.fetch_page = [&](const PageRequest&) -> Result<Page> {
    ++asked;
    post_eventfd(stop.get());
    return Page{.http_status = 429, .content_type = "", .body = ""};
  };
  const auto source = open_source({.kind = SourceKind::imgur, .argument = ""}, context);
  ASSERT_TRUE(source.has_value());
  for (int i = 0; i < 2; ++i) {
    const auto item = (*source)->next();
    ASSERT_TRUE(item.has_value());
    EXPECT_FALSE(item->has_value());
  }
  EXPECT_EQ(asked, 1) << "neither in the pause nor once the run has stopped";
}

}  // namespace
}  // namespace fanfetch
