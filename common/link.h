#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/file_stamp.h"
#include "common/sha256.h"
#include "common/url.h"

namespace fanfetch {

/// What an earlier run saved for a link that is to be fetched again: Link::name is its file.
struct Earlier {
  FileStamp file;  ///< To be replaced as long as it is this one; else the new file gets a suffix.
  std::string etag, last_modified;  ///< To ask the server with; both empty: unconditionally.
};

/// A link that has been planned: it is to be fetched, under this name.
struct Link {
  std::uint64_t index = 0;  ///< Place in the list, from 1.
  std::string listed;       ///< As the list has it, userinfo masked: for people and records.
  Url url;
  /// SHA-256 of the normal form. Its first 128 bits are the link's identity; in hexadecimal it
  /// names the part file.
  Sha256Digest hash{};
  std::string name;  ///< Final path below the output folder, clean (see path_text.h).
  std::optional<Earlier> earlier;
};

}  // namespace fanfetch
