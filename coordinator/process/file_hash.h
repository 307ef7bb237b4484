#pragma once

#include <cstdint>
#include <functional>
#include <tl/expected.hpp>

#include "common/sha256.h"

namespace fanfetch {

/// SHA-256 of an open file, from its current offset to its end. `on_read`, if given, is called
/// after each read (256 KiB at most) with the number of its bytes. Error: an errno value.
[[nodiscard]] tl::expected<Sha256Digest, int> hash_of_file(
    int file, const std::function<void(std::uint64_t bytes)>& on_read = {});

}  // namespace fanfetch
