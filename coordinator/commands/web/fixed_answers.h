#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/commands/web/access.h"
#include "coordinator/commands/web/request_head.h"

namespace fanfetch {

// What the dashboard answers without a look at the folder: the files of its page, and why something
// is not to be had. Pure.

using HeaderLine = std::pair<std::string_view, std::string_view>;

/// An answer as a whole. Headers, and what is said of them, are constants.
struct FixedAnswer {
  int status = 200;
  std::string_view content_type;
  std::string body;
  std::optional<HeaderLine> header;  ///< That this status asks for.
};

/// What every answer says; a saved file has a policy of its own.
[[nodiscard]] std::span<const HeaderLine> safe_headers();

/// A sentence as plain text.
[[nodiscard]] FixedAnswer text_answer(int status, std::string_view text);
/// `json` as it is.
[[nodiscard]] FixedAnswer json_answer(int status, std::string json);
/// `{"ok":false,"message":…}`, as fanfetch-control(7) has it.
[[nodiscard]] FixedAnswer json_refusal(int status, std::string_view message);

/// A file of the page; nullopt: there is none of that path.
[[nodiscard]] std::optional<FixedAnswer> page_file(std::string_view path);

/// What is said to one who may not ask. REQUIRES: `why` is neither allowed nor begin_session.
[[nodiscard]] FixedAnswer refusal(Access why);

/// The whole answer, from its status line on, to a head that cpp-httplib is not to read: it is too
/// large, malformed, or (none) did not come.
[[nodiscard]] std::string_view answer_to_head(HeadFault fault);

}  // namespace fanfetch
