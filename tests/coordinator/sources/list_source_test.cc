#include "coordinator/sources/list_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "coordinator/sources/streams/fd_stream.h"

namespace fanfetch {
namespace {

std::vector<ListedItem> items_of(std::string_view text) {
  UniqueFd fd(::memfd_create("list", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(fd.get(), 0, SEEK_SET);
  ListSource source(LineReader(std::make_unique<FdStream>(std::move(fd), -1, "'list'")));
  std::vector<ListedItem> items;
  for (;;) {
    auto item = source.next();
    EXPECT_TRUE(item.has_value());
    if (!item || !*item) return items;
    items.push_back(std::move(**item));
  }
}

TEST(ListSource, YieldsEachLineTrimmed) {
  const auto items = items_of("http://a/1\n \t http://a/b c \t\r\nnot a url");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].url, "http://a/1");
  EXPECT_EQ(items[1].url, "http://a/b c");
  EXPECT_EQ(items[2].url, "not a url");  // whether it is one is not for the source to say
  for (const auto& item : items) EXPECT_EQ(item.problem, "");
}

TEST(ListSource, SkipsBlankLinesAndComments) {
  const auto items = items_of("# list\n\n   \t\n\t # more\r\nhttp://a/1#part\n#" +
                              std::string(100'000, 'x') + "\n");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].url, "http://a/1#part");
}

TEST(ListSource, TellsWhatCannotBeAUrlAndGoesOn) {
  const auto items =
      items_of(std::string("http://a/\0b\n", 12) + std::string(70'000, 'x') + "\nhttp://a/2\n");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].problem, "its line has a NUL byte");
  EXPECT_EQ(items[0].url, std::string("http://a/\0b", 11));
  EXPECT_EQ(items[1].problem, "its line is over 64 KiB long");
  EXPECT_EQ(items[1].url, std::string(LineReader::kShownBytes, 'x'));
  EXPECT_EQ(items[2].url, "http://a/2");
}

TEST(ListSource, CutsALineWithANulByte) {
  std::string line(60'000, 'x');
  line[50'000] = '\0';
  const auto items = items_of(line);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].url->size(), LineReader::kShownBytes);
}

}  // namespace
}  // namespace fanfetch
