#include "coordinator/names/name_claims.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "common/unique_fd.h"
#include "coordinator/names/links_in_flight.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

/// With a real folder, and a real ledger that is asked as settling asks it.
class NameClaimsTest : public ::testing::Test {
 protected:
  [[nodiscard]] static Link link(const std::string& name) {
    Link link{.url = *parse_url("http://h/" + name), .hash = sha256(name), .name = name};
    link.name_key = name_key(name);
    return link;
  }
  [[nodiscard]] TakenInLedger taken_by_another_than(const Link& link) {
    return [this, id = link_id(link.hash)](std::uint64_t key) {
      ++ledger_questions_;
      return open_.ledger->name_taken(key, id);
    };
  }
  /// Of a JPEG, by its content.
  [[nodiscard]] ClaimedName choose(const Link& link) {
    return names_.claim_for_content(link, Saved{.type = "image/jpeg"}, {.fix_extension = true},
                                    taken_by_another_than(link));
  }
  /// As the plan does.
  [[nodiscard]] std::string plan(const std::string& url, const std::string& wanted) {
    const Link asking = link(url);
    return names_.claim(wanted, asking.hash, taken_by_another_than(asking)).name;
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
    ASSERT_TRUE(open_.ledger->write(std::span(&entry, 1)));
  }
  /// Claims it, if so.
  [[nodiscard]] bool is_free(const std::string& name) {
    return names_.claim_existing(name_key(name), [](std::uint64_t) { return false; });
  }

  support::TempDir temp_;
  const UniqueFd folder_{::open(temp_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const OpenLedger open_ = open_sqlite(temp_.at("ledger"));
  NameClaims names_{folder_.get()};
  int ledger_questions_ = 0;
};

TEST_F(NameClaimsTest, ANameIsClaimedOnce) {
  EXPECT_EQ(plan("1", "a.jpg"), "a.jpg");
  EXPECT_EQ(plan("2", "A.JPG"), other_name("A.JPG", sha256("2"), 1)) << "case does not count";
  EXPECT_EQ(plan("3", "b.jpg"), "b.jpg");
  names_.release(name_key("a.jpg"));
  EXPECT_EQ(plan("4", "a.jpg"), "a.jpg");
}

TEST_F(NameClaimsTest, AForeignFilesNameIsNotFreeAndTheClaimIsGivenUp) {
  (void)temp_.write("a.jpg", "foreign");
  const std::string other = other_name("a.jpg", sha256("1"), 1);
  (void)temp_.write(other, "foreign");
  EXPECT_EQ(plan("1", "a.jpg"), other_name("a.jpg", sha256("1"), 2));
  EXPECT_TRUE(is_free("a.jpg") && is_free(other)) << "not claimed";
}

TEST_F(NameClaimsTest, AnotherLinksNameInTheLedgerIsNotFree) {
  save(link("owner"), "A.jpg");
  EXPECT_EQ(plan("1", "a.jpg"), other_name("a.jpg", sha256("1"), 1));
  EXPECT_EQ(plan("owner", "a.jpg"), "a.jpg") << "its own";
}

TEST_F(NameClaimsTest, AFileThatLiesThereCanBeClaimed) {
  (void)temp_.write("a.jpg", "adopted");
  const Link one = link("1");
  EXPECT_TRUE(names_.claim_existing(name_key("a.jpg"), taken_by_another_than(one)));
  EXPECT_FALSE(names_.claim_existing(name_key("a.jpg"), taken_by_another_than(one))) << "claimed";
  save(link("2"), "b.jpg");
  EXPECT_FALSE(names_.claim_existing(name_key("b.jpg"), taken_by_another_than(one)));
  EXPECT_TRUE(is_free("b.jpg")) << "given up";
}

TEST_F(NameClaimsTest, WithoutAFolderNothingLiesThere) {
  NameClaims names(-1);
  const auto unknown = [](std::uint64_t) { return false; };
  EXPECT_EQ(names.claim("a.jpg", sha256("1"), unknown).name, "a.jpg");
}

/// Each question costs a look-up in SQLite.
TEST_F(NameClaimsTest, TheLedgerIsAskedOnceForANameThatIsFree) {
  EXPECT_EQ(plan("1", "a.jpg"), "a.jpg");
  EXPECT_EQ(ledger_questions_, 1);
  (void)plan("2", "a.jpg");
  EXPECT_EQ(ledger_questions_, 2) << "not for one that is claimed";
  (void)choose(link("photo.jpg"));
  EXPECT_EQ(ledger_questions_, 2) << "nor for one that stays";
}

/// Nor is the folder looked into: whatever has come since is not replaced by a rename.
TEST_F(NameClaimsTest, ARunThatBeganEmptyAsksOnlyAboutNamesThatItHasClaimedBefore) {
  NameClaims names(folder_.get(), BeganEmpty::yes);
  const auto claim = [&](const std::string& wanted, const std::string& url) {
    const Link asking = link(url);
    return names.claim(wanted, asking.hash, taken_by_another_than(asking)).name;
  };
  EXPECT_EQ(claim("a.jpg", "1"), "a.jpg");
  EXPECT_EQ(claim("b.jpg", "2"), "b.jpg");
  EXPECT_EQ(ledger_questions_, 0);
  EXPECT_EQ(claim("A.jpg", "3"), other_name("A.jpg", sha256("3"), 1)) << "claimed at present";
  save(link("1"), "a.jpg");
  names.release(name_key("a.jpg"));
  EXPECT_EQ(claim("a.jpg", "4"), other_name("a.jpg", sha256("4"), 1)) << "in the ledger by now";
  save(link("6"), "c.jpg");
  names.note_unclaimed(name_key("c.jpg"));
  EXPECT_EQ(claim("C.jpg", "7"), other_name("C.jpg", sha256("7"), 1))
      << "was given without a claim";
  (void)temp_.write("b.jpg", "by somebody else");
  names.release(name_key("b.jpg"));
  EXPECT_EQ(claim("b.jpg", "5"), other_name("b.jpg", sha256("5"), 1)) << "looked for again";
}

TEST_F(NameClaimsTest, ANameThatStaysIsNotTakenAgain) {
  EXPECT_EQ(choose(link("photo.jpg")).name, "photo.jpg");
  EXPECT_EQ(choose(link("photo.jpg")).key, name_key("photo.jpg"));
  EXPECT_TRUE(is_free("photo.jpg")) << "the plan has it";
}

TEST_F(NameClaimsTest, AnotherOneIsTakenUntilItIsSettled) {
  const Link photo = link("photo.png");
  EXPECT_TRUE(is_free("photo.png"));  // claimed now, as the plan does
  const ClaimedName chosen = choose(photo);
  EXPECT_EQ(chosen.name, "photo.jpg");
  EXPECT_EQ(chosen.key, name_key("photo.jpg"));
  EXPECT_FALSE(is_free("PHOTO.jpg") || is_free("photo.png"));
  names_.release(photo.name_key, chosen.key);
  EXPECT_TRUE(is_free("photo.jpg") && is_free("photo.png"));
}

TEST_F(NameClaimsTest, TwoOfABatchNeverMeet) {
  const Link first = link("photo.png"), second = link("Photo.gif"), third = link("photo.webp");
  EXPECT_EQ(choose(first).name, "photo.jpg");
  EXPECT_EQ(choose(second).name, other_name("Photo.jpg", second.hash, 1));
  EXPECT_EQ(choose(third).name, suffixed(third));
}

TEST_F(NameClaimsTest, ForeignFilesAndOtherLinksNamesAreLeft) {
  (void)temp_.write("photo.jpg", "foreign");
  const Link photo = link("photo.png");
  EXPECT_EQ(choose(photo).name, suffixed(photo));
  EXPECT_TRUE(is_free("photo.jpg")) << "given back";

  save(link("somebody's"), "Clip.jpg");
  const Link clip = link("clip.gif");
  EXPECT_EQ(choose(clip).name, other_name("clip.jpg", clip.hash, 1));
}

TEST_F(NameClaimsTest, WhatItsOwnRowSaysIsItsOwn) {
  const Link photo = link("photo.png");
  save(photo, "photo.jpg");
  EXPECT_EQ(choose(photo).name, "photo.jpg") << "the user removed the file";
}

TEST_F(NameClaimsTest, APlannedNameWithTheSuffixIsKept) {
  (void)temp_.write("photo.jpg", "foreign");
  Link photo = link("download");
  photo.name = suffixed(photo);
  photo.name_key = name_key(photo.name);
  EXPECT_TRUE(is_free(photo.name));  // claimed now, as the plan does
  const ClaimedName chosen =
      names_.claim_for_content(photo, Saved{.suggested_name = "photo.jpg"}, {.suggestions = true},
                               taken_by_another_than(photo));
  EXPECT_EQ(chosen.name, photo.name);
}

TEST_F(NameClaimsTest, WhereOnlyTheCaseDiffersTheNameIsItsOwn) {
  Link photo = link("download");
  photo.name = "PHOTO.jpg";
  photo.name_key = name_key(photo.name);
  EXPECT_TRUE(is_free(photo.name));
  const ClaimedName chosen =
      names_.claim_for_content(photo, Saved{.suggested_name = "photo.jpg"}, {.suggestions = true},
                               taken_by_another_than(photo));
  EXPECT_EQ(chosen.name, "photo.jpg");
  EXPECT_EQ(chosen.key, photo.name_key);
}

}  // namespace
}  // namespace fanfetch
