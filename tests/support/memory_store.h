#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "worker/store/file_store.h"

namespace fanfetch::support {

/// A FileStore in memory. Files that were neither committed nor kept are gone with their
/// StoredFile, as PartFolder's are. Must outlive its files.
class MemoryStore : public FileStore {
 public:
  struct File {
    std::string bytes;
    std::optional<Sidecar> sidecar;
    bool committed = false;
  };

  [[nodiscard]] std::unique_ptr<StoredFile> create(const std::string& name, int& error) override;
  [[nodiscard]] std::optional<OldPart> reopen(const std::string& name, int& error) override;

  /// nullptr: there is none.
  [[nodiscard]] const File* find(const std::string& name) const;
  [[nodiscard]] bool is_empty() const { return files_.empty(); }

  // An errno value that the next call of that kind fails with; 0: it succeeds.
  int create_error = 0;
  int append_error = 0;
  int commit_error = 0;

 private:
  class Stored;
  std::map<std::string, std::shared_ptr<File>> files_;
};

}  // namespace fanfetch::support
