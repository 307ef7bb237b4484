#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "common/sha256.h"
#include "common/url.h"
#include "coordinator/link/file_stamp.h"
#include "coordinator/link/host_piece.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// What an earlier run saved for a link that is fetched again. Link::name is its file.
struct Earlier {
  FileStamp file;  ///< Replaced if the file still has this stamp; else the new one gets a suffix.
  Record record;   ///< Of the earlier run. If its status is saved, the request is conditional.
};

/// Identity: two links with the same id are one link. The first 128 bits of Link::hash.
using LinkId = std::array<std::uint8_t, 16>;

[[nodiscard]] inline LinkId link_id(const Sha256Digest& hash) {
  LinkId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

/// For tables of links: an identity is a hash already, so its beginning will do.
struct HashOfId {
  [[nodiscard]] std::size_t operator()(const LinkId& id) const {
    std::size_t bits = 0;
    static_assert(sizeof bits <= sizeof id);
    std::memcpy(&bits, id.data(), sizeof bits);
    return bits;
  }
};

/// What makes two links one: the normal form, and the user name that is sent with it.
[[nodiscard]] inline Sha256Digest identity_of(const Url& url) {
  if (url.userinfo.empty()) return sha256(url.normal);
  return sha256(url.normal + '\n' + url.userinfo);  // no URL holds a line feed
}

/// A planned link: it is to be fetched and saved under this name.
struct Link {
  std::uint64_t index = 0;  ///< Position in the list, from 1.
  std::string listed;       ///< As in the list, userinfo masked: for messages and records.
  Url url;
  /// SHA-256 of the normal form and the user name. link_id() is its beginning; in hexadecimal it
  /// is the name of the part file.
  Sha256Digest hash{};
  std::string name;            ///< Final path below the output folder, clean (see path_text.h).
  std::string open_name;       ///< See NameTemplate::open_name(); mostly empty.
  bool name_given = false;     ///< By the list itself: what the server suggests is not used.
  std::uint64_t name_key = 0;  ///< Hash of `name`: equal for names that differ only in case.
  unsigned host_limit = 1;     ///< Most concurrent requests to its host.
  HostPiece piece;             ///< Of its host, that it belongs to.
  std::shared_ptr<const Earlier> earlier;  ///< Null: no earlier run saved a file.
  bool failed_before = false;              ///< In the last run that asked for it.
  /// See ListedItem::headers.
  std::vector<std::string> headers;
  std::shared_ptr<const std::string> columns;  ///< See Record::columns.
};

}  // namespace fanfetch
