#include "coordinator/ledger/ledger_thread.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class LedgerThreadTest : public ::testing::Test {
 protected:
  LedgerThreadTest() {
    fs::create_directories(root_ / "part");
    output_.reset(::open(root_.c_str(), O_RDONLY | O_DIRECTORY));
    parts_.reset(::open((root_ / "part").c_str(), O_RDONLY | O_DIRECTORY));
  }

  [[nodiscard]] std::unique_ptr<LedgerThread> start() {
    return std::make_unique<LedgerThread>(
        Placer(output_.get(), parts_.get()),
        LedgerHooks{.other_name = [](const Link&, const std::string& name,
                                     unsigned n) { return fmt::format("{}.{}", name, n); },
                    .on_record = [this](const Record& record) { records_.push_back(record); },
                    .on_idle = [this] { ++idles_; }});
  }

  [[nodiscard]] Settlement saved(std::uint64_t index, const std::string& name) const {
    Settlement settlement{.link = {.index = index, .listed = "http://x/" + name, .name = name},
                          .outcome = Saved{.response = {.http_status = 200}, .bytes = 4},
                          .final_url = "http://x/" + name,
                          .attempts = 1};
    settlement.link.hash[0] = static_cast<std::uint8_t>(index);
    std::ofstream(root_ / "part" / to_hex(settlement.link.hash)) << "body";
    return settlement;
  }

  support::TempDir temp_;
  const fs::path root_ = temp_.path();
  UniqueFd output_;
  UniqueFd parts_;
  std::vector<Record> records_;  // the ledger thread's until finish()
  int idles_ = 0;
};

TEST_F(LedgerThreadTest, PlacesAndReportsInOrderOfArrival) {
  auto ledger = start();
  ledger->settle(saved(1, "a.jpg"));
  ledger->record({.index = 2, .status = Status::skipped, .error = ErrorClass::duplicate});
  ledger->settle({.link = {.index = 3, .listed = "http://x/b"},
                  .outcome = Failed{.error = ErrorClass::tls, .message = "no"},
                  .attempts = 2});
  ledger->finish();
  ASSERT_EQ(records_.size(), 3u);
  EXPECT_EQ(records_[0].status, Status::saved);
  EXPECT_EQ(records_[0].file_name, "a.jpg");
  EXPECT_EQ(records_[0].bytes, 4u);
  EXPECT_TRUE(fs::exists(root_ / "a.jpg"));
  EXPECT_EQ(records_[1].index, 2u);
  EXPECT_EQ(records_[2].error, ErrorClass::tls);
  EXPECT_EQ(records_[2].attempts, 2);
  EXPECT_EQ(records_[2].retryable, false);
  EXPECT_EQ(ledger->backlog(), 0u);
  EXPECT_GE(idles_, 1);
}

TEST_F(LedgerThreadTest, ATakenNameGetsASuffix) {
  std::ofstream(root_ / "a.jpg") << "foreign";
  auto ledger = start();
  ledger->settle(saved(1, "a.jpg"));
  ledger->finish();
  EXPECT_EQ(records_.at(0).file_name, "a.jpg.1");
}

TEST_F(LedgerThreadTest, AnUnwritableOutputIsKnown) {
  auto ledger = start();
  Settlement settlement = saved(1, "a.jpg");
  const AsNobody nobody({root_ / "part"}, root_);
  ledger->settle(std::move(settlement));
  ledger->finish();
  EXPECT_TRUE(ledger->output_error());
  EXPECT_EQ(records_.at(0).error, ErrorClass::disk);
}

TEST_F(LedgerThreadTest, OneLinksTroubleIsNotTheOutputs) {
  auto ledger = start();
  ledger->settle(saved(1, std::string(300, 'x')));
  ledger->finish();
  EXPECT_FALSE(ledger->output_error());
  EXPECT_EQ(records_.at(0).error, ErrorClass::disk);
}

TEST_F(LedgerThreadTest, WhatAKilledWorkerLeftOfAFailedLinkGoes) {
  auto ledger = start();
  Settlement settlement = saved(1, "a.jpg");
  settlement.outcome = Failed{.error = ErrorClass::crashed_worker};
  ledger->settle(std::move(settlement));
  ledger->finish();
  EXPECT_TRUE(fs::is_empty(root_ / "part"));
}

TEST_F(LedgerThreadTest, TakesWhatComesWhileItWorks) {
  auto ledger = start();
  for (std::uint64_t i = 1; i <= 20'000; ++i) ledger->record({.index = i});
  ledger->finish();
  ASSERT_EQ(records_.size(), 20'000u);
  EXPECT_EQ(records_.back().index, 20'000u);
}

}  // namespace
}  // namespace fanfetch
