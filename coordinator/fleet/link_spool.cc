#include "coordinator/fleet/link_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <tuple>

namespace fanfetch {
namespace {

using LinkSize = std::uint32_t;  // stands before each link

/// 0 or an errno value.
int write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

/// 0 or an errno value; ENODATA: the file ends before.
int read_at(int fd, std::string& bytes, std::uint64_t offset) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENODATA;
    done += static_cast<std::size_t>(count);
  }
  return 0;
}

}  // namespace

Result<LinkSpool> LinkSpool::open(int folder, const std::string& name, unsigned partitions,
                                  std::uint64_t most_bytes) {
  assert(partitions > 0);
  UniqueFd file(
      ::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return fail("cannot open {}: {}", name, errno_text(errno));
  const std::uint64_t most = std::min<std::uint64_t>(most_bytes / kBlockBytes, kNone - 1);
  return LinkSpool(folder, name, std::move(file), partitions, static_cast<Block>(most));
}

LinkSpool::~LinkSpool() {
  if (file_.valid()) ::unlinkat(folder_, name_.c_str(), 0);
}

bool LinkSpool::has_room() const {
  // One block more than it fills, as each queue has one to come.
  constexpr std::size_t kBlocks = (kMostLinkBytes + sizeof(LinkSize)) / kDataBytes + 3;
  return most_blocks_ - (blocks_ - static_cast<Block>(free_.size())) >= kBlocks;
}

LinkSpool::Block LinkSpool::allocate() {
  if (free_.empty()) return blocks_++;
  const Block block = free_.back();
  free_.pop_back();
  return block;
}

/// Writes what of the queue's end fills blocks. Before a link is added: so it is parked as a whole
/// or not at all.
Result<> LinkSpool::write_full_blocks(Queue& queue) {
  while (queue.end.size() >= kDataBytes) {
    if (queue.last == kNone) queue.last = allocate();
    const Block next = allocate();
    std::string bytes(sizeof next, '\0');
    std::memcpy(bytes.data(), &next, sizeof next);
    bytes.append(queue.end, 0, kDataBytes);
    const int error = write_at(file_.get(), bytes, std::uint64_t{queue.last} * kBlockBytes);
    if (error != 0) {
      free_.push_back(next);
      return fail("cannot write {}: {}", name_, errno_text(error));
    }
    if (loaded_ == queue.last) loaded_ = kNone;
    if (queue.first == kNone) queue.first = queue.last;
    queue.last = next;
    queue.end.erase(0, kDataBytes);
  }
  return {};
}

Result<> LinkSpool::park(unsigned partition, std::string_view link) {
  assert(link.size() <= kMostLinkBytes);
  Queue& queue = queues_[partition];
  if (auto written = write_full_blocks(queue); !written) return written;
  const auto size = static_cast<LinkSize>(link.size());
  queue.end.append(reinterpret_cast<const char*>(&size), sizeof size);
  queue.end += link;
  ++queue.links;
  ++links_;
  return {};
}

Result<std::string> LinkSpool::take(unsigned partition) {
  Queue& queue = queues_[partition];
  assert(queue.links > 0);
  LinkSize size = 0;
  char bytes[sizeof size];
  if (auto read = read_bytes(queue, bytes, sizeof bytes); !read) {
    return tl::unexpected(read.error());
  }
  std::memcpy(&size, bytes, sizeof size);
  if (size > kMostLinkBytes) return fail("{} is damaged", name_);
  std::string link(size, '\0');
  if (auto read = read_bytes(queue, link.data(), link.size()); !read) {
    return tl::unexpected(read.error());
  }
  --queue.links;
  --links_;
  if (queue.links == 0) clear(queue);
  return link;
}

Result<> LinkSpool::read_bytes(Queue& queue, char* to, std::size_t count) {
  while (count > 0) {
    const bool from_file = queue.first != kNone;
    if (from_file) {
      if (auto loaded = load(queue.first); !loaded) return loaded;
    }
    const std::string_view from =
        from_file ? std::string_view(block_).substr(sizeof(Block)) : std::string_view(queue.end);
    const std::size_t piece = std::min(count, from.size() - queue.read);
    if (piece == 0) return fail("{} is damaged", name_);
    std::memcpy(to, from.data() + queue.read, piece);
    to += piece;
    count -= piece;
    queue.read += piece;
    if (!from_file || queue.read < kDataBytes) continue;
    Block next = kNone;
    std::memcpy(&next, block_.data(), sizeof next);
    if (next >= blocks_) return fail("{} is damaged", name_);
    free_.push_back(queue.first);
    loaded_ = kNone;
    queue.first = next == queue.last ? kNone : next;
    queue.read = 0;
  }
  // What was taken from the end, where no block is behind it, need not be written.
  if (queue.first == kNone && queue.read >= kDataBytes) {
    queue.end.erase(0, queue.read);
    queue.read = 0;
  }
  return {};
}

Result<> LinkSpool::load(Block block) {
  if (loaded_ == block) return {};
  loaded_ = kNone;
  block_.resize(kBlockBytes);
  const int error = read_at(file_.get(), block_, std::uint64_t{block} * kBlockBytes);
  if (error != 0) return fail("cannot read {}: {}", name_, errno_text(error));
  loaded_ = block;
  return {};
}

/// Nothing of the queue is left. With the last one of all, the disk gets its room back.
void LinkSpool::clear(Queue& queue) {
  if (queue.last != kNone) free_.push_back(queue.last);
  queue = Queue{};
  if (links_ > 0) return;
  free_ = {};
  blocks_ = 0;
  loaded_ = kNone;
  std::ignore = ::ftruncate(file_.get(), 0);  // if it fails, the room is used again
}

}  // namespace fanfetch
