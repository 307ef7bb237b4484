#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Links that wait for room in their partition, in the order in which they came: a file beside the
/// ledger, with a queue of bytes for each partition. A queue is a chain of blocks, each of which
/// says whose it is, and which one follows. Its end is in memory, so that a short queue never
/// touches the disk.
///
/// Memory: of each partition that has links, whatever their number, at most a block and the link
/// that was parked last; one block for all; and 4 bytes a block of the file (some forty links) that
/// is free at present. Disk: bounded, and given back when
/// nothing is parked. Nothing in it has to survive: a driver that is started again reads its list
/// again, and opens an empty spool. Thread: one at a time; calls may block on the disk.
class LinkSpool {
 public:
  static constexpr std::size_t kBlockBytes = 4096;
  static constexpr std::size_t kMostLinkBytes = 128 * 1024;

  /// `folder`: a directory's descriptor, which outlives this, as `name` is removed at the end. What
  /// an earlier driver left there is dropped. `most_bytes`: of the file.
  [[nodiscard]] static Result<LinkSpool> open(int folder, const std::string& name,
                                              unsigned partitions, std::uint64_t most_bytes);
  LinkSpool(LinkSpool&&) noexcept = default;
  LinkSpool& operator=(LinkSpool&&) = delete;
  ~LinkSpool();

  /// Whether one more link of the largest size is sure to fit.
  [[nodiscard]] bool has_room() const;
  /// Error: the disk refused it, and the link is not parked. REQUIRES: has_room(); `link` has at
  /// most kMostLinkBytes.
  [[nodiscard]] Result<> park(unsigned partition, std::string_view link);
  /// The partition's first link. Error: the file cannot be read, or others have written to it; what
  /// the partition has parked is lost, and the list is to be read again; or it has none.
  [[nodiscard]] Result<std::string> take(unsigned partition);

  [[nodiscard]] std::uint64_t size(unsigned partition) const { return queues_[partition].links; }
  [[nodiscard]] std::uint64_t size() const { return links_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return std::uint64_t{blocks_} * kBlockBytes; }

 private:
  using Block = std::uint32_t;
  static constexpr Block kNone = ~Block{0};
  /// How a block begins. The first two are its owner's, so that no damaged chain leads into the
  /// links of others, or into older ones.
  struct Head {
    std::uint64_t number = 0;  // counts the partition's blocks
    std::uint32_t partition = 0;
    Block next = kNone;
  };
  static constexpr std::size_t kDataBytes = kBlockBytes - sizeof(Head);

  struct Queue {
    std::uint64_t links = 0;
    Block first = kNone;  // of the chain; kNone: all is in `end`
    Block last = kNone;   // where `end` will be written
    std::uint64_t first_number = 0, last_number = 0;
    std::size_t read = 0;  // bytes taken from the first block, or from `end` if there is none
    std::string end;
  };

  LinkSpool(int folder, std::string name, UniqueFd file, unsigned partitions, Block most_blocks)
      : folder_(folder),
        name_(std::move(name)),
        file_(std::move(file)),
        most_blocks_(most_blocks),
        queues_(partitions) {}

  [[nodiscard]] Block allocate();
  [[nodiscard]] Result<> write_full_blocks(unsigned partition);
  [[nodiscard]] Result<> read_bytes(unsigned partition, char* to, std::size_t count);
  [[nodiscard]] Result<> load(unsigned partition);
  [[nodiscard]] tl::unexpected<Error> damaged() const;
  void clear(Queue& queue);

  int folder_;
  std::string name_;
  UniqueFd file_;
  Block most_blocks_;
  Block blocks_ = 0;  // of the file
  std::vector<Block> free_;
  std::vector<Queue> queues_;
  std::uint64_t links_ = 0;
  Block loaded_ = kNone;  // whose bytes are in block_
  std::string block_;
};

}  // namespace fanfetch
