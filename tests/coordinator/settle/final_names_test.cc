#include "coordinator/settle/final_names.h"

#include <gtest/gtest.h>

#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"
#include "coordinator/settle/run_ledger.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

class FinalNamesTest : public ::testing::Test {
 protected:
  [[nodiscard]] static Link link(const std::string& name) {
    Link link{.url = *parse_url("http://h/" + name), .hash = sha256(name), .name = name};
    link.name_key = name_key(name);
    return link;
  }
  [[nodiscard]] FinalName choose(const Link& link) {
    return names_.choose(link, Saved{.type = "image/jpeg"});
  }
  [[nodiscard]] static std::string suffixed(const Link& link) {
    return other_name("photo.jpg", link.hash, 1);
  }
  /// A file that an earlier run saved for `link`.
  void save(const Link& owner, const std::string& name) const {
    LedgerEntry entry;
    entry.row.link = link_id(owner.hash);
    entry.row.record = {.url = "http://x/", .status = Status::saved, .file_name = name};
    entry.row.name_key = name_key(name);
    ASSERT_TRUE(run_.ledger->write(std::span(&entry, 1)));
  }
  [[nodiscard]] bool is_free(const std::string& name) {
    std::uint64_t generation = 0;
    return in_flight_.take_name(name_key(name), generation);
  }

  support::TempDir temp_;
  RunLedger run_ = std::move(open_run_ledger(temp_.at("out"), "").value());
  InFlight in_flight_;
  FinalNames names_{{.fix_extension = true}, run_.path, run_.output.fd(), in_flight_};
};

TEST_F(FinalNamesTest, ANameThatStaysIsNotTakenAgain) {
  EXPECT_EQ(choose(link("photo.jpg")).name, "photo.jpg");
  EXPECT_EQ(choose(link("photo.jpg")).key, name_key("photo.jpg"));
  EXPECT_TRUE(is_free("photo.jpg")) << "the plan has it";
}

TEST_F(FinalNamesTest, AnotherOneIsTakenUntilItIsSettled) {
  const Link photo = link("photo.png");
  in_flight_.add(link_id(photo.hash), 1);
  const FinalName chosen = choose(photo);
  EXPECT_EQ(chosen.name, "photo.jpg");
  EXPECT_EQ(chosen.key, name_key("photo.jpg"));
  EXPECT_FALSE(is_free("PHOTO.jpg"));
  in_flight_.settled(link_id(photo.hash), photo.name_key, chosen.key);
  EXPECT_TRUE(is_free("photo.jpg"));
}

TEST_F(FinalNamesTest, TwoOfABatchNeverMeet) {
  const Link first = link("photo.png"), second = link("Photo.gif"), third = link("photo.webp");
  EXPECT_EQ(choose(first).name, "photo.jpg");
  EXPECT_EQ(choose(second).name, other_name("Photo.jpg", second.hash, 1));
  EXPECT_EQ(choose(third).name, suffixed(third));
}

TEST_F(FinalNamesTest, ForeignFilesAndOtherLinksNamesAreLeft) {
  (void)temp_.write("out/photo.jpg", "foreign");
  const Link photo = link("photo.png");
  EXPECT_EQ(choose(photo).name, suffixed(photo));
  EXPECT_TRUE(is_free("photo.jpg")) << "given back";

  save(link("somebody's"), "Clip.jpg");
  const Link clip = link("clip.gif");
  EXPECT_EQ(choose(clip).name, other_name("clip.jpg", clip.hash, 1));
}

TEST_F(FinalNamesTest, WhatItsOwnRowSaysIsItsOwn) {
  const Link photo = link("photo.png");
  save(photo, "photo.jpg");
  EXPECT_EQ(choose(photo).name, "photo.jpg") << "the user removed the file";
}

TEST_F(FinalNamesTest, APlannedNameWithTheSuffixIsKept) {
  (void)temp_.write("out/photo.jpg", "foreign");
  Link photo = link("download");
  photo.name = suffixed(photo);
  photo.name_key = name_key(photo.name);
  EXPECT_TRUE(is_free(photo.name));  // taken now, as the plan does
  FinalNames hearing({.suggestions = true}, run_.path, run_.output.fd(), in_flight_);
  EXPECT_EQ(hearing.choose(photo, Saved{.suggested_name = "photo.jpg"}).name, photo.name);
}

}  // namespace
}  // namespace fanfetch
