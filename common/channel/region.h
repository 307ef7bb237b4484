#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/channel/layout.h"
#include "common/channel/ring.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// The mapped region and where its parts lie. Used by the channel's two ends:
/// coordinator/pool/coordinator_channel.h and worker/worker_channel.h.
class ChannelRegion {
 public:
  /// A new region: a memfd that cannot shrink or grow, zero except for its header. Error: no memory
  /// or no descriptor is to be had.
  [[nodiscard]] static Result<ChannelRegion> create(std::uint32_t slots,
                                                    std::uint64_t byte_rate = kNoByteRate);
  /// Maps the region behind `fd`. Error: it is not a channel, or of another version.
  [[nodiscard]] static Result<ChannelRegion> attach(UniqueFd fd);

  ChannelRegion(ChannelRegion&&) noexcept;
  ChannelRegion& operator=(ChannelRegion&&) noexcept;
  ~ChannelRegion();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] ChannelHeader& header() const;
  [[nodiscard]] ChannelSlot& slot(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  [[nodiscard]] RingMemory submit_ring() const;
  [[nodiscard]] RingMemory complete_ring() const;

 private:
  struct Mapping;
  ChannelRegion(UniqueFd fd, std::unique_ptr<Mapping> mapping, std::uint32_t slots);
  [[nodiscard]] std::byte* at(std::size_t offset) const;

  UniqueFd fd_;
  std::unique_ptr<Mapping> mapping_;
  std::uint32_t slots_;  // our own copy: the header's may be overwritten
};

}  // namespace fanfetch
