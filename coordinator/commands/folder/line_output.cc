#include "coordinator/commands/folder/line_output.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "common/utf8.h"
#include "coordinator/process/replace_file.h"
#include "coordinator/process/signals.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

/// Brings the new name of `path` to the disk. Returns 0 or an errno value.
int sync_folder_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  const UniqueFd folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.valid() ? sync_folder(folder.get()) : 0;  // it may be written and not read
}

}  // namespace

LineOutput::LineOutput() : to_terminal_(::isatty(STDOUT_FILENO) == 1) {}

Result<LineOutput> LineOutput::open(const std::string& path) {
  LineOutput output;
  output.path_ = path;
  output.to_terminal_ = false;
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (!exists && ::lstat(path.c_str(), &there) == 0) {
    return fail("cannot write '{}': it is a symbolic link that leads nowhere", path);
  }
  if (exists && !S_ISREG(there.st_mode)) {
    output.file_.reset(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    output.to_terminal_ = output.file_.valid() && ::isatty(output.file_.get()) == 1;
  } else {
    std::error_code none;
    // Through a symbolic link: it is the file behind it that is replaced.
    if (exists) output.path_ = std::filesystem::canonical(path, none).string();
    if (none) output.path_ = path;
    output.temporary_ = fmt::format("{}.part-{}", output.path_, ::getpid());
    output.file_.reset(
        ::open(output.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (exists && output.file_.valid()) (void)::fchmod(output.file_.get(), there.st_mode & 0777);
  }
  if (output.file_.valid()) return output;
  const int error = errno;
  output.temporary_.clear();
  return fail("cannot write '{}': {}", path, errno_text(error));
}

LineOutput::LineOutput(LineOutput&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      to_terminal_(other.to_terminal_),
      buffer_(std::move(other.buffer_)),
      error_(other.error_) {}

LineOutput::~LineOutput() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

bool LineOutput::add_text(std::string_view lines) { return add(printable_lines(lines)); }

bool LineOutput::add_data(std::string_view lines) {
  return to_terminal_ ? add_text(lines) : add(lines);
}

bool LineOutput::show(std::string_view line) {
  const char* terminal = std::getenv("TERM");
  if (!to_terminal_ || terminal == nullptr || std::string_view(terminal) == "dumb") {
    add_text(std::string(line) + '\n');
    return flush();
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  // One that breaks could not be redrawn.
  const std::string text = printable(line, known ? size.ws_col - 1u : 79u);
  add("\r" + text + "\x1b[K");
  const bool written = flush();
  shows_ = true;
  return written;
}

bool LineOutput::add(std::string_view lines) {
  if (std::exchange(shows_, false) && !lines.starts_with('\r')) buffer_ += '\n';
  buffer_ += lines;
  return buffer_.size() < kPiece ? error_ == 0 : flush();
}

bool LineOutput::flush() {
  if (error_ == 0) error_ = write_all(path_.empty() ? STDOUT_FILENO : file_.get(), buffer_).second;
  buffer_.clear();
  return error_ == 0;
}

Result<> LineOutput::finish() {
  flush();
  if (path_.empty()) {
    if (error_ == EPIPE) die_of(SIGPIPE);
    if (error_ != 0) return fail("cannot write to stdout: {}", errno_text(error_));
    return {};
  }
  if (error_ == 0 && !temporary_.empty()) {
    if (::fsync(file_.get()) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
      error_ = errno;
    } else {
      temporary_.clear();
      error_ = sync_folder_of(path_);
    }
  }
  if (error_ != 0) return fail("cannot write '{}': {}", path_, errno_text(error_));
  return {};
}

}  // namespace fanfetch
