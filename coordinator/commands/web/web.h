#pragma once

#include <string>

#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/web/listen_address.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// `fanfetch web`, which fanfetch-web does.
struct WebArguments {
  RunFolder folder;
  ListenAddress listen;
  std::string token_file;  ///< `--token-file`; empty: a token is made.
  bool read_only = false;
};

/// Shows the folder in a browser, and the run that is going on there, until SIGINT, SIGTERM or
/// SIGHUP ends it with status 0. The run notices it no more than five short requests a second while
/// a page is open. Exit: there is no ledger, the token's file or the address is no good
/// (kExitConfiguration), or the ledger cannot be read (kExitOutput). Does not return after the
/// signal. REQUIRES: there is no other thread.
[[nodiscard]] Exit run_web(const WebArguments& arguments);

}  // namespace fanfetch
