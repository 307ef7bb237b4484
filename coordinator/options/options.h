#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ip_network.h"
#include "common/job.h"
#include "common/result.h"
#include "coordinator/net/address_policy.h"
#include "coordinator/net/resolution.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/schedule/per_host.h"
#include "coordinator/sources/list_format.h"

namespace fanfetch {

enum class ProgressChoice { automatic, bar, plain, none };

/// A header that goes to one host only.
struct HostHeader {
  std::string host;    ///< As Url::host: lower case, punycode, IPv6 in brackets; any port.
  std::string header;  ///< `Name: value`; often a secret: never printed.
};

/// The command line and the configuration file, read, checked and with every default filled in.
/// What depends on the machine (workers, progress style) is left open for main to decide.
struct Options {
  std::vector<std::string> sources;  ///< SOURCE words in turn; none: the Imgur gallery.
  std::vector<std::string> inputs;   ///< `-i`: always files (or `-`), read after the sources.
  std::string output = "images";
  unsigned jobs = 64;
  std::optional<unsigned> workers;
  PerHost per_host;
  double rate = 0;               ///< Requests a second to one host; 0: no limit.
  std::uint64_t limit_rate = 0;  ///< Bytes a second of all workers together; 0: no limit.

  std::vector<std::string> accept, reject;  ///< Extensions, lower case, without the dot.
  bool accept_given = false;  ///< `--accept`, even if empty: the tutorial's rule is off.
  std::string accept_regex, reject_regex;
  std::vector<std::string> accept_types;  ///< MIME types or `image/*`, lower case; empty: all.
  std::uint64_t min_size = 0;             ///< Bytes.
  bool respect_robots_tag = false;
  std::string name_template = "{name}";
  bool fix_extension = false;
  int pages = 1;  ///< `all`: more than any listing has.
  bool albums = false;
  std::optional<ListFormat> format;  ///< Of all lists; none: by the ending of each.
  std::string url_column = "url";
  std::optional<std::string> links_at, next_at;  ///< JSON pointers, not checked yet.
  bool keep_columns = false;

  int retries = 4;
  std::chrono::milliseconds timeout{std::chrono::hours(1)};  ///< 0: none, for all times.
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::seconds stall_timeout{30};
  std::chrono::milliseconds max_wait{std::chrono::minutes(10)};  ///< That a host may ask for.
  std::uint32_t min_speed = 1024;                                ///< Bytes a second.
  std::uint64_t max_size = 1ull << 30;                           ///< Decoded bytes; 0: no limit.

  std::vector<std::string> headers;  ///< To every link; Authorization and Cookie were refused.
  std::vector<HostHeader> host_headers;
  std::string user_agent;    ///< Default: `fanfetch/VERSION (+HOME)`.
  std::string proxy;         ///< Empty: by the environment, unless `proxy_given`.
  bool proxy_given = false;  ///< `--proxy`; with an empty value: none at all.
  std::string cacert;        ///< From --cacert or SSL_CERT_FILE; empty: the system's bundle.
  std::string cert;          ///< Client certificate, PEM; empty: none.
  std::string key;           ///< Its private key; empty: in the same file.
  VerifyTls verify_tls = VerifyTls::yes;
  Http2 http2 = Http2::no;
  PrivateAddresses private_addresses = PrivateAddresses::refuse;
  std::vector<Cidr> allowed_nets;       ///< --allow-net
  std::vector<IpEndpoint> dns_servers;  ///< --dns; empty: the system's.
  AddressFamily family = AddressFamily::any;
  std::string api_base = "https://api.imgur.com";  ///< No slash at the end.
  std::string client_id;  ///< From --client-id-file or IMGUR_CLIENT_ID; never printed.

  HashContent hash_content = HashContent::yes;
  bool refresh = false;
  bool adopt = false;
  bool trust_ledger = false;
  RetryFailed retry_failed;
  std::string ledger;   ///< Empty: in the output folder.
  std::string results;  ///< Empty: none; `-`: stdout.
  std::uint64_t max_failed = 0;
  double max_failed_percent = -1;  ///< Negative: `max_failed` holds.
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
