#include "coordinator/names/path_text.h"
#include "coordinator/settle/placer.h"
#include "tests/coordinator/settle/output_fixture.h"
#include "tests/coordinator/settle/recording_ledger.h"
#include "tests/support/as_nobody.h"

namespace fanfetch {
namespace {

using Calls = std::vector<std::string>;

class PlacerPartsTest : public OutputFixture {
 protected:
  /// Part and row `number`, to be placed under `name`.
  PartToPlace part(unsigned number, const std::string& name) {
    write_part(number, fmt::format("body {}", number));
    ledger_.rows[number] = saved_row(number, name);
    ledger_.placing[number] = {.part = part_of(number), .inode = number, .replaces = {}};
    return {.row = number,
            .part = part_of(number),
            .hash = hash_of(number),
            .replaces = {},
            .name = name,
            .problem = {}};
  }
  Result<> place(std::vector<PartToPlace>& parts) { return placer().place(parts, ledger_); }
  [[nodiscard]] std::string name_in_ledger(std::int64_t row) const {
    return ledger_.rows.at(row).record.file_name.value_or("");
  }

  RecordingLedger ledger_;
};

TEST_F(PlacerPartsTest, FreeNamesNeedNoLedger) {
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "x/b.jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_TRUE(parts[0].placed && parts[1].placed);
  EXPECT_EQ(read("a.jpg"), "body 1");
  EXPECT_EQ(read("x/b.jpg"), "body 2");
  EXPECT_EQ(ledger_.calls, Calls{});
}

TEST_F(PlacerPartsTest, ATakenNameIsChangedInTheLedgerFirst) {
  write("a.jpg", "foreign");
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "b.jpg")};
  ledger_.on_call = [&](const std::string&) {
    EXPECT_FALSE(exists(other("a.jpg", 1))) << "no file has a name that the ledger does not know";
    EXPECT_TRUE(has_part(1));
  };
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(ledger_.calls, Calls{"rename"});
  EXPECT_EQ(parts[0].name, other("a.jpg", 1));
  EXPECT_TRUE(parts[0].placed && parts[1].placed);
  EXPECT_EQ(name_in_ledger(1), other("a.jpg", 1));
  EXPECT_EQ(ledger_.rows[1].name_key, name_key(other("a.jpg", 1)));
  EXPECT_EQ(name_in_ledger(2), "b.jpg");
  EXPECT_EQ(read("a.jpg"), "foreign");
  EXPECT_EQ(read(other("a.jpg", 1)), "body 1");
  EXPECT_EQ(read("b.jpg"), "body 2");
}

TEST_F(PlacerPartsTest, GoesOnUntilANameIsFree) {
  for (const auto& name :
       {std::string("a.jpg"), other("a.jpg", 1), other("a.jpg", 1, 2), std::string("b.jpg")}) {
    write(name, "foreign");
  }
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "b.jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(ledger_.calls, (Calls{"rename", "rename", "rename"})) << "one for each round";
  EXPECT_EQ(parts[0].name, other("a.jpg", 1, 3));
  EXPECT_EQ(parts[1].name, other("b.jpg", 2));
  EXPECT_EQ(name_in_ledger(1), other("a.jpg", 1, 3));
  EXPECT_EQ(read(other("a.jpg", 1, 3)), "body 1");
}

TEST_F(PlacerPartsTest, TwoPartsWithOneNameGetTwo) {
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "a.jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, "a.jpg");
  EXPECT_EQ(parts[1].name, other("a.jpg", 2));
  EXPECT_EQ(read(other("a.jpg", 2)), "body 2");
}

TEST_F(PlacerPartsTest, AFileInAFoldersPlaceCostsTheNameItsFolders) {
  write("x", "a file");
  std::filesystem::create_directory_symlink("/", out_ / "l");
  std::vector<PartToPlace> parts{part(1, "x/y/a.jpg"), part(2, "l/b.jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, other("x_y_a.jpg", 1));
  EXPECT_EQ(parts[1].name, other("l_b.jpg", 2));
  EXPECT_EQ(read(other("x_y_a.jpg", 1)), "body 1");
  EXPECT_EQ(name_in_ledger(2), other("l_b.jpg", 2));
}

TEST_F(PlacerPartsTest, ReplacesWhatItIsToReplace) {
  write("a.jpg", "old");
  write("b.jpg", "old");
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "b.jpg")};
  parts[0].replaces = stamp("a.jpg");
  parts[1].replaces = FileStamp{.size = 99, .mtime_ns = 1};  // somebody changed it
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(read("a.jpg"), "body 1");
  EXPECT_EQ(read("b.jpg"), "old");
  EXPECT_EQ(parts[1].name, other("b.jpg", 2));
}

TEST_F(PlacerPartsTest, ANameThatIsTooLongIsMadeShorter) {
  disk_.refuses = refuse_long;
  const std::string x(200, 'x');
  std::vector<PartToPlace> parts{part(1, x.substr(4) + ".jpg"), part(2, x + "/b.jpg"),
                                 part(3, "c.jpg")};
  ledger_.on_call = [&](const std::string&) {
    EXPECT_TRUE(has_part(1) && has_part(2)) << "the ledger knows the name before it is used";
  };
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, other(x.substr(0, 124) + ".jpg", 1));
  EXPECT_EQ(parts[1].name, other(x.substr(0, 128) + "/b.jpg", 2));
  EXPECT_EQ(parts[2].name, "c.jpg");
  EXPECT_EQ(ledger_.calls, Calls{"rename"});
  for (const PartToPlace& one : parts) {
    EXPECT_EQ(read(one.name), fmt::format("body {}", one.row));
    EXPECT_EQ(name_in_ledger(one.row), one.name);
    EXPECT_EQ(one.problem, "");
  }
}

TEST_F(PlacerPartsTest, SignsThatTheFileSystemRefusesAreReplaced) {
  for (const auto& [flags_error, link_error] : {std::pair(0, 0), std::pair(EINVAL, EPERM)}) {
    disk_.refuses = refuse_signs;
    disk_.flags_error = flags_error;
    disk_.link_error = link_error;
    ledger_.calls.clear();
    std::vector<PartToPlace> parts{part(1, "what?: a \"*\".jpg"), part(2, "a:b/c|d/e.jpg"),
                                   part(3, "c.jpg")};
    ASSERT_TRUE(place(parts));
    EXPECT_EQ(parts[0].name, other("what__ a ___.jpg", 1));
    EXPECT_EQ(parts[1].name, other("a_b/c_d/e.jpg", 2));
    EXPECT_EQ(parts[2].name, "c.jpg");
    EXPECT_EQ(read(parts[1].name), "body 2");
    EXPECT_EQ(ledger_.calls, Calls{"rename"});
    for (const PartToPlace& one : parts) std::filesystem::remove(out_ / one.name);
  }
}

TEST_F(PlacerPartsTest, AllThatIsWrongWithANameIsMended) {
  disk_.refuses = [](std::string_view name) {
    const int signs = refuse_signs(name), letters = refuse_letters(name);
    return signs != 0 ? signs : letters != 0 ? letters : refuse_long(name);
  };
  write("x", "a file");
  std::vector<PartToPlace> parts{part(1, "x/\xC3\xA9:" + std::string(180, 'y') + ".jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, other("x___" + std::string(120, 'y') + ".jpg", 1));
  EXPECT_EQ(read(parts[0].name), "body 1");
}

/// A server of files may say of a bad name that it is not there.
TEST_F(PlacerPartsTest, AFileSystemOfFewNamesGetsAPlainOne) {
  for (const int error : {EINVAL, ENAMETOOLONG, ENOENT, EPERM, EXDEV, EMLINK, EILSEQ}) {
    disk_.refuses = [error](std::string_view name) {
      return name.starts_with("file-") ? 0 : error;
    };
    std::vector<PartToPlace> parts{part(1, "a/photo.jpg"), part(2, "photo.a:b")};
    ASSERT_TRUE(place(parts)) << error;
    EXPECT_EQ(parts[0].name, other("file.jpg", 1)) << error;
    EXPECT_EQ(parts[1].name, other("file", 2)) << error;
    EXPECT_EQ(read(parts[0].name), "body 1");
    for (const PartToPlace& one : parts) std::filesystem::remove(out_ / one.name);
  }
}

TEST_F(PlacerPartsTest, ATamerNameThatIsTakenIsNotTouched) {
  disk_.refuses = refuse_signs;
  write(other("a_b.jpg", 1), "foreign");
  std::vector<PartToPlace> parts{part(1, "a:b.jpg")};
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, other("a_b.jpg", 1, 2));
  EXPECT_EQ(read(other("a_b.jpg", 1)), "foreign");
}

TEST_F(PlacerPartsTest, APartThatCanHaveNoNameEndsTheRunAndIsKept) {
  for (const int error : {EINVAL, ENAMETOOLONG, ENOENT, EPERM}) {
    disk_.refuses = [error](std::string_view) { return error; };
    std::vector<PartToPlace> parts{part(1, "x/a.jpg"), part(2, "b.jpg")};
    const auto placed = place(parts);
    ASSERT_FALSE(placed) << error;
    EXPECT_NE(placed.error().message.find("the name 'x/a.jpg'"), std::string::npos)
        << placed.error().message;
    for (const PartToPlace& one : parts) {
      EXPECT_FALSE(one.placed);
      EXPECT_EQ(one.problem, "");
    }
    EXPECT_TRUE(has_part(1) && has_part(2)) << "the next run places them";
    EXPECT_EQ(name_in_ledger(1), "x/a.jpg") << "under their own names";
    EXPECT_EQ(name_in_ledger(2), "b.jpg");
    EXPECT_EQ(ledger_.placing.size(), 2u);
    EXPECT_TRUE(ledger_.given_up.empty());
  }
}

TEST_F(PlacerPartsTest, APartThatIsGoneIsGivenUp) {
  std::vector<PartToPlace> parts{part(1, "a.jpg"), part(2, "b.jpg")};
  placer().discard(part_of(1));
  ASSERT_TRUE(place(parts)) << "one link's trouble is not the run's";
  EXPECT_FALSE(parts[0].placed);
  EXPECT_NE(parts[0].problem, "");
  EXPECT_TRUE(parts[1].placed);
  EXPECT_EQ(ledger_.calls, Calls{"give_up"});
  EXPECT_EQ(ledger_.given_up[1], parts[0].problem);
}

TEST_F(PlacerPartsTest, AFolderThatTakesNothingCostsTheNameItsFolders) {
  write("x/old.jpg", "");
  std::vector<PartToPlace> parts{part(1, "x/a.jpg")};
  const AsNobody nobody({temp_.path(), out_, parts_}, out_ / "x");
  ASSERT_TRUE(place(parts));
  EXPECT_EQ(parts[0].name, other("x_a.jpg", 1));
}

TEST_F(PlacerPartsTest, AnOutputThatCannotBeWrittenLeavesTheRestNoted) {
  write("x/a.jpg", "");
  std::vector<PartToPlace> parts{part(1, "x/b.jpg"), part(2, "c.jpg"), part(3, "d.jpg")};
  const AsNobody nobody({temp_.path(), out_ / "x", parts_}, out_);
  EXPECT_FALSE(place(parts));
  EXPECT_TRUE(parts[0].placed);
  for (const PartToPlace& rest : {parts[1], parts[2]}) {
    EXPECT_FALSE(rest.placed);
    EXPECT_EQ(rest.problem, "");
    EXPECT_TRUE(has_part(static_cast<unsigned>(rest.row)));
  }
  EXPECT_EQ(ledger_.calls, Calls{});
  EXPECT_EQ(ledger_.placing.size(), 3u);
}

TEST_F(PlacerPartsTest, ANameThatCannotBeNotedIsNotUsed) {
  write("a.jpg", "foreign");
  std::vector<PartToPlace> parts{part(1, "a.jpg")};
  ledger_.failures = {{.full = false, .message = "no ledger"}};
  const auto placed = place(parts);
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().message, "no ledger");
  EXPECT_FALSE(exists(other("a.jpg", 1)));
  EXPECT_TRUE(has_part(1));
  EXPECT_FALSE(parts[0].placed);
}

}  // namespace
}  // namespace fanfetch
