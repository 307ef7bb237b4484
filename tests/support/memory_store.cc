#include "tests/support/memory_store.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace fanfetch::support {

class MemoryStore::Stored : public StoredFile {
 public:
  Stored(MemoryStore& store, std::string name, std::shared_ptr<File> file)
      : store_(store), name_(std::move(name)), file_(std::move(file)) {}
  ~Stored() override {
    const auto found = store_.files_.find(name_);
    if (!stays_ && found != store_.files_.end() && found->second == file_) {
      store_.files_.erase(found);
    }
  }
  Stored(const Stored&) = delete;
  Stored& operator=(const Stored&) = delete;

  [[nodiscard]] int append(std::span<const std::byte> bytes) override {
    if (store_.append_error != 0) return std::exchange(store_.append_error, 0);
    file_->bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return 0;
  }
  [[nodiscard]] int commit() override {
    file_->sidecar.reset();
    if (store_.commit_error != 0) return std::exchange(store_.commit_error, 0);
    file_->committed = stays_ = true;
    return 0;
  }
  [[nodiscard]] int write_sidecar(const Sidecar& sidecar) override {
    file_->sidecar = sidecar;
    return 0;
  }
  void keep() override { stays_ = true; }
  [[nodiscard]] ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) override {
    if (offset >= file_->bytes.size()) return 0;
    const std::size_t count = std::min<std::size_t>(bytes.size(), file_->bytes.size() - offset);
    std::memcpy(bytes.data(), file_->bytes.data() + offset, count);
    return static_cast<ssize_t>(count);
  }
  [[nodiscard]] int truncate(std::uint64_t size) override {
    file_->bytes.resize(size);
    return 0;
  }

 private:
  MemoryStore& store_;
  std::string name_;
  std::shared_ptr<File> file_;
  bool stays_ = false;
};

std::unique_ptr<StoredFile> MemoryStore::create(const std::string& name, int& error) {
  error = std::exchange(create_error, 0);
  if (error != 0) return nullptr;
  auto file = std::make_shared<File>();
  files_[name] = file;
  return std::make_unique<Stored>(*this, name, std::move(file));
}

std::optional<OldPart> MemoryStore::reopen(const std::string& name, int& error) {
  error = 0;
  const auto found = files_.find(name);
  if (found == files_.end() || !found->second->sidecar) return std::nullopt;
  return OldPart{std::make_unique<Stored>(*this, name, found->second), *found->second->sidecar};
}

const MemoryStore::File* MemoryStore::find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second.get();
}

}  // namespace fanfetch::support
