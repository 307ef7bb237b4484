#include "coordinator/commands/checks/verify_report.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr FileStamp kSaved{.size = 7, .mtime_ns = 1000};

Finding finding(Verdict verdict, FileStamp found = kSaved, int error = 0) {
  return {.row = 1, .bytes_read = 5, .found = found, .error = error, .verdict = verdict};
}

TEST(VerifyReport, LinesForStdout) {
  const std::vector<std::pair<Finding, std::optional<std::string>>> cases = {
      {finding(Verdict::good), std::nullopt},
      {finding(Verdict::good_unnoted), std::nullopt},
      {finding(Verdict::under_way), std::nullopt},
      {finding(Verdict::unreadable, {}, EACCES), std::nullopt},
      {finding(Verdict::missing), "missing: a.jpg\n"},
      {finding(Verdict::not_a_file), "changed: a.jpg: it is not a regular file\n"},
      {finding(Verdict::size_differs, {3, 0}), "changed: a.jpg: its size is 3 bytes, not 7\n"},
      {finding(Verdict::content_differs), "changed: a.jpg: its content differs (SHA-256)\n"},
      {finding(Verdict::time_differs),
       "changed: a.jpg: its time differs, and no hash of its content is recorded\n"},
      {finding(Verdict::lost_content, {}, EIO),
       "changed: a.jpg: its content cannot be read any more: Input/output error\n"},
  };
  for (const auto& [one, line] : cases) EXPECT_EQ(finding_line(one, "a.jpg", kSaved), line);
  EXPECT_EQ(finding_line(finding(Verdict::missing), "a\x1b\nb", kSaved), "missing: a\\x1b\\nb\n");
  EXPECT_EQ(foreign_line("a\x1b\nb"), "foreign: a\\x1b\\nb\n");
  EXPECT_EQ(foreign_line(std::string(1000, 'x')), "foreign: " + std::string(1000, 'x') + '\n');
}

TEST(VerifyReport, Counts) {
  VerifyCounts counts;
  add(counts, finding(Verdict::under_way), std::nullopt);
  add(counts, finding(Verdict::good), std::nullopt);
  EXPECT_FALSE(counts.anything_differs());
  add(counts, finding(Verdict::good_unnoted), kSaved);
  add(counts, finding(Verdict::missing, {}), kSaved);
  add(counts, finding(Verdict::content_differs), kSaved);
  add(counts, finding(Verdict::content_differs, {7, 1001}), kSaved);
  add(counts, finding(Verdict::not_a_file, {}), kSaved);
  add(counts, finding(Verdict::unreadable), kSaved);
  EXPECT_EQ(counts.files, 7u) << "a file under way is not looked at yet";
  EXPECT_EQ(counts.bytes, 8 * 5u);
  EXPECT_EQ(counts.good, 2u);
  EXPECT_EQ(counts.missing, 1u);
  EXPECT_EQ(counts.changed, 3u);
  EXPECT_EQ(counts.in_place, 1u) << "one that still looks as it was saved";
  EXPECT_EQ(counts.unreadable, 1u);
  EXPECT_TRUE(counts.anything_differs());
  EXPECT_FALSE(VerifyCounts{.foreign = 1}.anything_differs()) << "unless --strict";
  EXPECT_FALSE(VerifyCounts{.unreadable = 1}.anything_differs());
}

TEST(VerifyReport, ClosingLines) {
  using Lines = std::vector<std::string>;
  const VerifyCounts sound{.files = 91, .bytes = 13'000'000, .good = 91};
  EXPECT_EQ(
      closing_lines(sound, 1200ms, Repair::no),
      Lines{"verified 91 files (12.4 MiB) in 1.2s: 91 good, 0 missing, 0 changed, 0 foreign"});
  EXPECT_EQ(closing_lines(sound, 1200ms, Repair::yes).size(), 1u);

  const VerifyCounts one{.files = 1, .bytes = 5, .missing = 1, .foreign = 2, .unreadable = 1};
  EXPECT_EQ(closing_lines(one, 0s, Repair::no),
            (Lines{"--repair lets the next run of the same list fetch missing and changed files "
                   "again",
                   "verified 1 file (5 B) in 0.0s: 0 good, 1 missing, 0 changed, 2 foreign, 1 "
                   "unreadable"}));
  EXPECT_EQ(closing_lines(one, 0s, Repair::yes)[0],
            "marked 1 file: the next run of the same list fetches it again: 1 missing");

  const VerifyCounts own{.files = 1, .good = 1, .own = 3};
  EXPECT_TRUE(closing_lines(own, 0s, Repair::no)[0].ends_with(" 0 foreign, 3 of fanfetch's own"));

  const VerifyCounts shared{.files = 1, .good = 1, .others = 2};
  EXPECT_TRUE(closing_lines(shared, 0s, Repair::no)[0].ends_with(
      " 0 foreign, 2 of other nodes or foreign"));

  const VerifyCounts many{
      .files = 9, .good = 4, .missing = 2, .changed = 3, .noted = 2, .in_place = 1};
  EXPECT_EQ(closing_lines(many, 0s, Repair::yes),
            (Lines{"noted 2 files as good, with the time that they have now: the next run keeps "
                   "them",
                   "marked 5 files: the next run of the same list fetches them again: 2 missing, 1 "
                   "in place, 2 under another name, as what lies there now may be yours",
                   "verified 9 files (0 B) in 0.0s: 4 good, 2 missing, 3 changed, 0 foreign"}));
}

}  // namespace
}  // namespace fanfetch
