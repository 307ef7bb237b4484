#include "coordinator/commands/report/data/same_contents.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fanfetch {
namespace {

/// Adds a group that is complete.
void note(SameContents::Found& found, SameContents::Group& group, std::size_t most) {
  if (group.files > 1) {
    ++found.contents;
    found.files += group.files - 1;
    found.bytes += group.spare();
    auto& biggest = found.biggest;
    const auto place = std::ranges::upper_bound(biggest, group.spare(), std::ranges::greater(),
                                                &SameContents::Group::spare);
    if (biggest.size() < most || place != biggest.end()) biggest.insert(place, std::move(group));
    if (biggest.size() > most) biggest.pop_back();
  }
  group = {};
}

}  // namespace

void SameContents::add(const Sha256Digest& digest, std::uint64_t bytes, std::int64_t row) {
  if (error_ != 0) return;
  File file{.bytes = bytes, .row = row};
  std::memcpy(&file.content, digest.data(), sizeof file.content);
  Part& part = parts_[digest[sizeof file.content] % kParts];
  part.files.push_back(file);
  if (part.files.size() >= kPiece && !write_out(part)) {
    for (Part& held : parts_) held = {};
    file_.reset();
  }
}

bool SameContents::write_out(Part& part) {
  if (!file_.valid()) {
    // Not O_TMPFILE: some file systems have none.
    std::string path = folder_ + "/fanfetch-report-XXXXXX";
    file_.reset(::mkostemp(path.data(), O_CLOEXEC));
    if (!file_.valid()) {
      error_ = errno;
      return false;
    }
    ::unlink(path.c_str());
  }
  const auto size = static_cast<ssize_t>(part.files.size() * sizeof(File));
  errno = 0;
  if (::pwrite(file_.get(), part.files.data(), static_cast<std::size_t>(size), written_) != size) {
    error_ = errno != 0 ? errno : ENOSPC;
    return false;
  }
  part.pieces.push_back(written_);
  written_ += size;
  part.files.clear();
  return true;
}

bool SameContents::read_back(Part& part) {
  constexpr auto kBytes = static_cast<ssize_t>(kPiece * sizeof(File));
  part.files.reserve(part.files.size() + part.pieces.size() * kPiece);
  for (const std::int64_t piece : part.pieces) {
    const std::size_t known = part.files.size();
    part.files.resize(known + kPiece);
    errno = 0;
    if (::pread(file_.get(), part.files.data() + known, kBytes, piece) == kBytes) continue;
    error_ = errno != 0 ? errno : EIO;
    return false;
  }
  return true;
}

Result<SameContents::Found> SameContents::find(std::size_t most) {
  Found found;
  for (Part& part : parts_) {
    if (error_ != 0 || !read_back(part)) break;
    std::ranges::sort(part.files);
    Group group;
    const File* last = nullptr;
    for (const File& file : part.files) {
      const bool same = last && last->content == file.content && last->bytes == file.bytes;
      if (!same) note(found, group, most);
      ++group.files;
      group.bytes = file.bytes;
      if (group.rows.size() < kRows) group.rows.push_back(file.row);
      last = &file;
    }
    note(found, group, most);
    part = {};
  }
  if (error_ != 0) return fail("a temporary file in '{}': {}", folder_, errno_text(error_));
  return found;
}

}  // namespace fanfetch
