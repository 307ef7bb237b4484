#include "common/channel/region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cassert>
#include <cerrno>
#include <exception>
#include <utility>
namespace fanfetch {
namespace {

constexpr std::size_t round_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

constexpr std::size_t entries_bytes(std::uint32_t slots) {
  return round_up(slots * sizeof(std::atomic<std::uint64_t>), kPage);
}

/// Each ring's entries lie on pages of their own: their writers differ.
constexpr std::size_t slots_offset(std::uint32_t slots) { return kPage + 2 * entries_bytes(slots); }

constexpr std::size_t region_bytes(std::uint32_t slots) {
  return slots_offset(slots) + std::size_t{slots} * kSlotStride;
}

}  // namespace

struct ChannelRegion::Mapping {
  // The mapping outlives the file_mapping, whose descriptor a child would inherit.
  explicit Mapping(int fd)
      : region(boost::interprocess::file_mapping(fmt::format("/proc/self/fd/{}", fd).c_str(),
                                                 boost::interprocess::read_write),
               boost::interprocess::read_write) {
    // Jobs hold passwords and headers of the user's; the dump of a crash goes who knows where.
    (void)::madvise(region.get_address(), region.get_size(), MADV_DONTDUMP);
  }

  boost::interprocess::mapped_region region;
};

ChannelRegion::ChannelRegion(UniqueFd fd, std::unique_ptr<Mapping> mapping, std::uint32_t slots)
    : fd_(std::move(fd)), mapping_(std::move(mapping)), slots_(slots) {}
ChannelRegion::ChannelRegion(ChannelRegion&&) noexcept = default;
ChannelRegion& ChannelRegion::operator=(ChannelRegion&&) noexcept = default;
ChannelRegion::~ChannelRegion() = default;

Result<ChannelRegion> ChannelRegion::create(std::uint32_t slots, std::uint64_t byte_rate) {
  assert(slots > 0 && slots <= kMaxSlots);
  UniqueFd fd(::memfd_create("fanfetch-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid() || ::ftruncate(fd.get(), static_cast<off_t>(region_bytes(slots))) != 0 ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    const int error = errno;
    return fail("cannot make shared memory for a worker: {}{}", errno_text(error),
                error == EFBIG ? " (see ulimit -f)" : "");
  }
  try {
    auto mapping = std::make_unique<Mapping>(fd.get());
    ChannelRegion region(std::move(fd), std::move(mapping), slots);
    region.header().slots = slots;
    region.header().byte_rate.store(byte_rate, std::memory_order_relaxed);
    region.header().version = kChannelVersion;
    return region;
  } catch (const std::exception& error) {
    return fail("cannot map shared memory for a worker: {}", error.what());
  }
}

Result<ChannelRegion> ChannelRegion::attach(UniqueFd fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < kPage) {
    return fail("the coordinator handed over no shared memory");
  }
  try {
    auto mapping = std::make_unique<Mapping>(fd.get());
    ChannelRegion region(std::move(fd), std::move(mapping), 0);
    region.slots_ = region.header().slots;
    if (region.header().version != kChannelVersion || region.slots_ > kMaxSlots ||
        region_bytes(region.slots_) != static_cast<std::size_t>(status.st_size)) {
      return fail("coordinator and worker are of different versions; install both again");
    }
    return region;
  } catch (const std::exception& error) {
    return fail("cannot map the coordinator's shared memory: {}", error.what());
  }
}

std::byte* ChannelRegion::at(std::size_t offset) const {
  return static_cast<std::byte*>(mapping_->region.get_address()) + offset;
}

ChannelHeader& ChannelRegion::header() const { return *reinterpret_cast<ChannelHeader*>(at(0)); }

ChannelSlot& ChannelRegion::slot(std::uint32_t index) const {
  assert(index < slots_);
  return *reinterpret_cast<ChannelSlot*>(at(slots_offset(slots_) + index * kSlotStride));
}

RingMemory ChannelRegion::submit_ring() const {
  return {&header().submit_head, &header().submit_tail,
          reinterpret_cast<std::atomic<std::uint64_t>*>(at(kPage)), slots_};
}

RingMemory ChannelRegion::complete_ring() const {
  return {&header().complete_head, &header().complete_tail,
          reinterpret_cast<std::atomic<std::uint64_t>*>(at(kPage + entries_bytes(slots_))), slots_};
}

}  // namespace fanfetch
