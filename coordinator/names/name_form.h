#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/names/path_text.h"

namespace fanfetch {

/// How a name is written that a file system refuses as it is. Every step is tamer than the one
/// before; the last one is a name that any file system takes.
struct NameForm {
  enum class Letters : std::uint8_t {
    all,
    portable,  ///< None of `"*:<>?|`, as on vfat, exfat, NTFS and CIFS.
    ascii,     ///< Only ASCII of these.
  };

  std::size_t max_component = kMaxComponentBytes;  ///< In bytes.
  Letters letters = Letters::all;
  bool joined = false;  ///< Without folders: `a/b.jpg` is `a_b.jpg`.
  bool plain = false;   ///< `file`, and the extension if it is of a few ASCII letters.

  bool operator==(const NameForm&) const = default;
};

/// What to try after a file system refused a name of that form with `error`, an errno value:
///
///     ENAMETOOLONG                             | shorter, then joined, then plain
///     EINVAL, EILSEQ, ENOENT                   | other letters, then plain
///     ENOTDIR, ELOOP, EXDEV, EMLINK, EPERM, …  | joined, then plain
///
/// nullopt: it has refused the plain one. Pure.
[[nodiscard]] std::optional<NameForm> tamer_form(NameForm form, int error);

/// `name` in that form, clean. With a suffix (other_name()) it is at most 15 bytes longer.
/// REQUIRES: `name` is clean.
[[nodiscard]] std::string in_form(std::string_view name, const NameForm& form);

}  // namespace fanfetch
