#include "worker/store/part_writer.h"

#include <array>
#include <utility>

namespace fanfetch {
namespace {

/// Removes every other checkpoint, but never the last.
void thin_out(std::vector<Checkpoint>& checkpoints) {
  std::size_t left = 0;
  for (std::size_t i = 1; i < checkpoints.size(); i += 2) checkpoints[left++] = checkpoints[i];
  checkpoints.resize(left);
}

}  // namespace

PartWriter::PartWriter(std::unique_ptr<StoredFile> file, Hash hash) : file_(std::move(file)) {
  if (hash == Hash::yes) hash_.emplace();
}

PartWriter::PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar)
    : file_(std::move(file)), hash_(std::in_place), sidecar_(std::move(sidecar)) {}

PartWriter::PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar, Sha256 hash)
    : file_(std::move(file)), hash_(std::move(hash)), sidecar_(std::move(sidecar)) {
  size_ = sidecar_->checkpoints.back().offset;
  next_checkpoint_ = size_ + kCheckpointStep;
}

int PartWriter::append(std::span<const std::byte> bytes) {
  if (const int error = file_->append(bytes); error != 0) return error;
  if (hash_) hash_->update(bytes);
  size_ += bytes.size();
  if (sidecar_ && size_ >= next_checkpoint_) add_checkpoint(Lasting::yes);
  return 0;
}

std::optional<Sha256Digest> PartWriter::read_digest() {
  Sha256 hash;
  std::array<std::byte, 16 * 1024> bytes;
  for (std::uint64_t at = 0; at < size_;) {
    const ssize_t got = read(at, bytes);
    if (got <= 0) return std::nullopt;
    hash.update(std::span(bytes).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
  }
  return hash.finish();
}

void PartWriter::add_checkpoint(Lasting lasting) {
  if (!sidecar_ || size_ == last_checkpoint() || size_ >= sidecar_->length) return;
  auto& checkpoints = sidecar_->checkpoints;
  std::optional<Checkpoint> replaced;
  if (last_is_provisional_) {
    replaced = checkpoints.back();
    checkpoints.pop_back();
  }
  if (checkpoints.size() == kMaxCheckpoints) thin_out(checkpoints);
  checkpoints.push_back({size_, hash_->snapshot()});
  if (lasting == Lasting::yes) next_checkpoint_ = size_ + kCheckpointStep;
  if (file_->write_sidecar(*sidecar_) == 0) {
    last_is_provisional_ = lasting == Lasting::no;
    return;
  }
  // Where there is no room for a sidecar, the body itself soon meets the same error.
  checkpoints.pop_back();
  if (replaced) checkpoints.push_back(*replaced);
}

std::uint64_t PartWriter::last_checkpoint() const {
  return !sidecar_ || sidecar_->checkpoints.empty() ? 0 : sidecar_->checkpoints.back().offset;
}

void PartWriter::checkpoint_in_time(Instant now) {
  const bool is_recent = last_checkpoint() != seen_checkpoint_;  // added since the last call
  if (next_look_ && !is_recent) {
    if (now < *next_look_) return;
    add_checkpoint(Lasting::no);
  }
  seen_checkpoint_ = last_checkpoint();
  next_look_ = now + kCheckpointInterval;
}

std::uint64_t PartWriter::keep() {
  const std::uint64_t resume_at = last_checkpoint();
  if (resume_at > 0) file_->keep();
  return resume_at;
}

std::uint64_t PartWriter::keep_all() {
  if (size_ >= kFirstCheckpoint) add_checkpoint(Lasting::yes);
  return keep();
}

std::uint64_t PartWriter::keep_every_byte() {
  add_checkpoint(Lasting::yes);
  return keep();
}

}  // namespace fanfetch
