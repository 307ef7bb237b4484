#include "coordinator/settle/folder_holder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr std::string_view kUnknown = "-";
constexpr std::string_view kVerify = "verify";

/// More is no name of a host, and no boot ID.
constexpr std::size_t kMostWords = 255;

/// Differs for each boot of each machine; empty: this kernel does not say.
std::string own_boot_id() {
  const UniqueFd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char text[36];  // of a UUID
  const ssize_t size = file.valid() ? ::read(file.get(), text, sizeof text) : -1;
  return size > 0 ? std::string(text, text + size) : "";
}

std::string own_host() {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string_view take_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
  text.remove_prefix(begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(word.size());
  return word.substr(0, kMostWords);
}

}  // namespace

bool Holder::may_be_here() const {
  const std::string own = own_boot_id();
  return boot_id.empty() || own.empty() || boot_id == own;
}

std::string holder_text(HeldFor purpose) {
  const auto word = [](const std::string& text) { return text.empty() ? kUnknown : text; };
  return fmt::format("{} {} {}{}", ::getpid(), word(own_host()), word(own_boot_id()),
                     purpose == HeldFor::verify ? fmt::format(" {}", kVerify) : "");
}

Holder parse_holder(std::string_view text) {
  Holder holder;
  const std::string_view number = take_word(text);
  int pid = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (error == std::errc() && end == number.data() + number.size() && pid > 0) holder.pid = pid;
  const auto known = [](std::string_view word) { return word == kUnknown ? "" : word; };
  holder.host = known(take_word(text));
  holder.boot_id = known(take_word(text));
  if (take_word(text) == kVerify) holder.purpose = HeldFor::verify;
  return holder;
}

std::optional<Holder> holder_of(const RunFolder& folder) {
  const std::string path = folder.lock_path();
  const UniqueFd lock(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  // A shared lock that is there for microseconds: a run that starts just then tries again.
  if (!lock.valid() || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
    return std::nullopt;
  }
  std::array<char, 512> text;
  const ssize_t size = ::pread(lock.get(), text.data(), text.size(), 0);
  return parse_holder({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
}

}  // namespace fanfetch
