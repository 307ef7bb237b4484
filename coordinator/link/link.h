#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "common/sha256.h"
#include "common/url.h"
#include "coordinator/link/file_stamp.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// What an earlier run saved for a link that is to be fetched again: Link::name is its file.
struct Earlier {
  FileStamp file;  ///< To be replaced as long as it is this one; else the new file gets a suffix.
  Record record;   ///< Of the earlier run. Saved: the server is asked whether that still holds.
};

/// What makes two links one: the first 128 bits of Link::hash.
using LinkId = std::array<std::uint8_t, 16>;

[[nodiscard]] inline LinkId link_id(const Sha256Digest& hash) {
  LinkId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

/// A link that has been planned: it is to be fetched, under this name.
struct Link {
  std::uint64_t index = 0;  ///< Place in the list, from 1.
  std::string listed;       ///< As the list has it, userinfo masked: for people and records.
  Url url;
  /// SHA-256 of the normal form (and the user). Its beginning is the link's identity, see
  /// link_id(); in hexadecimal it names the part file.
  Sha256Digest hash{};
  std::string name;            ///< Final path below the output folder, clean (see path_text.h).
  std::uint64_t name_key = 0;  ///< Of that name: equal for names that differ in case alone.
  unsigned host_limit = 1;     ///< Requests at once to its host, at most.
  std::shared_ptr<const Earlier> earlier;      ///< None: this is its first file.
  std::shared_ptr<const std::string> columns;  ///< See Record::columns.
};

}  // namespace fanfetch
