#include "worker/store/part_check.h"

#include <algorithm>
#include <array>
#include <span>

namespace fanfetch {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

}  // namespace

PartCheck::State PartCheck::step() {
  std::size_t budget = kSliceBytes;
  while (proved_ < sidecar_.checkpoints.size()) {
    if (budget == 0) return State::busy;
    if (!advance(budget)) break;
  }
  return conclude();
}

bool PartCheck::advance(std::size_t& budget) {
  const Checkpoint& next = sidecar_.checkpoints[proved_];
  std::array<std::byte, kPiece> bytes;
  const auto wanted = static_cast<std::size_t>(
      std::min<std::uint64_t>(next.offset - read_, std::min(budget, bytes.size())));
  const ssize_t got = file_->read(read_, std::span(bytes).first(wanted));
  if (got < 0) error_ = static_cast<int>(-got);
  if (got <= 0) return false;  // unreadable, or shorter than its checkpoints
  const auto count = static_cast<std::size_t>(got);
  hash_.update(std::span(bytes).first(count));
  read_ += count;
  budget -= count;
  if (read_ < next.offset) return true;
  if (hash_.snapshot() != next.prefix) return false;  // no later one can be true
  proved_hash_ = Sha256(hash_);
  ++proved_;
  return true;
}

PartCheck::State PartCheck::conclude() {
  if (error_ != 0) return give_up(error_);
  if (proved_ == 0) return State::useless;
  sidecar_.checkpoints.resize(proved_);
  const int error = file_->truncate(sidecar_.checkpoints.back().offset);
  return error == 0 ? State::proved : give_up(error);
}

/// What cannot be read or cut at present is not proven useless.
PartCheck::State PartCheck::give_up(int error) {
  error_ = error;
  file_->keep();
  return State::unreadable;
}

PartWriter PartCheck::take() {
  return {std::move(file_), std::move(sidecar_), std::move(proved_hash_)};
}

}  // namespace fanfetch
