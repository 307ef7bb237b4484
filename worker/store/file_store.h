#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "worker/store/sidecar.h"

namespace fanfetch {

/// One file being written. The destructor removes it and its sidecar, unless it was committed or
/// kept. Errors are errno values; 0 is success.
class StoredFile {
 public:
  virtual ~StoredFile() = default;

  /// Writes at the file's end. After an error, any part of `bytes` may have been written.
  [[nodiscard]] virtual int append(std::span<const std::byte> bytes) = 0;
  /// Call when all is written: the file stays, and its sidecar is removed.
  [[nodiscard]] virtual int commit() = 0;

  /// Writes what the next attempt needs to resume the file, in place of an earlier sidecar. After
  /// an error the earlier one is unchanged.
  [[nodiscard]] virtual int write_sidecar(const Sidecar& sidecar) = 0;
  /// Keeps file and sidecar for the next attempt. REQUIRES: it has a sidecar; nothing is written
  /// afterwards.
  virtual void keep() = 0;

  /// Reads up to `bytes.size()` bytes from `offset`. Returns how many; 0 at the end; a negative
  /// errno value if it cannot be read.
  [[nodiscard]] virtual ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) = 0;
  /// Cuts the file to `size` bytes; append() continues there.
  [[nodiscard]] virtual int truncate(std::uint64_t size) = 0;
};

/// What an earlier attempt left, as its sidecar describes it; not proven.
struct OldPart {
  std::unique_ptr<StoredFile> file;
  Sidecar sidecar;
};

/// Where the bytes of bodies go. Abstract so that tests stay in memory; the real one is PartFolder.
class FileStore {
 public:
  virtual ~FileStore() = default;

  /// Makes a new file, in place of one that a killed worker left under that name, or of whatever
  /// else lies there and is no folder. nullptr: see `error`, an errno value.
  [[nodiscard]] virtual std::unique_ptr<StoredFile> create(const std::string& name, int& error) = 0;
  /// Opens what an earlier attempt left to resume. nullopt with `error` 0: there is nothing; a part
  /// that is proven useless has been removed. nullopt with an errno value in `error`: part and
  /// sidecar cannot be read at present and are unchanged.
  [[nodiscard]] virtual std::optional<OldPart> reopen(const std::string& name, int& error) = 0;
};

}  // namespace fanfetch
