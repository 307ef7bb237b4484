#include "coordinator/report/tally.h"

#include <numeric>

namespace fanfetch {
namespace {

// A limit, because a hostile list may have any number of them.
constexpr std::size_t kMaxRefusedAddresses = 100;

}  // namespace

void Tally::add(const Record& record) {
  ++by_status_[static_cast<std::size_t>(record.status)];
  if (record.status == Status::saved) bytes_ += record.bytes.value_or(0);
  if (!record.error) return;
  if (record.status == Status::skipped) {
    ++skipped_by_class_[static_cast<std::size_t>(*record.error)];
  }
  if (record.status != Status::failed) return;

  ++failed_by_class_[static_cast<std::size_t>(*record.error)];
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
  return failed_by_class_[static_cast<std::size_t>(error)];
}

std::uint64_t Tally::skipped_as(ErrorClass error) const {
  return skipped_by_class_[static_cast<std::size_t>(error)];
}

std::uint64_t Tally::total() const {
  return std::accumulate(by_status_.begin(), by_status_.end(), std::uint64_t{0});
}

bool MaxFailed::exceeded_by(const Tally& tally) const {
  const std::uint64_t failed = tally.count(Status::failed);
  if (percent < 0) return failed > count;
  return static_cast<double>(failed) * 100 > percent * static_cast<double>(tally.total());
}

}  // namespace fanfetch
