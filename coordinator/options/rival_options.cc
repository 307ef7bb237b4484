#include "coordinator/options/rival_options.h"

#include <algorithm>

namespace fanfetch {
namespace {

constexpr std::string_view
    kResumes = "fanfetch always resumes: give the same command again",
    kSkips = "fanfetch never fetches a saved file again, and overwrites none that it has not saved",
    kRefresh = "--refresh asks the server whether saved files are still current",
    kWhole = "a file gets its name when it is whole: there is no such choice",
    kOnePiece = "a file is fetched by one connection; --jobs N sets how many files at once",
    kNamesAsSaved = "--name TEMPLATE shapes names: {host}/{path} for folders, {index}_{name}, ...",
    kServerName = "where a URL shows no file name, fanfetch takes the server's",
    kFlat = "files go into one folder unless --name '{host}/{path}' says otherwise",
    kNoCrawl = "fanfetch takes the links of a list, and follows none in pages",
    kHeader = "--header-for HOST 'NAME: VALUE' sends it to that host alone",
    kUser = "write http://USER:PASSWORD@HOST/, or --header-for HOST 'Authorization: ...'",
    kCookie = "--header-for HOST 'Cookie: ...' sends cookies; none are kept",
    kGets = "fanfetch only gets files (GET)",
    kPauses = "--rate 1/s spaces the requests to each host out; retries wait by themselves",
    kStderr = "what is printed goes to stderr: 2> FILE; --results FILE has a record of each link",
    kPictures = "fanfetch saves pictures as they are",
    kOneByOne = "files are saved one by one, under their own names",
    kNotBuilt = "fanfetch has no such thing";

// clang-format off
constexpr RivalWord kRivalWords[] = {
    // What another run left
    {"c", "fanfetch always resumes: give the same command again (curl's cookie jar: none are kept)"},
    {"continue continue-at C incremental-mode save-session continue-download", kResumes},
    {"nc no-clobber skip-existing ignore-existing skip no-skip download-archive immutable", kSkips},
    {"N timestamping time-cond z conditional-get update newer checksum size-only", kRefresh},
    {"allow-overwrite overwrite clobber force-overwrites", "--refresh fetches what is newer; a file that fanfetch has not saved is never overwritten"},
    {"auto-file-renaming restrict-file-names", "a link whose name is taken gets a suffix of its own; names are cleaned"},
    {"retry-on-http-error retry-all-errors retry-connrefused", "failures that may pass are tried again, see --retries; --retry-failed CLASS,... is for those of earlier runs"},
    {"no-part part inplace partial-suffix remove-on-error file-allocation partial", kWhole},

    // Where files go
    {"O remote-name remote-name-all", "-o DIR names the folder, --name NAME the file; URLs name their files by themselves"},
    {"output-document out filename f", "-o DIR names the folder, --name TEMPLATE the files (curl -f: an error page is never saved)"},
    {"P", "-o DIR names the folder (rclone -P: progress shows by itself, see --progress)"},
    {"dir directory-prefix output-dir output-folder destination directory D", "-o DIR names the folder"},
    {"create-dirs", "folders are made by themselves"},
    {"nd no-directories nH no-host-directories cut-dirs", kFlat},
    {"x", "--proxy URL (curl), --per-host N (aria2), --name '{host}/{path}' (wget)"},
    {"force-directories protocol-directories", "--name '{host}/{path}' makes folders"},
    {"J remote-header-name content-disposition trust-server-names", kServerName},
    {"E adjust-extension html-extension", "--fix-extension makes extensions fit the content"},
    {"output-format number-sample-per-shard output-shard", kOneByOne},

    // How many, how fast
    {"max-concurrent-downloads transfers parallel-max thread-count max-threads threads concurrency parallel Z multi-thread-streams checkers", "--jobs N sets how many transfers run at once"},
    {"processes-count processes distributor subjob-size", "--workers N sets the processes"},
    {"max-connection-per-server max-connections connections", "--per-host N limits the connections to one host"},
    {"s", "-q is for silence (curl), --dry-run fetches nothing (gallery-dl); a file is fetched by one connection (aria2)"},
    {"k", "--insecure takes any certificate (curl); a file is fetched by one connection (aria2)"},
    {"split min-split-size multi-thread-cutoff chunk-size", kOnePiece},
    {"bwlimit max-overall-download-limit max-download-limit speed-limit-total", "--limit-rate BYTES/s holds for all transfers together"},
    {"r", "--limit-rate BYTES/s (gallery-dl); " "fanfetch takes the links of a list, and follows none in pages (wget)"},
    {"tpslimit requests-per-second", "--rate N/s limits the requests to each host"},
    {"random-wait sleep sleep-request sleep-429 retry-delay retries-sleep waitretry retry-wait tpslimit-burst", kPauses},

    // When to give up
    {"t", "--retries N (wget), --timeout TIME (aria2)"},
    {"tries max-tries retry max-retries low-level-retries", "--retries N sets the tries after the first"},
    {"m", "--timeout TIME limits one try (curl), --retries N (aria2); there is no mirroring (wget)"},
    {"max-time T http-timeout", "--timeout TIME limits one try, --stall-timeout TIME what does not get on"},
    {"read-timeout", "--stall-timeout TIME ends what does not get on"},
    {"dns-timeout contimeout connect-time", "--connect-timeout TIME holds for look-up, connection and TLS"},
    {"speed-time y", "--stall-timeout TIME ends what is slower than --min-speed"},
    {"speed-limit Y lowest-speed-limit", "--min-speed BYTES/s, for the time of --stall-timeout"},
    {"quota Q cutoff-mode", "--max-transfer BYTES ends the run once it has received that much"},
    {"stop retry-max-time", "--max-duration TIME ends the run after that"},
    {"max-filesize filesize-max", "--max-size BYTES limits one file"},
    {"filesize-min", "--min-size BYTES"},
    {"max-redirect max-redirs L location", "redirects are followed, up to 10 for a link"},
    {"fail fail-with-body fail-early abort", "a response with an error is a failure, and never saved; --max-failed N says how many may be"},
    {"max-file-not-found", "--retries N; a 404 is not asked for again"},

    // Which links
    {"url-list files-from input-format url", "name the list or the link without an option, or -i FILE; --format says what it is"},
    {"url-col", "--url-column NAME"},
    {"caption-col save-additional-columns write-metadata write-info-json", "--keep-columns takes the list's own columns into --results"},
    {"include filter A", "--accept EXT,... or --accept-regex RE (wget); --user-agent TEXT (curl)"},
    {"exclude R", "--reject EXT,... or --reject-regex RE (wget); saved files keep no time of the server's (curl)"},
    {"remote-time mtime no-mtime", "files have the time when they were saved; --results FILE has last_modified"},
    {"range", "--pages N limits a listing; head -n N LIST | fanfetch - takes the first links"},
    {"recursive l level p page-requisites mirror span-hosts domains np no-parent spider", kNoCrawl},
    {"disallowed-header-directives", "--respect-robots-tag obeys X-Robots-Tag"},
    {"get-urls g simulate n list-only", "--dry-run prints URLs and names, and fetches nothing"},

    // Requests
    {"U user-agent-token useragent", "--user-agent TEXT"},
    {"referer e", "-H 'Referer: URL' sends it to all"},
    {"user u http-user http-password http-passwd password username netrc netrc-file ask-password", kUser},
    {"cookie b cookies load-cookies cookie-jar save-cookies cookies-from-browser", kCookie},
    {"oauth2-bearer", kHeader},
    {"X request F form data data-raw post-data post-file body-data method I head upload-file", kGets},
    {"all-proxy http-proxy https-proxy ftp-proxy socks5 socks5-hostname preproxy", "--proxy URL, or http_proxy, https_proxy and all_proxy in the environment"},
    {"no-proxy noproxy", "--proxy '' uses none; no_proxy in the environment names exceptions"},
    {"no-check-certificate check-certificate", "--insecure takes any certificate"},
    {"ca-certificate ca-cert ca-directory capath", "--cacert FILE"},
    {"certificate client-cert", "--cert FILE"},
    {"private-key client-key", "--key FILE"},
    {"dns-servers async-dns-server", "--dns SERVER,..."},
    {"inet4-only force-ipv4 disable-ipv6", "-4"},
    {"inet6-only force-ipv6", "-6"},
    {"resolve connect-to doh-url interface bind bind-address source-address unix-socket", kNotBuilt},
    {"compressed", "files are asked for as they are; lists and pages may be compressed"},
    {"http1.1 disable-http2 no-http2", "HTTP/1.1 is what fanfetch speaks, unless --http2"},
    {"http3", "fanfetch speaks HTTP/1.1, and HTTP/2 with --http2"},
    {"globoff", "URLs are taken as they are: no brackets are expanded"},

    // What is printed
    {"log log-file append-output a output-file error-file write-unsupported dump-header trace", kStderr},
    {"write-out", "--results FILE writes a JSON object for each link"},
    {"silent no-verbose nv no-progress-meter no-progress", "-q prints errors only; --progress none leaves out the progress"},
    {"progress-bar show-progress force-progress", "--progress bar"},
    {"stats stats-one-line summary-interval console-log-level log-level human-readable S server-response show-error", "-v prints more; --progress plain prints lines"},
    {"K conf-path", "--config FILE"},
    {"background daemon", "start it behind nohup or systemd-run"},
    {"enable-rpc rc", "fanfetch status DIR looks into a run that is going on"},
    {"verify-hash compute-hash check-integrity V", "--hash sha256 records hashes, and fanfetch verify DIR reads all files again"},

    // Pictures
    {"image-size resize-mode encode-quality encode-format skip-reencode resize-only-if-bigger disable-all-reencoding ugoira", kPictures},
    {"min-image-size max-image-area max-aspect-ratio", "fanfetch looks at no picture's sides; --min-size BYTES leaves small files out"},
    {"zip exec postprocessor", kOneByOne},
};
// clang-format on

}  // namespace

std::span<const RivalWord> rival_options() { return kRivalWords; }

std::string_view rival_answer(std::span<const RivalWord> table, std::string_view word) {
  if (word.empty() || word.find(' ') != std::string_view::npos) return {};
  const auto found = std::ranges::find_if(table, [&](const RivalWord& row) {
    for (std::string_view rest = row.words; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (rest.substr(0, end) == word) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
  });
  return found == table.end() ? std::string_view() : found->answer;
}

}  // namespace fanfetch
