#pragma once

#include <string>

#include "common/outcome.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// What may still change a planned name once the body is there.
struct ContentNameRules {
  bool fix_extension = false;  ///< `--fix-extension`
  /// The server's suggestion (Content-Disposition) may be used: see NameTemplate::names_by_url().
  /// False where the user's template makes the name of something else than the URL.
  bool suggestions = false;
  /// The extension of what came may stand at the end: see NameTemplate::ends_in_extension().
  bool extensions = false;
  /// Names get merged_name()'s suffix, as the planned one has it, wherever they change.
  bool merged = false;
};

/// Whether the URL's own name ends in an extension of a file. That of a script is none: what
/// `show.php?id=5` answers with has another name.
[[nodiscard]] bool has_file_extension(const Url& url);

/// The name that `link`'s file should have now that its content is known: clean, and not checked
/// for being free (NameClaims does that). Pure.
/// - A file that replaces an earlier one keeps its name.
/// - A suggestion is used only if the URL's own name has no extension, as in `/download?id=5` or
///   `/get.php`; otherwise servers that call every picture `image.jpg` would make useless names.
/// - Such a URL's name gets the extension of the picture or video that came, in place of a script's
///   and of the `html` in the name that we gave it: `/?img=5` becomes `index.jpg`.
/// - `--fix-extension` then makes the extension fit the content. An extension of another kind of
///   content is replaced; a suffix that is no such extension (`v1.2`, `notes.old`) stays and is
///   followed by the right one; any of several right extensions (`.jpeg`) stays.
[[nodiscard]] std::string name_for_content(const Link& link, const Saved& saved,
                                           const ContentNameRules& rules);

}  // namespace fanfetch
