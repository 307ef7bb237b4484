#include "worker/store/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace fanfetch {

std::unique_ptr<StoredFile> PartFolder::create(const std::string& name, int& error) {
  UniqueFd file(::openat(folder_.get(), name.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) {
    error = errno;
    return nullptr;
  }
  return std::make_unique<PartFile>(folder_.get(), name, std::move(file));
}

PartFile::~PartFile() {
  if (!committed_) ::unlinkat(folder_, name_.c_str(), 0);
}

int PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

int PartFile::commit() {
  // Network file systems report a failed write only now.
  if (::close(file_.release()) != 0) return errno;
  committed_ = true;
  return 0;
}

}  // namespace fanfetch
