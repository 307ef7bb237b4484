#pragma once

#include <cstddef>
#include <string>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// A memfd, with all of its seals (common/sealed_bytes.h), of what the file `path` holds until its
/// end. It is opened and read once, so that a pipe will do; waits for what comes by one. No copy is
/// left elsewhere in memory. Error: it cannot be read, it holds more than `most` bytes, or there is
/// no memory; the sentence names the file.
[[nodiscard]] Result<UniqueFd> sealed_copy(const std::string& path, std::size_t most);

}  // namespace fanfetch
