#pragma once

#include <string>

#include "common/outcome.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// What may still change a name once the body is there.
struct FinalNameRules {
  bool fix_extension = false;  ///< `--fix-extension`
  /// The server's suggestion (Content-Disposition) is heard: see NameTemplate::names_by_url().
  /// Where the user's template makes the name of other things, it is what the user wants.
  bool suggestions = false;
};

/// The name that `link`'s file ought to have, clean; whether it is free is another question.
/// A suggestion is only used where the URL's own name has no extension, as in `/download?id=5`:
/// else servers that call every picture `image.jpg` would make names of no use. `--fix-extension`
/// then makes the extension follow the bytes: one that belongs to another kind of content is
/// replaced, what is no such extension (`v1.2`, `show.php`) stays before the right one, and one of
/// several right ones (`.jpeg`) stays. A file that replaces an earlier one keeps its name. Pure.
[[nodiscard]] std::string final_name(const Link& link, const Saved& saved,
                                     const FinalNameRules& rules);

}  // namespace fanfetch
