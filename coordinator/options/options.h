#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "coordinator/dispatch/job_factory.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/report/tally.h"
#include "coordinator/schedule/per_host.h"
#include "coordinator/sources/list_format.h"

namespace fanfetch {

enum class ProgressChoice { automatic, bar, plain, none };

/// The command line and the configuration file, read, checked and with every default filled in.
/// What depends on the machine (workers, progress style) is left open for main to decide.
struct Options {
  std::vector<std::string> sources;  ///< SOURCE words in turn; none: the Imgur gallery.
  std::vector<std::string> inputs;   ///< `-i`: always files (or `-`), read after the sources.
  std::string output = "images";
  unsigned jobs = 64;
  std::optional<unsigned> workers;
  PerHost per_host;
  double rate = 0;  ///< Requests a second to one host; 0: no limit.
  JobRules job;
  RouteRules route;

  std::vector<std::string> accept, reject;  ///< Extensions, lower case, without the dot.
  bool accept_given = false;  ///< `--accept`, even if empty: the tutorial's rule is off.
  std::string accept_regex, reject_regex;
  std::string name_template = "{name}";
  bool fix_extension = false;
  int pages = 1;  ///< `all`: more than any listing has.
  bool albums = false;
  std::optional<ListFormat> format;  ///< Of all lists; none: by the ending of each.
  std::string url_column = "url";
  std::optional<std::string> links_at, next_at;  ///< JSON pointers, not checked yet.
  bool keep_columns = false;

  int retries = 4;
  std::chrono::milliseconds max_wait{std::chrono::minutes(10)};  ///< That a host may ask for.

  std::string cacert;  ///< From --cacert or SSL_CERT_FILE; empty: the system's bundle.
  std::string cert;    ///< Client certificate, PEM; empty: none.
  std::string key;     ///< Its private key; empty: in the same file.
  std::string api_base = "https://api.imgur.com";  ///< No slash at the end.
  std::string client_id;  ///< From --client-id-file or IMGUR_CLIENT_ID; never printed.

  bool refresh = false;
  bool adopt = false;
  bool trust_ledger = false;
  RetryFailed retry_failed;
  std::string ledger;   ///< Empty: in the output folder.
  std::string results;  ///< Empty: none; `-`: stdout.
  MaxFailed max_failed;
  bool dry_run = false;
  ProgressChoice progress = ProgressChoice::automatic;
  bool quiet = false;
  bool verbose = false;
};

/// What main is to do instead of a run: print a text and leave with a status.
struct Leave {
  int status = 0;
  std::string text;  ///< For stdout if status is 0 (help, version), for stderr otherwise.
};

/// Reads argv, the configuration file ($XDG_CONFIG_HOME/fanfetch/config, or --config FILE, unless
/// --no-config) and the environment. The command line wins over the file, lists included. Opens no
/// other file than those named for the configuration, the client ID, headers (`@FILE`) and CAs.
[[nodiscard]] tl::expected<Options, Leave> read_options(int argc, const char* const* argv);

}  // namespace fanfetch
