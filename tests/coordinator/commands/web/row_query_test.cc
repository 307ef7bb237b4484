#include "coordinator/commands/web/row_query.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Record saved(std::string url, std::string name, std::string type = "image/jpeg") {
  Record record{.url = std::move(url), .status = Status::saved, .file_name = std::move(name)};
  record.content_type = std::move(type);
  return record;
}

Record failed(std::string url, ErrorClass error, int http_status = 0) {
  Record record{.url = std::move(url), .status = Status::failed};
  record.error = error;
  if (http_status != 0) record.http_status = http_status;
  return record;
}

RowQuery query(const std::multimap<std::string, std::string>& words) {
  auto parsed = parse_row_query(words);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed.value_or(RowQuery());
}

TEST(RowQuery, WithoutWordsItIsTheNewestPage) {
  const RowQuery all = query({{"text", ""}, {"host", ""}, {"most", ""}});
  EXPECT_EQ(50u, all.most);
  EXPECT_EQ(std::numeric_limits<std::int64_t>::max(), all.before);
  EXPECT_TRUE(all.takes(saved("http://a/b", "b")));
  EXPECT_TRUE(all.takes(failed("http://a/b", ErrorClass::dns)));
}

TEST(RowQuery, TextIsInTheLinkOrTheName) {
  const RowQuery cats = query({{"text", "CaTs"}});
  EXPECT_TRUE(cats.takes(saved("http://a/cats.jpg", "x")));
  EXPECT_TRUE(cats.takes(saved("http://a/x", "my/CATS")));
  EXPECT_FALSE(cats.takes(saved("http://a/cat.jpg", "s")));
  EXPECT_TRUE(query({{"text", "%"}}).takes(saved("http://a/%7E", "x"))) << "no pattern";
  EXPECT_FALSE(query({{"text", "_"}}).takes(saved("http://a/b", "x")));
}

TEST(RowQuery, FiltersAreThoseOfAnExport) {
  EXPECT_FALSE(query({{"status", "failed"}}).takes(saved("http://a/b", "b")));
  EXPECT_TRUE(query({{"status", "404"}}).takes(failed("http://a/b", ErrorClass::http_4xx, 404)));
  EXPECT_FALSE(query({{"class", "dns"}}).takes(failed("http://a/b", ErrorClass::tls)));
  EXPECT_TRUE(query({{"host", "a:80"}}).takes(saved("http://a/b", "b")));
  EXPECT_FALSE(query({{"host", "b"}}).takes(saved("http://a/b", "b")));
}

TEST(RowQuery, PicturesAreWhatIsCalledSo) {
  const RowQuery pictures = query({{"kind", "pictures"}});
  EXPECT_TRUE(pictures.takes(saved("http://a/b", "b", "Image/PNG; x=y")));
  EXPECT_TRUE(pictures.takes(saved("http://a/b", "b.JPG", "text/plain")));
  EXPECT_FALSE(pictures.takes(saved("http://a/b", "b.svg", "image/svg+xml")));
  EXPECT_FALSE(pictures.takes(saved("http://a/b.jpg", "b", "text/html")));
  EXPECT_FALSE(pictures.takes(failed("http://a/b.jpg", ErrorClass::dns)));
}

TEST(RowQuery, PagesAreBounded) {
  EXPECT_EQ(200u, query({{"most", "200"}}).most);
  EXPECT_EQ(7, query({{"before", "7"}}).before);
  using Words = std::multimap<std::string, std::string>;
  for (const Words& words :
       {Words{{"most", "201"}}, Words{{"most", "0"}}, Words{{"most", "1x"}}, Words{{"before", "0"}},
        Words{{"before", "-1"}}, Words{{"before", "9223372036854775808"}}, Words{{"kind", "all"}},
        Words{{"status", "kept"}}, Words{{"class", "odd"}}, Words{{"order", "size"}},
        Words{{"host", "a b"}}, Words{{"text", std::string(501, 'x')}}}) {
    EXPECT_FALSE(parse_row_query(words)) << words.begin()->first << '=' << words.begin()->second;
  }
}

}  // namespace
}  // namespace fanfetch
