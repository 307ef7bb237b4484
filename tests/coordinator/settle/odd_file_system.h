#pragma once

#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/settle/name_calls.h"

namespace fanfetch {

/// The real file system with the limits of another one, and a log of what it was asked for.
class OddFileSystem : public NameCalls {
 public:
  [[nodiscard]] int make_folder(int parent, const char* name) const override {
    const int refused = refuses(name);
    return refused != 0 ? refused : NameCalls::make_folder(parent, name);
  }
  [[nodiscard]] int rename(int from, const char* old_name, int to, const char* new_name,
                           unsigned flags) const override {
    calls.emplace_back(flags == 0 ? "rename" : "rename, with flags");
    if (flags != 0 && flags_error != 0) return flags_error;
    const int refused = refuses(new_name);
    return refused != 0 ? refused : NameCalls::rename(from, old_name, to, new_name, flags);
  }
  [[nodiscard]] int link(int from, const char* old_name, int to,
                         const char* new_name) const override {
    calls.emplace_back("link");
    if (link_error != 0) return link_error;
    const int refused = refuses(new_name);
    return refused != 0 ? refused : NameCalls::link(from, old_name, to, new_name);
  }

  int flags_error = 0;  ///< Of a rename with flags.
  int link_error = 0;
  std::function<int(std::string_view name)> refuses = [](std::string_view) { return 0; };
  mutable std::vector<std::string> calls;
};

/// eCryptfs: encrypted names are longer than their originals.
inline int refuse_long(std::string_view name) { return name.size() > 143 ? ENAMETOOLONG : 0; }
/// vfat, exfat, NTFS.
inline int refuse_signs(std::string_view name) {
  return name.find_first_of("\"*:<>?|") == std::string_view::npos ? 0 : EINVAL;
}
/// One whose character set has no letters beyond ASCII.
inline int refuse_letters(std::string_view name) {
  for (const char c : name) {
    if ((c & 0x80) != 0) return EILSEQ;
  }
  return 0;
}

}  // namespace fanfetch
