#pragma once

#include <string>

#include "common/result.h"

namespace fanfetch {

/// 192 bits of the kernel's, in 48 hexadecimal digits.
[[nodiscard]] std::string random_token();

/// The token in a file, which is its first line. Error: the file cannot be read, others may read
/// it, or what it holds is no token: from 16 to 256 letters, digits and `-._~`, which an address
/// can carry as they are.
[[nodiscard]] Result<std::string> read_token_file(const std::string& path);

}  // namespace fanfetch
