#pragma once

#include <memory>
#include <string>

#include "common/unique_fd.h"
#include "worker/store/file_store.h"

namespace fanfetch {

/// Part files in the run's `.fanfetch/part` folder, which is all that a worker may write.
class PartFolder : public FileStore {
 public:
  explicit PartFolder(UniqueFd folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::unique_ptr<StoredFile> create(const std::string& name, int& error) override;

 private:
  UniqueFd folder_;
};

/// Writes straight through: libcurl hands over pieces of up to 16 KiB, and a buffer of our own
/// would save a write for every few of them, at the price of a copy. Made with mode 0666 & ~umask,
/// as the user's own files are.
class PartFile : public StoredFile {
 public:
  PartFile(int folder, std::string name, UniqueFd file)
      : folder_(folder), name_(std::move(name)), file_(std::move(file)) {}
  ~PartFile() override;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] int append(std::span<const std::byte> bytes) override;
  [[nodiscard]] int commit() override;

 private:
  int folder_;  // the PartFolder's
  std::string name_;
  UniqueFd file_;
  bool committed_ = false;
};

}  // namespace fanfetch
