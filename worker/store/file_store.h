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

/// One file being written. Vanishes with this object, and its sidecar with it, unless it was
/// committed or kept. Errors are errno values, 0 is none.
class StoredFile {
 public:
  virtual ~StoredFile() = default;

  /// At the file's end. After an error its end is anywhere.
  [[nodiscard]] virtual int append(std::span<const std::byte> bytes) = 0;
  /// All is written: the file stays, and its sidecar goes.
  [[nodiscard]] virtual int commit() = 0;

  /// Notes how the next attempt can go on, in the place of an earlier note. After an error the
  /// earlier one stands.
  [[nodiscard]] virtual int write_sidecar(const Sidecar& sidecar) = 0;
  /// Leaves it to the next attempt. REQUIRES: it has a sidecar; nothing is written afterwards.
  virtual void keep() = 0;

  /// Reads up to `bytes.size()` bytes from `offset`. Returns how many; 0 at the end; a negative
  /// errno value if it cannot be read.
  [[nodiscard]] virtual ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) = 0;
  /// Ends it after `size` bytes; append() goes on from there.
  [[nodiscard]] virtual int truncate(std::uint64_t size) = 0;
};

/// What an earlier attempt left, as its sidecar has it; not proved.
struct OldPart {
  std::unique_ptr<StoredFile> file;
  Sidecar sidecar;
};

/// Where finished bytes go. Abstract so that tests stay in memory; the real one is PartFolder.
class FileStore {
 public:
  virtual ~FileStore() = default;

  /// A new, empty file; one of that name that a killed worker left is replaced. None: see `error`
  /// (an errno value).
  [[nodiscard]] virtual std::unique_ptr<StoredFile> create(const std::string& name, int& error) = 0;
  /// What an earlier attempt left and the next one may resume. nullopt with `error` 0: nothing;
  /// what is proven useless has been removed. nullopt with an errno value in `error`: that much
  /// cannot be told at present, and part and sidecar stay as they are.
  [[nodiscard]] virtual std::optional<OldPart> reopen(const std::string& name, int& error) = 0;
};

}  // namespace fanfetch
