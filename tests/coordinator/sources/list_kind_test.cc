#include "coordinator/sources/list_kind.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/coordinator/sources/holds.h"

namespace fanfetch {
namespace {

using namespace std::string_literals;

constexpr ListFormat kAllFormats[] = {ListFormat::text,  ListFormat::csv,  ListFormat::tsv,
                                      ListFormat::jsonl, ListFormat::json, ListFormat::aria2};

std::string kind(const std::string& beginning, ListFormat format = ListFormat::text) {
  return other_kind(beginning, {.format = format});
}

/// As UTF-16 or UTF-32, of ASCII alone.
std::string wide(std::string_view text, std::size_t width, bool big_endian) {
  std::string out;
  for (const char c : text) {
    const std::string zeros(width - 1, '\0');
    out += big_endian ? zeros + c : c + zeros;
  }
  return out;
}

TEST(OtherKind, LeavesLinesAloneThatAreOfTheFormat) {
  EXPECT_EQ(kind("[1,null,2]\n[2,\"http://h/1\",3]\n[3,\"http://h/2\",3]\n", ListFormat::jsonl),
            "");
  EXPECT_EQ(kind("http://h/1\ta.jpg\t\nhttp://h/2\n"), "") << "a name, and a tab behind it";
  EXPECT_EQ(kind("http://h/1\ta.jpg\t# a comment\tof two\nhttp://h/2\n"), "");
  EXPECT_TRUE(holds(kind("http://h/1\ta.jpg\tcat\n"), "is TSV"));
}

TEST(OtherKind, KnowsFilesOfProgramsWhateverTheFormat) {
  const std::string tar = "urls.txt" + std::string(249, '\0') + "ustar";
  for (const ListFormat format : kAllFormats) {
    EXPECT_TRUE(holds(kind("PAR1\x15\x04\x15 ...", format), "is Parquet")) << int(format);
    EXPECT_TRUE(holds(kind("PAR1", format), "to_csv('links.csv')"));
    EXPECT_TRUE(holds(kind("PK\x03\x04 ... [Content_Types].xml ...", format), "xlsx2csv FILE"));
    EXPECT_TRUE(holds(kind("PK\x03\x04 urls.txt", format), "unzip -p FILE | fanfetch "));
    EXPECT_TRUE(holds(kind(tar, format), "tar -xOf FILE | fanfetch "));
    EXPECT_EQ(holds(kind(tar, format), "--format"), format != ListFormat::text);
    EXPECT_TRUE(holds(kind("\xfd"
                           "7zXZ\0\0\0"s,
                           format),
                      "xz -dc FILE | fanfetch "));
    EXPECT_TRUE(holds(kind("BZh91AY&SY...", format), "bzip2 -dc FILE | fanfetch "));
    EXPECT_TRUE(holds(kind("SQLite format 3\0..."s, format), "sqlite3 FILE"));
    EXPECT_TRUE(holds(kind("%PDF-1.4\n", format), "is a PDF"));
    EXPECT_TRUE(holds(kind("\xFF\xD8\xFF\xE0", format), "is a picture"));
    EXPECT_TRUE(holds(kind("ORC...", format), "is ORC"));
    EXPECT_TRUE(holds(kind("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...", format), "save it as CSV"));
  }
}

TEST(OtherKind, KnowsOtherBinaryFiles) {
  std::mt19937 random(3);
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(random());
  bytes[0] = 'x';
  for (const ListFormat format : kAllFormats) {
    EXPECT_TRUE(holds(kind(bytes, format), "is no text")) << int(format);
  }
  // Neither one NUL nor another encoding makes a binary file of a list.
  EXPECT_EQ(kind("http://a/\0b\nhttp://a/2\nhttp://a/3\nhttp://a/4\n"s), "");
  EXPECT_EQ(kind("# \xCF\xF0\xE8\xE2\xE5\xF2\nhttp://a/\xE9\n"), "");
  EXPECT_EQ(kind("\0"s), "");
}

TEST(OtherKind, KnowsWideTextWithAndWithoutAMark) {
  const std::string list = "http://a/1\r\nhttp://a/2\r\n";
  for (const ListFormat format : kAllFormats) {
    EXPECT_TRUE(holds(kind("\xFF\xFE" + wide(list, 2, false), format), "iconv -f UTF-16 -t UTF-8"));
    EXPECT_TRUE(holds(kind("\xFE\xFF" + wide(list, 2, true), format), "is UTF-16: "));
    EXPECT_TRUE(holds(kind(wide(list, 2, false), format), "iconv -f UTF-16LE -t UTF-8 FILE"));
    EXPECT_TRUE(holds(kind(wide(list, 2, true), format), "is UTF-16BE: "));
    EXPECT_EQ(kind(wide(list, 2, true), ListFormat::csv),
              "is UTF-16BE: write it as UTF-8: iconv -f UTF-16BE -t UTF-8 FILE | fanfetch --format "
              "csv -");
    EXPECT_TRUE(holds(kind(wide(list, 4, false), format), "is UTF-32LE: "));
    EXPECT_TRUE(holds(kind(wide(list, 4, true), format), "is UTF-32BE: "));
    EXPECT_TRUE(holds(kind("\xFF\xFE\0\0"s + wide(list, 4, false), format), "is UTF-32: "));
  }
}

TEST(OtherKind, KnowsMarkup) {
  for (const ListFormat format : kAllFormats) {
    for (const char* page :
         {"<!DOCTYPE html>\n<html>", "\n <html lang=en>", "<HTML>", "<!-- x --><html>", "<head>",
          "<script>", "<?xml version=\"1.0\"?><!DOCTYPE html><html xmlns=\"x\">"}) {
      EXPECT_TRUE(holds(kind(page, format), "is an HTML page")) << page;
    }
    const std::string map =
        kind("<?xml version=\"1.0\"?>\n<urlset xmlns=\"x\"><url><loc>http://a/", format);
    EXPECT_TRUE(holds(map, "is a sitemap (XML)")) << map;
    EXPECT_TRUE(
        holds(map, "grep -oP '<loc>\\s*\\K[^<\\s]+' FILE | sed 's/&amp;/\\&/g' | fanfetch -"));
    EXPECT_TRUE(holds(kind("<urlset>", format), "is a sitemap"));
    EXPECT_TRUE(holds(kind("<sitemapindex xmlns='x'>", format), "is an index of sitemaps"));
    EXPECT_TRUE(holds(kind("<?xml version='1.0'?><rss>", format), "is XML"));
    EXPECT_TRUE(holds(kind("<media:x a='1'>", format), "is XML"));
  }
  EXPECT_EQ(kind("<http://a/1>\nhttp://a/2\n"), "") << "as mail programs put links";
}

TEST(OtherKind, KnowsJsonThatIsNotOfItsName) {
  for (const char* array : {"[{\"url\":\"http://a/1\"}]", "[\n  {\n    \"url\"", "[\n", " [ \"http",
                            "[]", "[[\"x\"]]"}) {
    for (const ListFormat format : {ListFormat::text, ListFormat::jsonl, ListFormat::csv,
                                    ListFormat::tsv, ListFormat::aria2}) {
      EXPECT_EQ(kind(array, format), "is a JSON array: --format json reads it") << array;
    }
    EXPECT_EQ(kind(array, ListFormat::json), "");
  }
  EXPECT_EQ(kind("{\"url\":\"http://a/1\"}\n{\"url\":\"http://a/2\"}\n"),
            "is JSON lines: --format jsonl reads them");
  for (const char* object : {"{\n  \"data\": [", "{\"data\":[", "{"}) {
    EXPECT_TRUE(holds(kind(object), "is a JSON object: --format json reads it")) << object;
  }
  EXPECT_TRUE(holds(kind("{\n  \"data\": [\n", ListFormat::jsonl), "is a JSON object"));
  for (const char* lines : {"{\"url\":\"http://a/1\"}\n{", "{\"url\":", "\"http://a/1\"\n", ""}) {
    EXPECT_EQ(kind(lines, ListFormat::jsonl), "") << lines;
    EXPECT_EQ(kind(lines, ListFormat::json), "") << lines;
  }
  // With a pointer that leads into arrays, lines may be arrays; a line alone never ends inside one.
  const ExpectedList arrays{.format = ListFormat::jsonl, .rows_are_arrays = true};
  EXPECT_EQ(other_kind("[\"http://a/1\",1]\n[\"http://a/2\",1]\n", arrays), "");
  EXPECT_NE(other_kind("[\n  \"http://a/1\",\n", arrays), "");
  for (const char* text : {"[link](http://a/1)\n", "[1] http://a/1\n", "{a,b}\n"}) {
    EXPECT_EQ(kind(text), "") << text;
  }
}

TEST(OtherKind, KnowsWhatIsNoJson) {
  EXPECT_EQ(
      kind("http://me:pw@a/1\nhttp://a/2\n", ListFormat::json),
      "is not JSON: it begins with 'http://user:***@a/1'; --format text reads one link a line");
  EXPECT_TRUE(holds(kind("url,n\nhttp://a/1,2\n", ListFormat::json), "is not JSON"));
  EXPECT_TRUE(holds(kind("http://a/1\nhttp://a/2\n", ListFormat::jsonl), "--format text"));
  EXPECT_TRUE(holds(kind("url,n\nhttp://a/1,2\n", ListFormat::jsonl), "--format csv"));
}

TEST(OtherKind, KnowsTablesWhereTheFirstLineHasNoUrl) {
  EXPECT_EQ(kind("url,caption\nhttp://a/1,x\n"), "is CSV: --format csv reads it");
  EXPECT_EQ(kind("# of May\n\nid,\"the, url\"\r\n1,\"http://a/1,2\"\r\n"),
            "is CSV: --format csv reads it");
  EXPECT_EQ(kind("id,caption,url\n1,\"a\nb\",https://a/1"), "is CSV: --format csv reads it");
  EXPECT_EQ(kind("id\turl\n1\thttp://a/1\n"), "is TSV: --format tsv reads it");
  EXPECT_TRUE(holds(kind("id;url\n1;http://a/1\n"), "--format csv"));
  EXPECT_TRUE(holds(kind("id|url\n1|http://a/1\n"), "--delimiter '|'"));
  EXPECT_EQ(kind("http://a/1\tcaption\tauthor\nhttp://a/2\tc\ta\n"),
            "is TSV: --format tsv --url-column 1 reads it");
  for (const char* list :
       {"http://a/1,2.jpg\nhttp://a/3\n", "my links\nhttp://a/1,http://a/2\n", "url\nhttp://a/1\n",
        "no url\nhttp://a/1,2\n", "a,b\nc,d\n", "http://a/1\tname.jpg\nhttp://a/2\tb.jpg\n",
        "http://a/1\tout=x\tdir=y\n", "http://a/1\thttp://b/1\thttp://c/1\n", "", "#\n", "url,n"}) {
    EXPECT_EQ(kind(list), "") << list;
  }
}

TEST(OtherKind, KnowsAria2sInputFile) {
  for (const char* list : {"http://a/1\n  out=x\n", "# x\nhttp://a/1\n\n\tdir=/x\n",
                           "http://a/1\thttp://b/1\n split=5\nhttp://a/2\n",
                           "http://a/1\r\nhttp://a/2\r\n  max-tries = 5\r\n"}) {
    EXPECT_EQ(kind(list), "is an input file of aria2: --format aria2 reads it") << list;
    EXPECT_EQ(kind(list, ListFormat::aria2), "");
  }
  for (const char* list : {"http://a/1\n  http://a/2?x=1\n", "http://a/1\nout=x\n", "  out=x\n",
                           "http://a/1\n  http://a/2\n"}) {
    EXPECT_EQ(kind(list), "") << list;
  }
}

}  // namespace
}  // namespace fanfetch
