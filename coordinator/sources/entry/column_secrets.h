#pragma once

#include <string>

namespace fanfetch {

/// `json` with the userinfo of each text that is a link replaced by `***`, as mask_userinfo() has
/// it: columns are written down and handed on, and the list's own link is one of them. All else
/// stays as it is, a mail address or a name too. REQUIRES: `json` is valid.
[[nodiscard]] std::string without_secrets(std::string json);

}  // namespace fanfetch
