#include "worker/store/part_writer.h"

#include <array>
#include <utility>

namespace fanfetch {
namespace {

/// Drops every other one, but never the last.
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
  if (hash_) hash_->update(bytes);
  if (const int error = file_->append(bytes); error != 0) return error;
  size_ += bytes.size();
  if (sidecar_ && size_ >= next_checkpoint_ && size_ < sidecar_->length) add_checkpoint();
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

void PartWriter::add_checkpoint() {
  auto& checkpoints = sidecar_->checkpoints;
  if (checkpoints.size() == kMaxCheckpoints) thin_out(checkpoints);
  checkpoints.push_back({size_, hash_->snapshot()});
  // Where there is no room for it, the body itself will soon meet the same.
  if (file_->write_sidecar(*sidecar_) != 0) checkpoints.pop_back();
  next_checkpoint_ = size_ + kCheckpointStep;
}

std::uint64_t PartWriter::keep() {
  if (!sidecar_ || sidecar_->checkpoints.empty()) return 0;
  file_->keep();
  return sidecar_->checkpoints.back().offset;
}

std::uint64_t PartWriter::keep_all() {
  if (sidecar_ && size_ >= kFirstCheckpoint && size_ < sidecar_->length &&
      (sidecar_->checkpoints.empty() || sidecar_->checkpoints.back().offset < size_)) {
    add_checkpoint();
  }
  return keep();
}

}  // namespace fanfetch
