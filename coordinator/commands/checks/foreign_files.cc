#include "coordinator/commands/checks/foreign_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

struct CloseDirectory {
  void operator()(DIR* listing) const { ::closedir(listing); }
};

using FileId = std::pair<dev_t, ino_t>;

class Walk {
 public:
  Walk(std::string path, const OwnFiles& own, const std::function<bool(const FoundFile&)>& visit)
      : path_(std::move(path)), visit_(visit) {
    for (const std::string& one : own.paths) {
      struct stat status {};
      if (::stat(one.c_str(), &status) == 0) own_.emplace_back(status.st_dev, status.st_ino);
    }
  }

  Result<> run() {
    return look_into(UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "");
  }

 private:
  /// `prefix`: of the names in `folder`, empty or with a slash at its end.
  Result<> look_into(UniqueFd folder, const std::string& prefix) {
    const std::unique_ptr<DIR, CloseDirectory> listing(folder.valid() ? ::fdopendir(folder.get())
                                                                      : nullptr);
    if (!listing) return cannot_read(prefix, errno);
    const int fd = folder.release();  // the listing's now
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(listing.get());
      if (entry == nullptr && errno != 0) return cannot_read(prefix, errno);
      if (entry == nullptr || stopped_) return {};
      if (auto looked = look_at(fd, *entry, prefix); !looked) return looked;
    }
  }

  Result<> look_at(int folder, const dirent& entry, const std::string& prefix) {
    const std::string_view name = entry.d_name;
    if (name == "." || name == ".." || (prefix.empty() && name == ".fanfetch")) return {};
    struct stat status {};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return {};  // removed just now
      return cannot_read(prefix + entry.d_name, errno);
    }
    if (S_ISDIR(status.st_mode)) {
      UniqueFd below(
          ::openat(folder, entry.d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      return look_into(std::move(below), prefix + entry.d_name + '/');
    }
    const bool own = std::ranges::count(own_, FileId(status.st_dev, status.st_ino)) > 0;
    stopped_ = !visit_({.name = prefix + entry.d_name, .own = own});
    return {};
  }

  [[nodiscard]] Result<> cannot_read(const std::string& name, int error) const {
    return fail("cannot read '{}/{}': {}", path_, name, errno_text(error));
  }

  std::string path_;
  const std::function<bool(const FoundFile&)>& visit_;
  std::vector<FileId> own_;
  bool stopped_ = false;
};

}  // namespace

Result<> each_file_below(const std::string& path, const OwnFiles& own,
                         const std::function<bool(const FoundFile& file)>& visit) {
  return Walk(path, own, visit).run();
}

}  // namespace fanfetch
