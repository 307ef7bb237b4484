#include "common/http/response_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/common/http/response_corpus.h"

namespace fanfetch {
namespace {

/// What a reader made of bytes that came in these pieces and then ended.
struct Reading {
  ResponseReader reader;
  std::string body;
  std::string behind;
  std::size_t calls = 0;
};

Reading read_pieces(const std::string& bytes, const std::vector<std::size_t>& sizes) {
  Reading reading;
  std::size_t offset = 0;
  for (const std::size_t size : sizes) {
    std::span piece = std::as_bytes(std::span(bytes)).subspan(offset, size);
    offset += size;
    while (!piece.empty()) {
      const std::size_t before = piece.size();
      const auto state = reading.reader.state();
      const auto body = reading.reader.next(piece);
      ++reading.calls;
      reading.body.append(reinterpret_cast<const char*>(body.data()), body.size());
      const bool over = reading.reader.state() == ResponseReader::State::done ||
                        reading.reader.state() == ResponseReader::State::broken;
      if (over) {
        reading.behind.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        break;
      }
      EXPECT_TRUE(piece.size() < before || reading.reader.state() != state) << "it stands still";
    }
  }
  reading.reader.end_of_connection();
  return reading;
}

void expect_right(const CorpusEntry& entry, const Reading& reading) {
  const ResponseReader& reader = reading.reader;
  EXPECT_EQ(static_cast<int>(reader.problem()), static_cast<int>(entry.problem))
      << reader.problem_text();
  EXPECT_EQ(reader.problem_text().empty(), entry.problem == ResponseReader::Problem::none);
  EXPECT_EQ(reading.body, entry.body);
  EXPECT_EQ(reader.length_verified(), entry.length_verified);
  EXPECT_EQ(reader.keeps_connection(), entry.keeps_connection);
  if (entry.problem == ResponseReader::Problem::none) {
    EXPECT_EQ(reader.state(), ResponseReader::State::done);
    EXPECT_EQ(reader.head().status(), entry.status);
    EXPECT_EQ(reading.behind, entry.behind);
  } else {
    EXPECT_EQ(reader.state(), ResponseReader::State::broken);
  }
}

TEST(ResponseReader, HasACorpusWorthItsName) { EXPECT_GE(response_corpus().size(), 300u); }

TEST(ResponseReader, ReadsTheCorpusInOnePiece) {
  for (const CorpusEntry& entry : response_corpus()) {
    SCOPED_TRACE(entry.name);
    expect_right(entry, read_pieces(entry.bytes, {entry.bytes.size()}));
  }
}

TEST(ResponseReader, ReadsTheCorpusByteByByte) {
  for (const CorpusEntry& entry : response_corpus()) {
    SCOPED_TRACE(entry.name);
    expect_right(entry, read_pieces(entry.bytes, std::vector<std::size_t>(entry.bytes.size(), 1)));
  }
}

TEST(ResponseReader, ReadsTheCorpusSplitAtRandom) {
  std::mt19937 dice(1);  // NOLINT: the same splits each time
  for (const CorpusEntry& entry : response_corpus()) {
    SCOPED_TRACE(entry.name);
    for (int round = 0; round < 20; ++round) {
      std::vector<std::size_t> sizes;
      for (std::size_t left = entry.bytes.size(); left > 0; left -= sizes.back()) {
        const std::size_t most = std::min<std::size_t>(left, round % 2 == 0 ? 8 : left);
        sizes.push_back(std::uniform_int_distribution<std::size_t>(1, most)(dice));
      }
      expect_right(entry, read_pieces(entry.bytes, sizes));
    }
  }
}

}  // namespace
}  // namespace fanfetch
