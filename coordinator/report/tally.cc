#include "coordinator/report/tally.h"

#include <numeric>
#include <string_view>

#include "coordinator/link/failure_status.h"
#include "coordinator/report/failure_text.h"

namespace fanfetch {
namespace {

// A limit, because a hostile list may have any number of them.
constexpr std::size_t kMaxRefusedAddresses = 100;

}  // namespace

void FailureCounts::add(const Record& record) {
  const ErrorClass error = *record.error;
  ++all;
  ++by_class[static_cast<std::size_t>(error)];
  const auto host = host_and_path(record.url ? std::string_view(*record.url) : "").host;
  if (!host.empty()) by_host.add(host);
  if (const auto status = failure_status(record.http_status)) ++by_status[{error, *status}];
}

void Tally::add(const Record& record) {
  ++by_status_[static_cast<std::size_t>(record.status)];
  const bool failed = record.status == Status::failed;
  if (record.attempts > 0) ++fetched_;
  if (record.attempts > 0 || (failed && !record.stood)) ++tried_;
  if (failed && record.stood && record.attempts == 0) {
    ++(record.left_out ? left_out_ : untried_failures_);
  }
  if (record.status == Status::saved) {
    const std::uint64_t bytes = record.bytes.value_or(0);
    bytes_ += bytes;
    if (record.attempts > 0) {
      ++fetched_files_;
      fetched_bytes_ += bytes;
    }
  }
  if (!record.error) return;
  if (record.status == Status::skipped) {
    ++skipped_by_class_[static_cast<std::size_t>(*record.error)];
  }
  if (!failed) return;

  (record.stood ? old_failures_ : new_failures_).add(record);
  if (*record.error != ErrorClass::refused || record.refused_address.empty()) return;
  if (const auto known = refused_.find(record.refused_address); known != refused_.end()) {
    ++known->second;
  } else if (refused_.size() < kMaxRefusedAddresses) {
    refused_.emplace(record.refused_address, 1);
  }
}

std::uint64_t Tally::count(Status status) const {
  return by_status_[static_cast<std::size_t>(status)];
}

std::uint64_t Tally::failed_as(ErrorClass error) const {
  const auto index = static_cast<std::size_t>(error);
  return new_failures_.by_class[index] + old_failures_.by_class[index];
}

std::uint64_t Tally::skipped_as(ErrorClass error) const {
  return skipped_by_class_[static_cast<std::size_t>(error)];
}

std::uint64_t Tally::total() const {
  return std::accumulate(by_status_.begin(), by_status_.end(), std::uint64_t{0});
}

bool MaxFailed::exceeded_by(const Tally& tally) const {
  const std::uint64_t failed = only_new ? tally.new_failures().all : tally.count(Status::failed);
  if (percent < 0) return failed > count;
  const std::uint64_t of = only_new ? tally.tried() : tally.total();
  return static_cast<double>(failed) * 100 > percent * static_cast<double>(of);
}

}  // namespace fanfetch
