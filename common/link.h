#pragma once

#include <cstdint>
#include <string>

#include "common/sha256.h"
#include "common/url.h"

namespace fanfetch {

/// A link that has been planned: it is to be fetched, under this name.
struct Link {
  std::uint64_t index = 0;  ///< Place in the list, from 1.
  std::string listed;       ///< As the list has it, userinfo masked: for people and records.
  Url url;
  /// SHA-256 of the normal form. Its first 128 bits are the link's identity; in hexadecimal it
  /// names the part file.
  Sha256Digest hash{};
  std::string name;  ///< Final path below the output folder, clean (see path_text.h).
};

}  // namespace fanfetch
