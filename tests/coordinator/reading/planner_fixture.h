#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/path_text.h"
#include "coordinator/reading/planner.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {

/// A planner with a real folder and a real ledger, in which an earlier run may have left rows.
class PlannerFixture : public ::testing::Test {
 protected:
  PlannerFixture() {
    auto opened = open_ledger(path_).value();
    ledger_ = std::make_unique<SqliteLedger>(std::move(opened.database), path_);
    EXPECT_TRUE(ledger_->begin_run({}, 1));
  }

  /// What the next run plans with.
  [[nodiscard]] PlanContext context() {
    return {.names = NameTemplate::parse(name_template_).value(),
            .resume = resume_,
            .output = out_,
            .output_fd = out_fd_.get(),
            .history = History::open(path_).value(),
            .seen = SeenRows::make(temp_.path()).value(),
            .run = ledger_ ? ledger_->run() : 0,
            .kept_records = kept_records_,
            .links_in_flight = &links_in_flight_,
            .name_claims = &name_claims_};
  }
  /// The next run, with `resume_`.
  void start_run() {
    EXPECT_TRUE(ledger_->begin_run({}, 2));
    planner_.emplace(context());
  }
  Plan plan(const std::string& url) {
    if (!planner_) start_run();
    return planner_->plan(ListedItem(url), filter_, ++index_);
  }
  /// The plan for `url`, which must be of that kind.
  template <class Kind>
  Kind plan_as(const std::string& url) {
    Plan planned = plan(url);
    if (auto* kind = std::get_if<Kind>(&planned)) return std::move(*kind);
    ADD_FAILURE() << url << " became plan " << planned.index();
    return {};
  }
  Link link(const std::string& url) { return plan_as<Link>(url); }
  Record record(const std::string& url) { return plan_as<Record>(url); }

  static UniqueFd open_new_folder(const std::filesystem::path& path) {
    std::filesystem::create_directories(path);
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  /// The ledger has settled the link, whatever it has written.
  void leave_flight(const std::string& url, const Link& link) {
    if (links_in_flight_.settled(id_of(url))) name_claims_.release(link.name_key, link.name_key);
  }
  static LinkId id_of(const std::string& url) { return link_id(sha256(url)); }
  void write(const std::string& name, const std::string& text) const {
    (void)temp_.write("out/" + name, text);
  }
  [[nodiscard]] FileStamp stamp(const std::string& name) const {
    return stamp_of(out_fd_.get(), name).value();
  }

  /// Writes a row for the link as of the current run.
  void settle(const std::string& url, LedgerRow row) {
    row.link = id_of(url);
    row.record.url = url;
    row.record.index = 1;
    row.record.attempts = 3;
    if (row.record.file_name) row.name_key = name_key(*row.record.file_name);
    LedgerEntry entry{.row = std::move(row), .rename = {}};
    ASSERT_TRUE(ledger_->write(std::span(&entry, 1)));
  }
  /// An earlier run saved it: the file is there, and in the ledger.
  void saved(const std::string& url, const std::string& name, Status status = Status::saved) {
    write(name, "saved");
    LedgerRow row;
    row.record.status = status;
    row.record.file_name = name;
    row.record.etag = "\"e\"";
    row.file = stamp(name);
    row.record.bytes = row.file->size;
    settle(url, std::move(row));
  }
  void failed(const std::string& url, ErrorClass error, std::optional<int> http_status = {}) {
    LedgerRow row;
    row.record.error = error;
    row.record.http_status = http_status;
    row.record.message = "no";
    settle(url, std::move(row));
  }

  support::TempDir temp_;
  const std::filesystem::path out_ = temp_.path() / "out";
  const std::string path_ = temp_.at("ledger.sqlite");
  const UniqueFd out_fd_ = open_new_folder(out_);
  std::unique_ptr<SqliteLedger> ledger_;
  std::string name_template_ = "{name}";
  ResumeOptions resume_;
  KeptRecords kept_records_ = KeptRecords::whole;
  LinksInFlight links_in_flight_;
  NameClaims name_claims_{out_fd_.get()};
  LinkFilter filter_ = LinkFilter::make({}).value();
  std::optional<Planner> planner_;
  std::uint64_t index_ = 0;
};

/// The same, whatever the records of kept links are for.
class EitherPlannerFixture : public PlannerFixture,
                             public ::testing::WithParamInterface<KeptRecords> {
 protected:
  EitherPlannerFixture() { kept_records_ = GetParam(); }
};

inline std::string name_of_kept(const ::testing::TestParamInfo<KeptRecords>& kept) {
  return kept.param == KeptRecords::whole ? "whole" : "counted";
}

inline const auto kEitherKept = ::testing::Values(KeptRecords::whole, KeptRecords::counted);

inline const std::string kUrl = "http://h/a.jpg";

}  // namespace fanfetch
