#pragma once

#include <string>
#include <string_view>

#include "coordinator/process/exit_status.h"

namespace fanfetch {

/// How the program ends: what main returns, and what there is still to say. Errors that end it
/// become one of these at the top; below, a Result has a sentence.
struct Exit {
  int status = kExitSuccess;
  std::string text;  ///< Whole lines for the user; may be empty.
};

/// A sentence for the user as the last line: `fanfetch: SENTENCE`. Where it tells of a shortage
/// (shortage.h), the status is kExitUnable whatever could not be done, and the sentence says what
/// helps.
[[nodiscard]] Exit exit_with(ExitStatus status, std::string_view sentence);

/// Prints the text, to stdout if the status is 0 and to stderr otherwise; control characters are
/// masked. Returns the status to leave with: kExitOutput if stdout cannot be written. Does not
/// return if stdout's reader is gone: the process dies of SIGPIPE.
[[nodiscard]] int leave(const Exit& exit);

}  // namespace fanfetch
