#include "coordinator/commands/report/data/sample_pictures.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/unique_fd.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

TEST(RowSample, KeepsAllOfFewRows) {
  RowSample sample(10);
  for (int row = 1; row <= 7; ++row) sample.add(row);
  EXPECT_EQ((std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}), sample.rows());
}

TEST(RowSample, TakesThemFromAllOfManyAndAlwaysTheSame) {
  RowSample one(100), other(100), none(0);
  for (int row = 1; row <= 10'000; ++row) {
    one.add(row);
    other.add(row);
    none.add(row);
  }
  const auto rows = one.rows();
  EXPECT_EQ(rows, other.rows());
  EXPECT_TRUE(none.rows().empty());
  ASSERT_EQ(100u, rows.size());
  for (int tenth = 0; tenth < 10; ++tenth) {
    const auto here =
        std::ranges::count_if(rows, [&](std::int64_t row) { return (row - 1) / 1000 == tenth; });
    EXPECT_GT(here, 2) << tenth;
    EXPECT_LT(here, 25) << tenth;
  }
}

TEST(RasterType, IsToldByTheFirstBytes) {
  struct Case {
    std::string_view bytes, type;
  };
  constexpr auto kRest = "............................"sv;
  for (const Case& one : {
           Case{"\xFF\xD8\xFF\xE0", "image/jpeg"},
           Case{"\x89PNG\r\n\x1A\n", "image/png"},
           Case{"GIF87a", "image/gif"},
           Case{"GIF89a", "image/gif"},
           Case{"RIFF\1\2\3\4WEBPVP8 ", "image/webp"},
           Case{"\0\0\0\x20"
                "ftypavif\0\0\0\0"sv,
                "image/avif"},
           Case{"\0\0\0\x20"
                "ftypmif1\0\0\0\0miafavif"sv,
                "image/avif"},
           Case{"\0\0\0\x20"
                "ftypmp42\0\0\0\0isommp42"sv,
                ""},
           Case{"BM\1\2\3\4\0\0\0\0\x36\0\0\0"sv, "image/bmp"},
           Case{"BMW is a maker of cars", ""},
           Case{"RIFF\1\2\3\4WAVEfmt ", ""},
           Case{"<svg xmlns=\"http://www.w3.org/2000/svg\">", ""},
           Case{"<?xml version=\"1.0\"?><svg>", ""},
           Case{"<html>GIF89a", ""},
           Case{"", ""},
       }) {
    EXPECT_EQ(one.type, raster_type(std::string(one.bytes).append(kRest))) << one.bytes;
  }
  EXPECT_EQ("", raster_type(""));
  EXPECT_EQ("", raster_type("BM"));
  EXPECT_EQ("", raster_type("\0\0\0\x20"sv));
}

class ReadPicture : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.at("in"));
    std::ofstream(folder_.at("in/a.gif")) << "GIF89a and more";
    std::ofstream(folder_.at("secret.gif")) << "GIF89a of others";
    fd_.reset(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  [[nodiscard]] FileStamp stamp(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(0, ::stat(folder_.at(name).c_str(), &status));
    return stamp_of(status);
  }

  support::TempDir folder_;
  UniqueFd fd_;
};

TEST_F(ReadPicture, HasTheBytesAsTheyAre) {
  const auto picture = read_picture(fd_.get(), "in/a.gif", stamp("in/a.gif"));
  ASSERT_TRUE(picture);
  EXPECT_EQ("in/a.gif", picture->file_name);
  EXPECT_EQ("image/gif", picture->type);
  EXPECT_EQ("GIF89a and more", picture->bytes);
}

TEST_F(ReadPicture, LeavesOutWhatIsGoneChangedOrNoFile) {
  FileStamp changed = stamp("in/a.gif");
  ++changed.mtime_ns;
  EXPECT_FALSE(read_picture(fd_.get(), "in/a.gif", changed));
  changed = stamp("in/a.gif");
  ++changed.size;
  EXPECT_FALSE(read_picture(fd_.get(), "in/a.gif", changed));
  EXPECT_FALSE(read_picture(fd_.get(), "in/gone.gif", stamp("in/a.gif")));
  EXPECT_FALSE(read_picture(fd_.get(), "in", stamp("in")));
  ASSERT_EQ(0, ::mkfifo(folder_.at("fifo.gif").c_str(), 0600));
  EXPECT_FALSE(read_picture(fd_.get(), "fifo.gif", stamp("fifo.gif")));
}

TEST_F(ReadPicture, FollowsNoSymbolicLinkAndLeavesNotTheFolder) {
  std::filesystem::create_symlink("../secret.gif", folder_.at("in/link.gif"));
  std::filesystem::create_directory_symlink("in", folder_.at("way"));
  EXPECT_FALSE(read_picture(fd_.get(), "in/link.gif", stamp("secret.gif")));
  EXPECT_FALSE(read_picture(fd_.get(), "way/a.gif", stamp("in/a.gif")));
  const UniqueFd in(::open(folder_.at("in").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_FALSE(read_picture(in.get(), "../secret.gif", stamp("secret.gif")));
  EXPECT_FALSE(read_picture(in.get(), folder_.at("secret.gif"), stamp("secret.gif")));
}

}  // namespace
}  // namespace fanfetch
