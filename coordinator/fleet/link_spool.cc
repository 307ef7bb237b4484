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
Result<> LinkSpool::write_full_blocks(unsigned partition) {
  Queue& queue = queues_[partition];
  while (queue.end.size() >= kDataBytes) {
    if (queue.last == kNone) queue.last = allocate();
    const Head head{.number = queue.last_number, .partition = partition, .next = allocate()};
    std::string bytes(sizeof head, '\0');
    std::memcpy(bytes.data(), &head, sizeof head);
    bytes.append(queue.end, 0, kDataBytes);
    const int error = write_at(file_.get(), bytes, std::uint64_t{queue.last} * kBlockBytes);
    if (error != 0) {
      free_.push_back(head.next);
      return fail("cannot write {}: {}", name_, errno_text(error));
    }
    if (loaded_ == queue.last) loaded_ = kNone;
    if (queue.first == kNone) {
      queue.first = queue.last;
      queue.first_number = queue.last_number;
    }
    queue.last = head.next;
    ++queue.last_number;
    queue.end.erase(0, kDataBytes);
  }
  return {};
}

Result<> LinkSpool::park(unsigned partition, std::string_view link) {
  assert(link.size() <= kMostLinkBytes);
  Queue& queue = queues_[partition];
  if (auto written = write_full_blocks(partition); !written) return written;
  const auto size = static_cast<LinkSize>(link.size());
  queue.end.append(reinterpret_cast<const char*>(&size), sizeof size);
  queue.end += link;
  ++queue.links;
  ++links_;
  return {};
}

Result<std::string> LinkSpool::take(unsigned partition) {
  Queue& queue = queues_[partition];
  if (queue.links == 0) return fail("{} has no link of the partition {}", name_, partition);
  LinkSize size = 0;
  char bytes[sizeof size];
  if (auto read = read_bytes(partition, bytes, sizeof bytes); !read) {
    return tl::unexpected(read.error());
  }
  std::memcpy(&size, bytes, sizeof size);
  if (size > kMostLinkBytes) return damaged();
  std::string link(size, '\0');
  if (auto read = read_bytes(partition, link.data(), link.size()); !read) {
    return tl::unexpected(read.error());
  }
  --queue.links;
  --links_;
  if (queue.links == 0) clear(queue);
  return link;
}

tl::unexpected<Error> LinkSpool::damaged() const { return fail("{} is damaged", name_); }

Result<> LinkSpool::read_bytes(unsigned partition, char* to, std::size_t count) {
  Queue& queue = queues_[partition];
  while (count > 0) {
    const bool from_file = queue.first != kNone;
    if (from_file) {
      if (auto loaded = load(partition); !loaded) return loaded;
    }
    const std::string_view from =
        from_file ? std::string_view(block_).substr(sizeof(Head)) : std::string_view(queue.end);
    const std::size_t piece = std::min(count, from.size() - queue.read);
    if (piece == 0) return damaged();
    std::memcpy(to, from.data() + queue.read, piece);
    to += piece;
    count -= piece;
    queue.read += piece;
    if (!from_file || queue.read < kDataBytes) continue;
    Head head;
    std::memcpy(&head, block_.data(), sizeof head);
    const bool is_last = head.number + 1 == queue.last_number;
    if (!is_last && head.next >= blocks_) return damaged();
    free_.push_back(queue.first);
    loaded_ = kNone;
    queue.first = is_last ? kNone : head.next;
    ++queue.first_number;
    queue.read = 0;
  }
  // What was taken from the end, where no block is behind it, need not be written.
  if (queue.first == kNone && queue.read >= kDataBytes) {
    queue.end.erase(0, queue.read);
    queue.read = 0;
  }
  return {};
}

/// The first block of the partition's queue.
Result<> LinkSpool::load(unsigned partition) {
  const Queue& queue = queues_[partition];
  if (loaded_ != queue.first) {
    loaded_ = kNone;
    block_.resize(kBlockBytes);
    const int error = read_at(file_.get(), block_, std::uint64_t{queue.first} * kBlockBytes);
    if (error != 0) return fail("cannot read {}: {}", name_, errno_text(error));
    loaded_ = queue.first;
  }
  Head head;
  std::memcpy(&head, block_.data(), sizeof head);
  if (head.partition != partition || head.number != queue.first_number) return damaged();
  return {};
}

/// Nothing of the queue is left. With the last one of all, the disk gets its room back.
void LinkSpool::clear(Queue& queue) {
  if (queue.last != kNone) free_.push_back(queue.last);
  queue = Queue{.first_number = queue.last_number, .last_number = queue.last_number};
  if (links_ > 0) return;
  free_ = {};
  blocks_ = 0;
  loaded_ = kNone;
  std::ignore = ::ftruncate(file_.get(), 0);  // if it fails, the room is used again
}

}  // namespace fanfetch
