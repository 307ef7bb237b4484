#include "common/sealed_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr int kAll = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

UniqueFd memfd_of(const std::string& text, int seals) {
  UniqueFd fd(::memfd_create("bytes", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(static_cast<ssize_t>(text.size()), ::write(fd.get(), text.data(), text.size()));
  EXPECT_EQ(0, ::fcntl(fd.get(), F_ADD_SEALS, seals));
  return fd;
}

/// Flags of the mapping that `address` lies in, as /proc/self/smaps has them.
std::string flags_at(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line + ' ';
    }
  }
  return "";
}

TEST(SealedBytesTest, AreReadAfterTheDescriptorIsClosed) {
  const std::string text(300'000, 'x');
  auto fd = memfd_of(text, kAll);
  auto bytes = SealedBytes::map(fd.get());
  ASSERT_TRUE(bytes);
  fd.reset();
  EXPECT_EQ(text, bytes->view());
}

TEST(SealedBytesTest, MayBeMoved) {
  auto bytes = SealedBytes::map(memfd_of("a text", kAll).get());
  ASSERT_TRUE(bytes);
  const auto view = bytes->view();
  SealedBytes moved = std::move(*bytes);
  EXPECT_EQ(view.data(), moved.view().data());
  SealedBytes assigned;
  assigned = std::move(moved);
  EXPECT_EQ("a text", view);
  EXPECT_EQ(view.data(), assigned.view().data());
}

TEST(SealedBytesTest, OfNothingAreEmpty) {
  EXPECT_TRUE(SealedBytes().view().empty());
  const auto bytes = SealedBytes::map(memfd_of("", kAll).get());
  ASSERT_TRUE(bytes);
  EXPECT_TRUE(bytes->view().empty());
}

TEST(SealedBytesTest, StayOutOfCoreDumps) {
  const auto bytes = SealedBytes::map(memfd_of("a key", kAll).get());
  ASSERT_TRUE(bytes);
  const std::string flags = flags_at(bytes->view().data());
  EXPECT_NE(flags.npos, flags.find(" dd ")) << flags;
  EXPECT_EQ(flags.npos, flags.find(" wr ")) << flags;
}

TEST(SealedBytesTest, WhatCouldChangeIsRefused) {
  for (const int missing : {F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL}) {
    EXPECT_FALSE(SealedBytes::map(memfd_of("a text", kAll & ~missing).get())) << missing;
  }
  const UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(SealedBytes::map(file.get()));
  EXPECT_FALSE(SealedBytes::map(-1));
}

}  // namespace
}  // namespace fanfetch
