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
  if (got <= 0) return false;  // shorter than its checkpoints, or unreadable
  const auto count = static_cast<std::size_t>(got);
  hash_.update(std::span(bytes).first(count));
  read_ += count;
  budget -= count;
  if (read_ < next.offset) return true;
  if (hash_.snapshot() != next.prefix) return false;  // nor can any later one be true
  proved_hash_ = Sha256(hash_);
  ++proved_;
  return true;
}

PartCheck::State PartCheck::conclude() {
  if (proved_ == 0) return State::useless;
  sidecar_.checkpoints.resize(proved_);
  const int error = file_->truncate(sidecar_.checkpoints.back().offset);
  return error == 0 ? State::proved : State::useless;
}

PartWriter PartCheck::take() {
  return {std::move(file_), std::move(sidecar_), std::move(proved_hash_)};
}

}  // namespace fanfetch
