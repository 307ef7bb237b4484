#pragma once

namespace fanfetch {

/// What is asked of the file system when a part gets its name: a seam, so that tests can be a file
/// system that knows neither flags nor links, or refuses names. This is the real one. All return 0
/// or an errno value. `from` and `to` are descriptors of folders.
class NameCalls {
 public:
  virtual ~NameCalls() = default;

  [[nodiscard]] virtual int make_folder(int parent, const char* name) const;
  /// `flags`: as renameat2() takes them.
  [[nodiscard]] virtual int rename(int from, const char* old_name, int to, const char* new_name,
                                   unsigned flags) const;
  [[nodiscard]] virtual int link(int from, const char* old_name, int to,
                                 const char* new_name) const;
};

/// The only one outside tests; lives as long as the program.
[[nodiscard]] const NameCalls& kernel_calls();

/// Renames a file where nothing lies under the new name (else EEXIST), by the first of these that
/// the file system knows: a flag of the rename, which local ones do; a hard link, which NFS and
/// eCryptfs do; a look before a plain rename. Between that look and the rename somebody else's file
/// could get the name, and be lost: nothing better works on vfat under FUSE, say.
[[nodiscard]] int rename_no_replace(const NameCalls& calls, int from, const char* old_name, int to,
                                    const char* new_name);

}  // namespace fanfetch
