#include "coordinator/sources/streams/line_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "coordinator/sources/streams/decoded_stream.h"
#include "coordinator/sources/streams/fd_stream.h"
#include "tests/coordinator/sources/memory_stream.h"

namespace fanfetch {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(write_end.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

/// A descriptor of a file that holds `text`, however large.
UniqueFd file_of(std::string_view text) {
  UniqueFd fd(::memfd_create("lines", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

std::unique_ptr<ByteStream> stream_of(UniqueFd fd, int stop_fd = -1,
                                      const std::string& name = "standard input") {
  return std::make_unique<DecodedStream>(std::make_unique<FdStream>(std::move(fd), stop_fd, name),
                                         name);
}

std::vector<std::string> lines_of(std::string_view text) {
  LineReader reader(stream_of(file_of(text), -1, "'list'"));
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader.next();
    EXPECT_TRUE(line.has_value());
    if (!line || !*line) return lines;
    lines.push_back(((*line)->too_long ? "LONG " : "") + std::string((*line)->text));
  }
}

using Lines = std::vector<std::string>;

TEST(LineReader, SplitsAtNewlinesOfEitherKind) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("a\nb\n"), (Lines{"a", "b"}));
  EXPECT_EQ(lines_of("a\r\nb\r\n\r\nc\r"), (Lines{"a", "b", "", "c"}));
  EXPECT_EQ(lines_of("\n\n"), (Lines{"", ""}));
}

TEST(LineReader, KnowsEveryEndOfALine) {
  for (const std::string end : {"\n", "\r\n", "\r\r\n", "\r\r\r\n", "\r"}) {
    EXPECT_EQ(lines_of("a" + end + "b" + end + "c"), (Lines{"a", "b", "c"})) << end.size();
    EXPECT_EQ(lines_of("a" + end + "b" + end), (Lines{"a", "b"})) << end.size();
  }
  EXPECT_EQ(lines_of("a\rb\nc\r\nd\r\r\ne\n\rf"), (Lines{"a", "b", "c", "d", "e", "", "f"}));
}

TEST(LineReader, CountsLinesWhateverTheirEndsAndReads) {
  const auto numbers = [](const std::string& text, std::size_t at_once) {
    LineReader reader(in_memory(text, at_once));
    std::vector<std::uint64_t> all;
    for (;;) {
      const auto line = reader.next();
      EXPECT_TRUE(line.has_value());
      if (!line || !*line) return all;
      if (!(*line)->text.empty()) all.push_back((*line)->number);
    }
  };
  using Numbers = std::vector<std::uint64_t>;
  for (const std::size_t at_once : {1u, 2u, 3u, 1000u}) {
    EXPECT_EQ(numbers("a\r\nb\r\n\r\nc", at_once), (Numbers{1, 2, 4})) << at_once;
    EXPECT_EQ(numbers("a\r\r\nb\r\r\nc\r\r\n", at_once), (Numbers{1, 2, 3})) << at_once;
    EXPECT_EQ(numbers("a\rb\r\rc\r", at_once), (Numbers{1, 2, 4})) << at_once;
    EXPECT_EQ(numbers("\r\r\ra", at_once), (Numbers{4})) << at_once;
  }
}

TEST(LineReader, YieldsALineWithALoneReturnAtOnce) {
  Pipe pipe;
  LineReader reader(stream_of(std::move(pipe.read_end), -1));
  pipe.write("first\r");  // an LF may follow: it is not waited for
  auto line = reader.next();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "first");
  pipe.write("\nsecond\r");
  line = reader.next();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "second");
  EXPECT_EQ((*line)->number, 2u);
}

TEST(LineReader, ReadsALongListOfLoneReturnsOnce) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "http://h/" + std::to_string(i) + "\r";
  EXPECT_EQ(lines_of(text).size(), 200'000u);  // in seconds, were each line to scan the buffer
}

TEST(LineReader, YieldsALastLineWithoutNewline) {
  EXPECT_EQ(lines_of("a\nlast"), (Lines{"a", "last"}));
}

TEST(LineReader, SkipsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(lines_of("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n"), (Lines{"one", "\xEF\xBB\xBFtwo"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"), Lines{});
}

TEST(LineReader, KeepsNulBytes) {
  EXPECT_EQ(lines_of(std::string_view("a\0b\nc\n", 6)), (Lines{std::string("a\0b", 3), "c"}));
}

TEST(LineReader, YieldsLinesAcrossItsBuffer) {
  const std::string long_line(50'000, 'x');
  EXPECT_EQ(lines_of(long_line + "\n" + long_line + "\r\n" + long_line),
            (Lines{long_line, long_line, long_line}));
}

TEST(LineReader, CutsALineOverTheLimitOnceAndGoesOn) {
  const std::string most(LineReader::kMaxLineBytes, 'x');
  EXPECT_EQ(lines_of(most + "\nafter\n"), (Lines{most, "after"}));
  EXPECT_EQ(lines_of(most + "x\nafter\n"),
            (Lines{"LONG " + std::string(LineReader::kShownBytes, 'x'), "after"}));
  EXPECT_EQ(lines_of("before\n" + std::string(1'000'000, 'y')),
            (Lines{"before", "LONG " + std::string(LineReader::kShownBytes, 'y')}));
}

TEST(LineReader, YieldsALineOfAPipeBeforeItsWriterGoesOn) {
  Pipe pipe;
  LineReader reader(stream_of(std::move(pipe.read_end), -1));
  pipe.write("first\nsec");
  auto line = reader.next();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "first");
  pipe.write("ond\n");  // a reader that wanted more than one line would hang above
  line = reader.next();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "second");
}

TEST(LineReader, EndsWithoutTheHalfLineWhenTheRunStops) {
  Pipe pipe;
  Pipe stop;
  LineReader reader(stream_of(std::move(pipe.read_end), stop.read_end.get()));
  pipe.write("whole\nhttp://example.org/ha");
  stop.write("!");
  // The stop came first, so nothing is read.
  auto line = reader.next();
  ASSERT_TRUE(line.has_value());
  EXPECT_FALSE(line->has_value());
}

TEST(LineReader, IsWokenByAStopWhileItWaits) {
  Pipe pipe;
  Pipe stop;
  LineReader reader(stream_of(std::move(pipe.read_end), stop.read_end.get()));
  pipe.write("whole\nhttp://example.org/ha");
  auto line = reader.next();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "whole");
  std::thread stopper([&] { stop.write("!"); });
  line = reader.next();
  stopper.join();
  ASSERT_TRUE(line.has_value());
  EXPECT_FALSE(line->has_value());
  pipe.write("lf\n");
  line = reader.next();  // and it stays ended
  ASSERT_TRUE(line.has_value());
  EXPECT_FALSE(line->has_value());
}

TEST(LineReader, WaitsOnANonBlockingDescriptor) {
  Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK), 0);
  LineReader reader(stream_of(std::move(pipe.read_end), -1));
  std::thread writer([&] { pipe.write("late\n"); });
  const auto line = reader.next();
  writer.join();
  ASSERT_TRUE(line.has_value() && line->has_value());
  EXPECT_EQ((*line)->text, "late");
}

TEST(LineReader, SaysWhyItCannotRead) {
  LineReader folder(stream_of(UniqueFd(::open("/", O_RDONLY | O_CLOEXEC)), -1, "'/'"));
  auto line = folder.next();
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().message, "cannot read '/': it is a folder; name a file in it");

  Pipe pipe;
  LineReader writing(stream_of(std::move(pipe.write_end), -1, "'pipe'"));  // not open for reading
  pipe.read_end.reset();
  line = writing.next();
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().message, "cannot read 'pipe' to its end: Bad file descriptor");
}

}  // namespace
}  // namespace fanfetch
