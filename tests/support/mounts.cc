#include "tests/support/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/pointers.h"
#include "tests/support/processes.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throw_errno.h"

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct LoopDevice {
  UniqueFd fd;  // the device exists while this is open or a mount uses it
  std::string name;
};

/// A free loop device over `file`. Tries the next one if another process is faster.
LoopDevice attach(const fs::path& file) {
  const UniqueFd backing(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!backing.valid()) throw_errno(file);
  const UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control.valid()) throw_errno("/dev/loop-control");
  loop_config config{};
  config.fd = static_cast<__u32>(backing.get());
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  for (int tries = 0; tries < 20; ++tries) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) throw_errno("LOOP_CTL_GET_FREE");
    LoopDevice device{.fd = {}, .name = fmt::format("loop{}", number)};
    device.fd.reset(::open(("/dev/" + device.name).c_str(), O_RDWR | O_CLOEXEC));
    if (!device.fd.valid()) throw_errno("/dev/" + device.name);
    if (::ioctl(device.fd.get(), LOOP_CONFIGURE, &config) == 0) return device;
    if (errno != EBUSY) throw_errno("LOOP_CONFIGURE");
  }
  throw_errno("no free loop device");
}

constexpr const char* kMkfsExfat = "/usr/sbin/mkfs.exfat";
constexpr const char* kMountExfat = "/usr/sbin/mount.exfat-fuse";

/// Waits for its end, which has to be a good one.
void run_program(std::vector<std::string> words) {
  const std::vector<char*> argv = pointers(words);
  std::string search = "PATH=/usr/sbin:/sbin:/usr/bin:/bin";
  std::array<char*, 2> environment = {search.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  int status = 0;
  const int error = ::posix_spawn(&pid, argv[0], &quiet, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&quiet);
  if (error == 0 && ::waitpid(pid, &status, 0) == pid && status == 0) return;
  throw std::runtime_error(words[0] + " failed (see the packages in scripts/build)");
}

void make_sparse(const fs::path& image, std::uint64_t bytes) {
  const UniqueFd file(::open(image.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid() || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) throw_errno(image);
}

}  // namespace

std::optional<std::string> enter_own_mounts() {
  // Private: a mount made here must not appear in the parent's namespace.
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return "mounting is not allowed here: " + std::generic_category().message(errno);
  }
  const TempDir folder;
  try {
    (void)Mount::memory(folder.path(), 1 << 20);
  } catch (const std::system_error& error) {
    return std::string("mounting is not allowed here: ") + error.what();
  }
  return std::nullopt;
}

Mount Mount::memory(const fs::path& folder, std::uint64_t bytes) {
  fs::create_directories(folder);
  const std::string options = fmt::format("size={}", bytes);
  if (::mount("none", folder.c_str(), "tmpfs", 0, options.c_str()) != 0) throw_errno("mount tmpfs");
  return {folder, ""};
}

Mount Mount::image(const fs::path& image, const fs::path& folder, const std::string& options) {
  fs::create_directories(folder);
  const LoopDevice device = attach(image);
  if (::mount(("/dev/" + device.name).c_str(), folder.c_str(), "ext4", 0, options.c_str()) != 0) {
    throw_errno("mount " + image.string());
  }
  return {folder, device.name};
}

Mount Mount::exfat(const fs::path& image, const fs::path& folder) {
  fs::create_directories(folder);
  const LoopDevice device = attach(image);
  run_program({kMountExfat, "/dev/" + device.name, folder});
  return {folder, device.name};
}

Mount::Mount(Mount&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), device_(std::move(other.device_)) {}

Mount::~Mount() {
  if (folder_.empty()) return;
  // A process that is just ending may still use it for a moment.
  if (!eventually([this] { return ::umount2(folder_.c_str(), 0) == 0; }, 5s)) {
    ::umount2(folder_.c_str(), MNT_DETACH);
  }
}

void Mount::remount(Writable writable) const {
  const unsigned long flags = MS_REMOUNT | (writable == Writable::no ? MS_RDONLY : 0);
  if (::mount(nullptr, folder_.c_str(), nullptr, flags, nullptr) != 0) throw_errno("remount");
}

void Mount::unmount() {
  if (::umount2(folder_.c_str(), 0) != 0) throw_errno("umount");
  folder_.clear();
}

bool has_exfat() { return fs::exists(kMkfsExfat) && fs::exists(kMountExfat); }

void make_ext4_image(const fs::path& image, std::uint64_t bytes) {
  make_sparse(image, bytes);
  const char* program =
      fs::exists("/usr/sbin/mkfs.ext4") ? "/usr/sbin/mkfs.ext4" : "/sbin/mkfs.ext4";
  // No lazy initialization: the kernel's own writes later would disturb the test.
  run_program({program, "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image});
}

void make_exfat_image(const fs::path& image, std::uint64_t bytes) {
  make_sparse(image, bytes);
  run_program({kMkfsExfat, image});
}

}  // namespace fanfetch::support
