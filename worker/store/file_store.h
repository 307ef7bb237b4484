#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace fanfetch {

/// One file being written. Vanishes with this object unless it was committed.
class StoredFile {
 public:
  virtual ~StoredFile() = default;

  /// Returns 0 or an errno value; after an error the file is of no use.
  [[nodiscard]] virtual int append(std::span<const std::byte> bytes) = 0;
  /// All is written: the file stays. Returns 0 or an errno value.
  [[nodiscard]] virtual int commit() = 0;
};

/// Where finished bytes go. Abstract so that tests stay in memory; the real one is PartFolder.
class FileStore {
 public:
  virtual ~FileStore() = default;

  /// A new, empty file; one of that name that a killed worker left is replaced. None: see `error`
  /// (an errno value).
  [[nodiscard]] virtual std::unique_ptr<StoredFile> create(const std::string& name, int& error) = 0;
};

}  // namespace fanfetch
