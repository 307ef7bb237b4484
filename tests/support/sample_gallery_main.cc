// sample_gallery [--images N] [--delay-ms N]
//
// Serves the sample gallery on loopback. Prints its base URL on one line once it accepts requests.
// Ends when stdin ends (if that is a pipe), at SIGINT or SIGTERM, or when its parent dies.

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

#include "common/unique_fd.h"
#include "tests/support/sample_gallery.h"

namespace {

using fanfetch::UniqueFd;
using fanfetch::support::GalleryOptions;
using fanfetch::support::SampleGallery;

std::optional<GalleryOptions> read_options(int argc, char** argv) {
  GalleryOptions options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    const std::string_view text = i + 1 < argc ? argv[i + 1] : "";
    int value = -1;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end() || value < 0) return std::nullopt;
    if (option == "--images") {
      options.images = value;
    } else if (option == "--delay-ms") {
      options.delay = std::chrono::milliseconds(value);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

/// Blocks SIGINT and SIGTERM in all threads to come. Returns a descriptor that reports them.
UniqueFd catch_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC));
}

/// A shell gives /dev/null as stdin to background programs: its end is not a reason to stop.
bool stdin_is_pipe() {
  struct stat info {};
  return ::fstat(STDIN_FILENO, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

void wait_for_end(int signals) {
  pollfd fds[] = {{signals, POLLIN, 0}, {stdin_is_pipe() ? STDIN_FILENO : -1, POLLIN, 0}};
  for (;;) {
    if (::poll(fds, 2, -1) <= 0) continue;
    if (fds[0].revents != 0) return;
    char ignored[4096];
    if (fds[1].revents != 0 && ::read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = read_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "usage: sample_gallery [--images N] [--delay-ms N]\n");
    return 2;
  }
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return 1;  // the parent died before it could be watched
  const UniqueFd signals = catch_signals();
  SampleGallery gallery(*options);
  fmt::print("{}\n", gallery.api_base());
  std::fflush(stdout);
  wait_for_end(signals.get());
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "sample_gallery: {}\n", error.what());
  return 1;
}
