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
  [[nodiscard]] std::optional<OldPart> reopen(const std::string& name, int& error) override;

 private:
  UniqueFd folder_;
};

/// Writes each piece immediately: a transport delivers up to 64 KiB, so a buffer would save few
/// writes and cost a copy. Created with mode 0666 & ~umask, as the user's own files are.
class PartFile : public StoredFile {
 public:
  enum class HasSidecar { no, yes };

  PartFile(int folder, std::string name, UniqueFd file, HasSidecar has_sidecar)
      : folder_(folder),
        name_(std::move(name)),
        file_(std::move(file)),
        has_sidecar_(has_sidecar == HasSidecar::yes) {}
  ~PartFile() override;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] int append(std::span<const std::byte> bytes) override;
  [[nodiscard]] int commit() override;
  [[nodiscard]] int write_sidecar(const Sidecar& sidecar) override;
  void keep() override { stays_ = true; }
  [[nodiscard]] ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) override;
  [[nodiscard]] int truncate(std::uint64_t size) override;

 private:
  void remove_sidecar();

  int folder_;  // the PartFolder's
  std::string name_;
  UniqueFd file_;
  bool has_sidecar_;
  bool stays_ = false;
};

}  // namespace fanfetch
