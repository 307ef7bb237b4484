#include "coordinator/sources/open_list.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

/// All that comes, and the error that ends it in the same text.
std::string text_of(ByteStream& bytes) {
  std::string text;
  char buffer[100];
  for (;;) {
    const auto count = bytes.read(buffer);
    if (!count) return text + "ERROR " + count.error().message;
    if (count->value_or(0) == 0) return text;
    text.append(buffer, **count);
  }
}

TEST(OpenList, ReadsAFile) {
  char path[] = "/tmp/fanfetch-list-XXXXXX";
  const UniqueFd file(::mkstemp(path));
  ASSERT_EQ(::write(file.get(), "http://a/1\n", 11), 11);
  const auto list = open_list(path, -1);
  ::unlink(path);
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->name, "'" + std::string(path) + "'");
  EXPECT_EQ(list->beginning, Beginning::full);
  EXPECT_EQ(text_of(*list->bytes), "http://a/1\n");
}

TEST(OpenList, SaysWhatIsMissingAndWhatToDo) {
  const auto list = open_list("/nowhere/urls.txt", -1);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().message,
            "cannot open '/nowhere/urls.txt': No such file or directory; check the path (a URL "
            "begins with http:// or https://)");
}

TEST(OpenList, SaysThatAFolderIsNoList) {
  const auto list = open_list("/", -1);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().message,
            "'/' is a folder: -o / puts files there; fanfetch status / looks at it");
}

TEST(EndingOf, KnowsFormatsAndCompressionInAnyCase) {
  const auto expect = [](std::string_view path, ListFormat format, Compression compression) {
    const ListEnding ending = ending_of(path);
    EXPECT_EQ(ending.format, format) << path;
    EXPECT_EQ(ending.compression, compression) << path;
  };
  expect("urls.txt", ListFormat::text, Compression::none);
  expect("-", ListFormat::text, Compression::none);
  expect("csv", ListFormat::text, Compression::none);
  expect("x.CSV", ListFormat::csv, Compression::none);
  expect("a.b/x.csv.GZ", ListFormat::csv, Compression::gzip);
  expect("x.tsv.zst", ListFormat::tsv, Compression::zstd);
  expect("x.jsonl", ListFormat::jsonl, Compression::none);
  expect("x.ndjson.gz", ListFormat::jsonl, Compression::gzip);
  expect("x.txt.zst", ListFormat::text, Compression::zstd);
  expect("x.JSON", ListFormat::json, Compression::none);
  expect("x.json.gz", ListFormat::json, Compression::gzip);
  expect("x.aria2", ListFormat::aria2, Compression::none);
  expect("x.gz.csv", ListFormat::csv, Compression::none);
  expect("x.context", ListFormat::text, Compression::none);
  expect(".gz", ListFormat::text, Compression::gzip);
}

}  // namespace
}  // namespace fanfetch
