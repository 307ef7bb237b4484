#include "coordinator/options/options.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "common/error_meaning.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A folder of its own, and an environment that the machine does not leak into.
class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    std::string pattern = testing::TempDir() + "options-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    for (const char* name : {"IMGUR_CLIENT_ID", "CREDENTIALS_DIRECTORY", "SSL_CERT_FILE",
                             "XDG_CONFIG_HOME", "FANFETCH_FLEET_AUTH"}) {
      ::unsetenv(name);
    }
    ::setenv("HOME", folder_.c_str(), 1);
  }
  ~OptionsTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view content) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  static tl::expected<Options, Exit> read(std::vector<const char*> words) {
    words.insert(words.begin(), "fanfetch");
    return read_options(static_cast<int>(words.size()), words.data());
  }
  static Options good(const std::vector<const char*>& words) {
    auto options = read(words);
    if (options) return *options;
    ADD_FAILURE() << options.error().text;
    return {};
  }
  /// What is wrong; checks what all usage errors have in common.
  static std::string wrong(const std::vector<const char*>& words) {
    const auto options = read(words);
    if (options) return "accepted";
    const std::string& text = options.error().text;
    EXPECT_EQ(options.error().status, 2) << text;
    EXPECT_TRUE(text.starts_with("fanfetch: ")) << text;
    EXPECT_TRUE(text.ends_with("\nsee fanfetch --help\n")) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
    return text.substr(10, text.find('\n') - 10);
  }
  /// The configuration file that is read by default.
  void configure(std::string_view content) { config_ = write(".config/fanfetch/config", content); }

  std::filesystem::path folder_;
  std::string config_;
};

using Words = std::vector<std::string>;

TEST_F(OptionsTest, DefaultsAreThoseOfTheHelp) {
  // Every default that the help shows, given by hand, changes nothing.
  std::vector<std::string> words;
  for (const OptionRow& row : option_table()) {
    if (row.default_text.empty()) continue;
    words.emplace_back(row.main_name());
    words.emplace_back(row.default_text);
  }
  std::vector<const char*> pointers;
  for (const auto& word : words) pointers.push_back(word.c_str());
  for (const Options& o : {good({}), good(pointers)}) {
    EXPECT_EQ(o.files.output, "") << "as suits the sources";
    EXPECT_EQ(o.jobs, 64u);
    EXPECT_EQ(o.workers, std::nullopt);
    EXPECT_EQ(o.per_host.limit, std::nullopt);
    EXPECT_TRUE(o.per_host.adapts);
    EXPECT_EQ(o.rate, 0);
    EXPECT_EQ(o.max_wait, std::chrono::minutes(10));
    EXPECT_EQ(o.limit_rate, RatePlan());
    EXPECT_EQ(o.files.name_template, "{name}");
    EXPECT_EQ(o.source.pages, 1);
    EXPECT_FALSE(o.source.format || o.source.links_at || o.source.next_at || o.source.keep_columns);
    EXPECT_EQ(o.source.url_column, "url");
    EXPECT_EQ(o.source.delimiter, std::nullopt);
    EXPECT_EQ(o.retries, 4);
    EXPECT_EQ(o.job.timeout, milliseconds(0)) << "one try of a big file takes as long as it takes";
    EXPECT_EQ(o.job.connect_timeout, seconds(15));
    EXPECT_EQ(o.route.lookup_timeout, seconds(15));
    EXPECT_EQ(o.job.stall_timeout, seconds(30));
    EXPECT_EQ(o.job.min_speed, 1024u);
    EXPECT_EQ(o.job.max_size, 10ull << 30);
    EXPECT_TRUE(o.job.user_agent.starts_with("fanfetch/0.1.0")) << o.job.user_agent;
    EXPECT_EQ(o.route.proxy, std::nullopt);
    EXPECT_EQ(o.tls.ca_file, "");
    EXPECT_EQ(o.tls.cert_file, "");
    EXPECT_EQ(o.tls.key_file, "");
    EXPECT_EQ(o.job.verify_tls, VerifyTls::yes);
    EXPECT_EQ(o.job.http2, Http2::no);
    EXPECT_EQ(o.route.policy.private_addresses, PrivateAddresses::refuse);
    EXPECT_TRUE(o.route.policy.allowed_nets.empty() && o.route.dns_servers.empty());
    EXPECT_EQ(o.route.family, AddressFamily::any);
    EXPECT_EQ(o.source.api_base, "https://api.imgur.com");
    EXPECT_EQ(o.source.client_id, "");
    EXPECT_EQ(o.job.hash_content, HashContent::yes);
    EXPECT_EQ(o.report.results, "");
    EXPECT_EQ(o.max_failed.count, 0u);
    EXPECT_LT(o.max_failed.percent, 0);
    EXPECT_FALSE(o.dry_run || o.report.quiet || o.report.verbose || o.source.accept_given);
    EXPECT_FALSE(o.source.albums || o.resume.refresh || o.resume.adopt || o.resume.trust_ledger);
    EXPECT_EQ(o.resume.retry_failed.which, RetryFailed::Which::curable);
    EXPECT_EQ(o.files.ledger, "");
    EXPECT_EQ(o.report.progress, ProgressChoice::automatic);
    EXPECT_TRUE(o.source.words.empty() && o.source.inputs.empty() && o.job.headers.empty());
  }
}

TEST_F(OptionsTest, EverySettingReachesItsField) {
  const std::string id = write("id", "  abc123 \nmore");
  const std::string ca = write("ca.pem", "x");
  const Options o = good({"-i",
                          "list",
                          "--accept",
                          ".JPG, png,,",
                          "--reject",
                          "gif",
                          "--accept-regex",
                          "a+",
                          "--reject-regex",
                          "b+",
                          "--pages",
                          "3",
                          "--albums",
                          "--format",
                          "tsv",
                          "--url-column",
                          "Link",
                          "--delimiter",
                          ";",
                          "--links-at",
                          "/d/*",
                          "--next-at",
                          "/n",
                          "--keep-columns",
                          "--client-id-file",
                          id.c_str(),
                          "--api-base",
                          "http://localhost:1/x//",
                          "-d",
                          "out",
                          "--name",
                          "{id}",
                          "--hash",
                          "none",
                          "--check",
                          "none",
                          "--dry-run",
                          "-j",
                          "8",
                          "-w",
                          "2",
                          "--per-host",
                          "4",
                          "--limit-rate",
                          "500K/s",
                          "--rate",
                          "0.5/s",
                          "--retries",
                          "0",
                          "--max-wait",
                          "90",
                          "--timeout",
                          "0",
                          "--connect-timeout",
                          "1.5s",
                          "--stall-timeout",
                          "2m",
                          "--min-speed",
                          "0",
                          "--max-size",
                          "1.5M",
                          "--max-failed",
                          "5%",
                          "-H",
                          "A:  b ",
                          "--user-agent",
                          "me",
                          "--proxy",
                          "socks5h://p:1",
                          "--cacert",
                          ca.c_str(),
                          "--cert",
                          "me.pem",
                          "--key",
                          "me.key",
                          "--insecure",
                          "--http2",
                          "--allow-private",
                          "--allow-net",
                          "10.0.3.0/24",
                          "--allow-net",
                          "fd00::/8",
                          "--dns",
                          "192.0.2.1, [2001:db8::1]:5353",
                          "-6",
                          "--refresh",
                          "--adopt",
                          "--trust-ledger",
                          "--retry-failed",
                          "none",
                          "--ledger",
                          "l.sqlite",
                          "--results",
                          "-",
                          "--progress",
                          "plain",
                          "-v"});
  EXPECT_EQ(o.source.inputs, Words{"list"});
  EXPECT_EQ(o.filter.accept_extensions, (Words{"jpg", "png"}));
  EXPECT_TRUE(o.source.accept_given);
  EXPECT_EQ(o.filter.reject_extensions, Words{"gif"});
  EXPECT_EQ(o.filter.accept_regex, "a+");
  EXPECT_EQ(o.filter.reject_regex, "b+");
  EXPECT_EQ(o.source.pages, 3);
  EXPECT_TRUE(o.source.albums);
  EXPECT_EQ(o.source.format, ListFormat::tsv);
  EXPECT_EQ(o.source.url_column, "Link");
  EXPECT_EQ(o.source.delimiter, ';');
  EXPECT_EQ(o.source.links_at, "/d/*");
  EXPECT_EQ(o.source.next_at, "/n");
  EXPECT_TRUE(o.source.keep_columns);
  EXPECT_EQ(o.source.client_id, "abc123");
  EXPECT_EQ(o.source.api_base, "http://localhost:1/x");
  EXPECT_EQ(o.files.output, "out");
  EXPECT_EQ(o.files.name_template, "{id}");
  EXPECT_EQ(o.job.hash_content, HashContent::no);
  EXPECT_EQ(o.job.check, CheckContent::no);
  EXPECT_TRUE(o.dry_run);
  EXPECT_EQ(o.jobs, 8u);
  EXPECT_EQ(o.workers, 2u);
  EXPECT_EQ(o.per_host.limit, 4u);
  EXPECT_FALSE(o.per_host.adapts);
  EXPECT_EQ(o.rate, 0.5);
  EXPECT_EQ(o.max_wait, seconds(90));
  EXPECT_EQ(o.limit_rate, RatePlan(500 * 1024));
  EXPECT_EQ(o.retries, 0);
  EXPECT_EQ(o.job.timeout, milliseconds(0));
  EXPECT_EQ(o.job.connect_timeout, milliseconds(1500));
  EXPECT_EQ(o.route.lookup_timeout, milliseconds(1500));
  EXPECT_EQ(o.job.stall_timeout, seconds(120));
  EXPECT_EQ(o.job.min_speed, 0u);
  EXPECT_EQ(o.job.max_size, 1024u * 1536);
  EXPECT_EQ(o.max_failed.percent, 5);
  EXPECT_EQ(o.job.headers, Words{"A: b"});
  EXPECT_EQ(o.job.user_agent, "me");
  EXPECT_EQ(o.route.proxy, "socks5h://p:1");
  EXPECT_EQ(o.tls.ca_file, ca);
  EXPECT_EQ(o.tls.cert_file, "me.pem");
  EXPECT_EQ(o.tls.key_file, "me.key");
  EXPECT_EQ(o.job.verify_tls, VerifyTls::no);
  EXPECT_EQ(o.job.http2, Http2::yes);
  EXPECT_EQ(o.route.policy.private_addresses, PrivateAddresses::allow);
  EXPECT_EQ(o.route.policy.allowed_nets,
            (std::vector<Cidr>{*parse_cidr("10.0.3.0/24"), *parse_cidr("fd00::/8")}));
  EXPECT_EQ(o.route.dns_servers, (std::vector<IpEndpoint>{{*parse_ip("192.0.2.1"), 53},
                                                          {*parse_ip("2001:db8::1"), 5353}}));
  EXPECT_EQ(o.route.family, AddressFamily::v6);
  EXPECT_TRUE(o.resume.refresh && o.resume.adopt && o.resume.trust_ledger);
  EXPECT_EQ(o.resume.retry_failed.which, RetryFailed::Which::none);
  EXPECT_EQ(o.files.ledger, "l.sqlite");
  EXPECT_EQ(o.report.results, "-");
  EXPECT_EQ(o.report.progress, ProgressChoice::plain);
  EXPECT_TRUE(o.report.verbose);
}

TEST_F(OptionsTest, SourcesAreTakenAsTheyAre) {
  const Options o = good({"a", "-", "-j8", "[x,y]", "-H", "K: v", "b c", "--accept=", "d", "--",
                          "-z", "--jobs", "--"});
  EXPECT_EQ(o.source.words, (Words{"a", "-", "[x,y]", "b c", "d", "-z", "--jobs", "--"}));
  EXPECT_EQ(o.jobs, 8u);
  EXPECT_TRUE(o.source.accept_given);
  EXPECT_TRUE(o.filter.accept_extensions.empty());
  EXPECT_EQ(good({"-"}).source.words, Words{"-"});
  EXPECT_EQ(good({"-i", "-", "--input-file", "b"}).source.inputs, (Words{"-", "b"}));
  EXPECT_EQ(wrong({"a", ""}), "a SOURCE is empty");
}

TEST_F(OptionsTest, Sandbox) {
  EXPECT_EQ(good({"a"}).sandbox, SandboxChoice::automatic);
  EXPECT_EQ(good({"a", "--sandbox=require"}).sandbox, SandboxChoice::require);
  EXPECT_EQ(good({"a", "--sandbox", "off"}).sandbox, SandboxChoice::off);
  EXPECT_EQ(good({"a", "--sandbox=off", "--sandbox=auto"}).sandbox, SandboxChoice::automatic);
  EXPECT_EQ(wrong({"a", "--sandbox=on"}), "--sandbox: 'on' is none of auto, require and off");
}

TEST_F(OptionsTest, WhatIsNotAnOptionIsRefused) {
  EXPECT_EQ(wrong({"--foo=secret", "a"}), "--foo is not an option");
  EXPECT_EQ(wrong({"-qy5"}).substr(0, 20), "-y5 is not an option");
  EXPECT_EQ(wrong({"-qz"}),
            "-z is not an option; --refresh asks the server whether saved files are still current");
  EXPECT_EQ(wrong({"-5"}), "-5 is not an option");
  EXPECT_EQ(wrong({"--job", "4"}), "--job is not an option; did you mean --jobs?");
  EXPECT_EQ(wrong({"a", "-j"}), "--jobs needs a value: --jobs N");
  EXPECT_EQ(wrong({"--header-for", "h"}),
            "--header-for needs a value: --header-for HOST 'K: V'|@FILE");
  EXPECT_EQ(wrong({"\x1b[2J\n"}), "accepted");  // a file may be called so
  EXPECT_EQ(wrong({"--\x1b[2J\n"}), R"(--\x1b[2J\n is not an option)");
}

TEST_F(OptionsTest, TheDelimiterMayBeATab) {
  for (const char* tab : {"tab", "\\t", "\t"}) {
    EXPECT_EQ(good({"--delimiter", tab}).source.delimiter, '\t');
  }
  EXPECT_EQ(good({"--delimiter", "|"}).source.delimiter, '|');
}

TEST_F(OptionsTest, NumbersHaveLimits) {
  const std::pair<const char*, std::vector<const char*>> kBad[] = {
      {"--jobs", {"0", "4097", "-1", "x", "", "1x", "1.5", "99999999999999999999"}},
      {"--workers", {"0", "257"}},
      {"--per-host", {"4097", "", "auto:", "auto:0", "auto:4097", "auto:x", "automatic", "8x"}},
      {"--rate", {"x", "", "-1", "/s", "5", "5/", "5s", "5/d", "0.5/h", "1000001/s", "inf"}},
      {"--max-wait", {"x", "-1"}},
      {"--pages", {"0", "-1", "ALL", "1000001"}},
      {"--retries", {"101", "-1"}},
      {"--max-failed",
       {"-1", "x", "101%", "-1%", "%", "1%%", "new:", "new", "new:-1", "new:x", "new:101%",
        "new:new:1", "New:1"}},
      {"--timeout",
       {"x", "", "-1", "1ms", "inf", "nan", "0x10", "1e3", "43201m", "721h", "31d", "30m1h", "1h1h",
        "1h30", "1h30x", "30 30", "h", "1,5s", "1.5.2s"}},
      {"--max-size",
       {"x", "", "-1", "1P", "inf", "K", "9007199254740992", "1KK", "1iB", "1Ki", "1B/m", "2 2K"}},
      {"--min-speed", {"4G"}},
      {"--limit-rate",
       {"x", "", "/s", "1K/m", "-1", "fast", "K/s", "1/s/s", "25:00,1M", "08:00,1M 8:00,off",
        "08:00,fast", "pause", "08:00,pause"}},
      {"--hash", {"md5", ""}},
      {"--check", {"", "Content", "off", "all"}},
      {"--format", {"parquet", "CSV", ""}},
      {"--url-column", {""}},
      {"--delimiter", {"", ";;", "\"", "\n", "\r", "\x01", "\xC2\xA7", "\xA7", "Tab"}},
      {"--progress", {"fancy"}},
      {"--results", {""}},
      {"--retry-failed",
       {"", "curable", "ALL", "all,dns", "http_4xx,", "dns,,tls", "40", "4040", "600", "099", "6xx",
        "4x4", "404,", "4xx5"}},
      {"--ledger", {""}},
      {"--output", {""}},
      {"--api-base", {"api.imgur.com", "ftp://x", "http://x/?q"}},
      {"--proxy",
       {"ftp://x", "http://a b", "http://", "http://h:99999", "http://h:0", "http://h:x",
        "http://[::1", "http:///", "h:1:2", "socks6://h", "//", "http://u@"}},
      {"--cacert", {"/no/such/file", ""}},
      {"--config", {"/no/such/file", "/"}},
      {"--client-id-file", {"/no/such/file", "/dev/null"}},
  };
  for (const auto& [option, values] : kBad) {
    for (const char* value : values) {
      const std::string what = wrong({option, value});
      EXPECT_NE(what, "accepted") << option << " " << value;
      EXPECT_TRUE(what.starts_with(option) || std::string_view(option) == "--config") << what;
    }
  }
  EXPECT_EQ(wrong({"-j", "x"}), "--jobs: 'x' is not a whole number from 1 to 4096");
  EXPECT_EQ(good({"-j", "4096", "-w", "256", "--retries", "100"}).jobs, 4096u);
  EXPECT_EQ(good({"--pages", "all"}).source.pages, std::numeric_limits<int>::max());
  EXPECT_EQ(good({"-j", "4", "-j", "8"}).jobs, 8u) << "the last one counts";
}

TEST_F(OptionsTest, TypesThatAreWanted) {
  EXPECT_TRUE(good({}).job.accept_types.empty());
  EXPECT_EQ(
      good({"--accept-type", "Image/*, video/mp4", "--accept-type", "text/html"}).job.accept_types,
      (Words{"image/*", "video/mp4", "text/html"}));
  EXPECT_EQ(good({"--accept-type", "image/svg+xml"}).job.accept_types, Words{"image/svg+xml"});
  for (const char* bad :
       {"jpg", "image/", "/png", "*/*", "image/*/x", "image/png;q=1", "image/a b", ",image/png"}) {
    EXPECT_NE(wrong({"--accept-type", bad}), "accepted") << bad;
  }
  EXPECT_EQ(wrong({"--accept-type", "jpg"}),
            "--accept-type: 'jpg' is not a type such as image/jpeg or image/*");
  EXPECT_EQ(wrong({"--accept-type", "image/png,Image/JPG"}),
            "--accept-type: the type of JPEGs is called image/jpeg");
  EXPECT_EQ(wrong({"--accept-type="}), "--accept-type: its value is empty");
  const std::string many = "image/" + std::string(300, 'x');
  EXPECT_EQ(wrong({"--accept-type", many.c_str()}), "--accept-type: they take more than 128 bytes");
}

TEST_F(OptionsTest, WhatIsWantedOfAnswers) {
  EXPECT_EQ(good({}).job.min_size, 0u);
  EXPECT_EQ(good({"--min-size", "10k"}).job.min_size, 10240u);
  EXPECT_NE(wrong({"--min-size", "small"}), "accepted");
  EXPECT_EQ(wrong({"--min-size", "11G"}),
            "--min-size is more than --max-size, so that no file could be saved");
  EXPECT_EQ(good({"--min-size", "2G", "--max-size", "2G"}).job.min_size, 2ull << 30);
  EXPECT_EQ(good({"--min-size", "2G", "--max-size", "0"}).job.min_size, 2ull << 30) << "no limit";
  EXPECT_FALSE(good({}).job.respect_robots_tag);
  EXPECT_TRUE(good({"--respect-robots-tag"}).job.respect_robots_tag);
  EXPECT_FALSE(good({}).files.fix_extension);
  EXPECT_TRUE(good({"--fix-extension"}).files.fix_extension);
  EXPECT_FALSE(good({"--respect-robots-tag", "--respect-robots-tag=false"}).job.respect_robots_tag);
}

TEST_F(OptionsTest, AHostGetsANumberOrWhatItBears) {
  EXPECT_EQ(good({"--per-host", "auto:8"}).per_host.limit, 8u);
  EXPECT_TRUE(good({"--per-host", "auto:8"}).per_host.adapts);
  EXPECT_EQ(good({"--per-host", "8", "--per-host", "auto"}).per_host.limit, std::nullopt);
  EXPECT_EQ(wrong({"--per-host", "auto:x"}),
            "--per-host: 'auto:x' is neither a number from 1 to 4096, auto, auto:MAX nor none");
}

TEST_F(OptionsTest, ARateNeedsItsUnit) {
  EXPECT_EQ(good({"--rate", "5/s"}).rate, 5);
  EXPECT_EQ(good({"--rate", "2.5/S"}).rate, 2.5);
  EXPECT_EQ(good({"--rate", "30/m"}).rate, 0.5);
  EXPECT_EQ(good({"--rate", "7200/h"}).rate, 2);
  EXPECT_EQ(good({"--rate", "1/h"}).rate, 1 / 3600.0);
  EXPECT_EQ(good({"--rate", "5/s", "--rate", "0"}).rate, 0);
  EXPECT_EQ(wrong({"--rate", "5"}), "--rate: '5' needs its unit: 5/s, 5/m or 5/h");
  EXPECT_EQ(wrong({"--rate", "300/d"}),
            "--rate: '300/d' is not a rate such as 5/s, 100/m or 1000/h");
}

TEST_F(OptionsTest, ListsAreReadAsTheUserSays) {
  EXPECT_EQ(good({"--format", "text"}).source.format, ListFormat::text);
  EXPECT_EQ(good({"--format", "ndjson"}).source.format, ListFormat::jsonl);
  EXPECT_EQ(good({"--format", "json"}).source.format, ListFormat::json);
  EXPECT_EQ(wrong({"--format", "x"}),
            "--format: 'x' is none of text, csv, tsv, jsonl, json, aria2");
  EXPECT_EQ(good({"--links-at", ""}).source.links_at, "") << "the whole document";
  EXPECT_EQ(wrong({"--next-at", "/n", "http://h/"}),
            "--next-at needs --links-at: together they read the pages of a JSON API");
}

TEST_F(OptionsTest, FailuresToRetryAreNamedByTheirClasses) {
  EXPECT_EQ(good({"--retry-failed", "all"}).resume.retry_failed.which, RetryFailed::Which::all);
  const RetryFailed some = good({"--retry-failed", "http_4xx, timeout"}).resume.retry_failed;
  EXPECT_EQ(some.which, RetryFailed::Which::classes);
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    const bool named = error == ErrorClass::http_4xx || error == ErrorClass::timeout;
    EXPECT_EQ(some.classes.test(static_cast<std::size_t>(i)), named) << name(error);
  }
  EXPECT_TRUE(wrong({"--retry-failed", "gone"})
                  .starts_with("--retry-failed: 'gone' is neither an error class nor an HTTP "
                               "status; there are all, none,"));
}

TEST_F(OptionsTest, FailuresToRetryAreNamedByTheirStatuses) {
  const RetryFailed some = good({"--retry-failed", "404,5xx, dns,410"}).resume.retry_failed;
  EXPECT_EQ(some.which, RetryFailed::Which::classes);
  EXPECT_TRUE(some.classes.test(static_cast<std::size_t>(ErrorClass::dns)));
  EXPECT_EQ(some.classes.count(), 1u);
  for (const std::size_t status : {404, 410, 500, 503, 599}) {
    EXPECT_TRUE(some.statuses.test(status)) << status;
  }
  EXPECT_EQ(some.statuses.count(), 102u);
  EXPECT_TRUE(good({"--retry-failed", "4XX"}).resume.retry_failed.statuses.test(451));
}

TEST_F(OptionsTest, FailedLinksAreReadWhereNoSourceIsNamed) {
  EXPECT_TRUE(good({"--retry-failed", "all"}).reads_failed_links());
  EXPECT_TRUE(good({"--retry-failed", "404"}).reads_failed_links());
  EXPECT_FALSE(good({"--retry-failed", "none"}).reads_failed_links());
  EXPECT_FALSE(good({"--retry-failed", "all", "http://h/"}).reads_failed_links());
  EXPECT_FALSE(good({"--retry-failed", "all", "-i", "l"}).reads_failed_links());
  EXPECT_FALSE(good({"imgur"}).reads_failed_links());
}

TEST_F(OptionsTest, UnitsAndFractions) {
  EXPECT_EQ(good({"--max-size", "2k"}).job.max_size, 2048u);
  EXPECT_EQ(good({"--max-size", "1T"}).job.max_size, 1ull << 40);
  EXPECT_EQ(good({"--max-size", "0"}).job.max_size, 0u);
  EXPECT_EQ(good({"--max-size", "0.1"}).job.max_size, 1u) << "0 would be no limit";
  EXPECT_EQ(good({"--timeout", "0.00001"}).job.timeout, milliseconds(1)) << "0 would be no limit";
  EXPECT_EQ(good({"--timeout", "1.5H"}).job.timeout, std::chrono::minutes(90));
  EXPECT_EQ(good({"--stall-timeout", "0.2"}).job.stall_timeout, seconds(1));
  EXPECT_EQ(good({"--max-failed", "5%", "--max-failed", "7"}).max_failed.count, 7u);
  EXPECT_LT(good({"--max-failed", "5%", "--max-failed", "7"}).max_failed.percent, 0);
  EXPECT_FALSE(good({"--max-failed", "new:5", "--max-failed", "7"}).max_failed.only_new);
  EXPECT_TRUE(good({"--max-failed", "new:0"}).max_failed.only_new);
  EXPECT_EQ(good({"--max-failed", "new:12"}).max_failed.count, 12u);
  EXPECT_EQ(good({"--max-failed", "new:2.5%"}).max_failed.percent, 2.5);
  EXPECT_TRUE(good({"--max-failed", "new:2.5%"}).max_failed.only_new);
}

TEST_F(OptionsTest, HeadersToAllHoldNoSecret) {
  for (const char* secret :
       {"Authorization: x", "AUTHORIZATION: x", "Cookie: x", "Proxy-Authorization: x"}) {
    const std::string what = wrong({"-H", secret});
    EXPECT_NE(what.find("--header-for"), std::string::npos) << what;
  }
  const std::string file = write("secret", "X: y\nCookie: hush\n");
  EXPECT_NE(wrong({"-H", ("@" + file).c_str()}).find("--header-for"), std::string::npos);
}

TEST_F(OptionsTest, HeadersAreFitForARequest) {
  for (const char* bad : {"", "A", "A:", "A:  ", ": b", "A : b", "A b: c", "A: b\r\nC: d",
                          "A: b\nC: d", "A\n: b", "A: b\x7f", "\xc3\xa4: b", "@/no/such/file"}) {
    EXPECT_TRUE(wrong({"-H", bad}).starts_with("--header: ")) << bad;
    EXPECT_TRUE(wrong({"--header-for", "h", bad}).starts_with("--header-for: ")) << bad;
  }
  EXPECT_EQ(wrong({"-H", "X-Token: hush\x01"}).find("hush"), std::string::npos);
  const std::string nul = write("nul", std::string_view("A: b\0c\n", 7));
  EXPECT_NE(wrong({"-H", ("@" + nul).c_str()}), "accepted");
  EXPECT_EQ(good({"-H", "X: a, b # c"}).job.headers, Words{"X: a, b # c"});

  const std::string file = write("headers", "\n# none\r\n  A: b\r\nC:d");
  EXPECT_EQ(good({"-H", ("@" + file).c_str()}).job.headers, (Words{"A: b", "C: d"}));
  const std::string bad = write("bad", "A: b\n\nnonsense\n");
  EXPECT_EQ(wrong({"-H", ("@" + bad).c_str()}),
            "--header: " + bad + ":3: a header is written \"Name: value\"");
}

TEST_F(OptionsTest, HeadersThatFrameTheRequestAreOurs) {
  for (const char* header : {"Host: evil", "range: bytes=0-1", "Transfer-Encoding: chunked",
                             "Content-Length: 5", "Connection: close"}) {
    EXPECT_NE(wrong({"-H", header}).find("fanfetch itself"), std::string::npos) << header;
    EXPECT_NE(wrong({"--header-for", "h", header}).find("fanfetch itself"), std::string::npos);
  }
}

TEST_F(OptionsTest, HeadersFitIntoAJob) {
  const std::string most = "A: " + std::string(4096 - 3 - 4, 'x');
  EXPECT_EQ(good({"-H", most.c_str()}).job.headers.size(), 1u);
  EXPECT_NE(wrong({"-H", (most + "x").c_str()}), "accepted");
  EXPECT_NE(wrong({"-H", "B: c", "--header-for", "h", most.c_str()}), "accepted");
  EXPECT_EQ(good({"--header-for", "g", most.c_str(), "--header-for", "h", most.c_str()})
                .job.host_headers.size(),
            2u)
      << "no job holds both";
}

TEST_F(OptionsTest, HeadersForOneHost) {
  const Options o =
      good({"--header-for", "API.Example.org.", "Authorization: t", "src", "--header-for", "::1",
            "A: b", "--header-for", "[::2]", "A: b", "--header-for", "bücher.example", "A: b"});
  ASSERT_EQ(o.job.host_headers.size(), 4u);
  EXPECT_EQ(o.job.host_headers[0].host, "api.example.org");
  EXPECT_EQ(o.job.host_headers[0].header, "Authorization: t");
  EXPECT_EQ(o.job.host_headers[1].host, "[::1]");
  EXPECT_EQ(o.job.host_headers[2].host, "[::2]");
  EXPECT_EQ(o.job.host_headers[3].host, "xn--bcher-kva.example");
  EXPECT_EQ(o.source.words, Words{"src"});
  for (const auto& [word, host, port] : {std::tuple("h", "h", 0),
                                         {"H:81", "h", 81},
                                         {"h:443", "h", 443},
                                         {"::1", "[::1]", 0},
                                         {"[::1]:8080", "[::1]", 8080}}) {
    const HostHeader header = good({"--header-for", word, "A: b"}).job.host_headers.at(0);
    EXPECT_EQ(header.host, host);
    EXPECT_EQ(header.port.value_or(0), port) << word;
  }
  for (const char* bad : {"", "http://h", "h/x", "u@h", "h:", "h:0", "h:65536", "h:x", "h:8:1x",
                          ":80", "[::1]:", "[::1]x", "h?x", "h#x", "a b"}) {
    EXPECT_NE(wrong({"--header-for", bad, "A: b"}), "accepted") << bad;
  }
}

TEST_F(OptionsTest, TheClientIdComesFromAFileOrTheEnvironment) {
  ::setenv("IMGUR_CLIENT_ID", " env1 ", 1);
  EXPECT_EQ(good({}).source.client_id, "env1");
  const std::string file = write("id", "file1\n");
  EXPECT_EQ(good({"--client-id-file", file.c_str()}).source.client_id, "file1");
  const std::string empty = write("empty", "  \nx\n");
  EXPECT_EQ(wrong({"--client-id-file", empty.c_str()}),
            "--client-id-file: " + empty + " has no client ID in its first line");
  const std::string two_words = write("words", "my id\n");
  EXPECT_EQ(wrong({"--client-id-file", two_words.c_str()}),
            "--client-id-file: the first line of " + two_words + " is no client ID");
  for (const char* bad : {"a\nHost: evil", "a b", "\xc3\xa9"}) {
    ::setenv("IMGUR_CLIENT_ID", bad, 1);
    EXPECT_EQ(wrong({}), "IMGUR_CLIENT_ID has characters that no client ID has");
  }
}

/// A unit cannot leave out a credential whose file is not there, but make it empty.
TEST_F(OptionsTest, TheClientIdMayBeACredentialOfTheService) {
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(good({}).source.client_id, "") << "it has no such file";
  const std::string credential = write("imgur-client-id", "\n");
  EXPECT_EQ(good({}).source.client_id, "");
  (void)write("imgur-client-id", "credential1\n");
  EXPECT_EQ(good({}).source.client_id, "credential1");
  const std::string file = write("id", "file1\n");
  EXPECT_EQ(good({"--client-id-file", file.c_str()}).source.client_id, "file1");
  ::setenv("IMGUR_CLIENT_ID", "env1", 1);
  EXPECT_EQ(good({}).source.client_id, "env1");
  ::unsetenv("IMGUR_CLIENT_ID");
  (void)write("imgur-client-id", "my id\n");
  EXPECT_EQ(wrong({}), "the first line of " + credential + " is no client ID");
}

TEST_F(OptionsTest, LimitsOfARun) {
  EXPECT_EQ(good({}).limits, RunLimits());
  const RunLimits limits =
      good({"--max-duration", "2h", "--max-transfer", "50G", "--min-free", "1.5G"}).limits;
  EXPECT_EQ(limits.max_duration, std::chrono::hours(2));
  EXPECT_EQ(limits.max_transfer, 50ull << 30);
  EXPECT_EQ(limits.min_free, 3ull << 29);
  EXPECT_EQ(good({"--max-duration", "0", "--max-transfer", "0", "--min-free", "0"}).limits,
            RunLimits());
  for (const char* option : {"--max-duration", "--max-transfer", "--min-free"}) {
    EXPECT_NE(wrong({option, "-1"}), "accepted") << option;
    EXPECT_NE(wrong({option, "soon"}), "accepted") << option;
  }
}

TEST_F(OptionsTest, CertificatesComeFromTheEnvironmentToo) {
  const std::string one = write("one.pem", ""), two = write("two.pem", "");
  ::setenv("SSL_CERT_FILE", one.c_str(), 1);
  EXPECT_EQ(good({}).tls.ca_file, one);
  EXPECT_EQ(good({"--cacert", two.c_str()}).tls.ca_file, two);
  ::setenv("SSL_CERT_FILE", "/no/such/file", 1);
  EXPECT_TRUE(wrong({}).starts_with("SSL_CERT_FILE: cannot read /no/such/file"));
}

TEST_F(OptionsTest, AnEmptyProxyIsNone) {
  EXPECT_EQ(good({"--proxy", ""}).route.proxy, "");
  const Options o = good({"--proxy=", "list.txt"});
  EXPECT_EQ(o.route.proxy, "");
  EXPECT_EQ(o.source.words, Words{"list.txt"}) << "the empty value must not swallow the next word";
}

TEST_F(OptionsTest, ProxyPasswordsAreNotPrinted) {
  for (const char* proxy :
       {"ftp://u:hush@h", "http://u:hush@h:0", "http://u:hush@[::", "hush hush"}) {
    EXPECT_EQ(wrong({"--proxy", proxy}).find("hush"), std::string::npos) << proxy;
  }
}

TEST_F(OptionsTest, ProxiesAreOfAKnownKind) {
  EXPECT_NE(wrong({"--proxy", "http://p:99999"}), "");
  EXPECT_NE(wrong({"--proxy", "http://"}), "");
  for (const char* proxy : {"p", "p:3128", "http://p", "https://p", "socks4://p", "socks4a://p",
                            "socks5://p", "socks5h://u:w@[::1]:1080"}) {
    EXPECT_EQ(good({"--proxy", proxy}).route.proxy, proxy);
  }
}

TEST_F(OptionsTest, Ipv4AndIpv6ExcludeEachOther) {
  EXPECT_EQ(wrong({"-4", "-6"}), "-4 and -6 exclude each other");
  EXPECT_EQ(good({"-4"}).route.family, AddressFamily::v4);
  EXPECT_EQ(good({"--ipv6"}).route.family, AddressFamily::v6);
  configure("ipv4 = yes\n");
  EXPECT_EQ(good({}).route.family, AddressFamily::v4);
  EXPECT_EQ(good({"-6"}).route.family, AddressFamily::v6) << "the command line wins";
  EXPECT_EQ(good({"--ipv4=false"}).route.family, AddressFamily::any);
}

TEST_F(OptionsTest, NetworksAndServersAreAddresses) {
  EXPECT_EQ(wrong({"--allow-net", "10.0.3.7/24"}),
            "--allow-net: '10.0.3.7/24' has bits set after its prefix; did you mean 10.0.3.0/24?");
  EXPECT_NE(wrong({"--dns", "dns.example"}).find("--dns: 'dns.example' is not an address"),
            std::string::npos);
  EXPECT_NE(wrong({"--dns", "1.1.1.1,"}), "");
  EXPECT_NE(
      wrong({"--dns", "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1"}),
      "");
}

TEST_F(OptionsTest, QuietAndVerboseExcludeEachOther) {
  EXPECT_EQ(wrong({"-q", "-v"}), "--quiet and --verbose exclude each other");
  EXPECT_EQ(wrong({"--key", "k"}), "--key needs --cert");
  EXPECT_TRUE(good({"-q", "-q"}).report.quiet);
  EXPECT_FALSE(good({"--quiet=false"}).report.quiet);
  EXPECT_EQ(wrong({"--quiet=maybe"}), "--quiet: 'maybe' is neither true nor false");
}

TEST_F(OptionsTest, TheConfigurationIsReadByDefault) {
  EXPECT_EQ(good({}).jobs, 64u) << "no file is fine";
  configure(
      "# mine\n\njobs = 8\r\n output=my pictures \nallow-private = true\ninsecure = no\n"
      "header = X-Color: #fff, a=b\nheader = Y: [1]\naccept = jpg\naccept = png,gif\n"
      "header-for = example.org Cookie: a=b; c\nquiet = true\nname = {id}.{ext}\n");
  const Options o = good({});
  EXPECT_EQ(o.jobs, 8u);
  EXPECT_EQ(o.files.output, "my pictures");
  EXPECT_EQ(o.route.policy.private_addresses, PrivateAddresses::allow);
  EXPECT_EQ(o.job.verify_tls, VerifyTls::yes);
  EXPECT_EQ(o.job.headers, (Words{"X-Color: #fff, a=b", "Y: [1]"}));
  EXPECT_EQ(o.filter.accept_extensions, (Words{"jpg", "png", "gif"}));
  ASSERT_EQ(o.job.host_headers.size(), 1u);
  EXPECT_EQ(o.job.host_headers[0].host, "example.org");
  EXPECT_EQ(o.job.host_headers[0].header, "Cookie: a=b; c");
  EXPECT_TRUE(o.report.quiet);
  EXPECT_EQ(o.files.name_template, "{id}.{ext}");
}

TEST_F(OptionsTest, SourcesOfTheConfigurationCountUnlessTheCommandLineNamesOthers) {
  configure(
      "source = imgur:r/cats\ninput-file = lists/a.txt\nsource=https://h/?a=b#c\n"
      "input-file = -\npages = 3\n");
  const Options o = good({});
  EXPECT_EQ(o.source.words, (Words{"imgur:r/cats", "https://h/?a=b#c"}));
  EXPECT_EQ(o.source.inputs, (Words{"lists/a.txt", "-"}));
  EXPECT_TRUE(o.source.pages_given);
  for (const auto& words : {std::vector<const char*>{"x.txt"}, {"-i", "x"}, {"--input-file=x"}}) {
    const Options other = good(words);
    EXPECT_EQ(other.source.words.size() + other.source.inputs.size(), 1u) << words[0];
    EXPECT_FALSE(other.source.pages_given) << "it was said about other sources";
    EXPECT_FALSE(other.source.next_given);
    EXPECT_EQ(other.source.pages, 3);
  }
  EXPECT_TRUE(good({"x.txt", "--pages=2"}).source.pages_given);
  EXPECT_EQ(good({"--no-config"}).source.words, Words{});
  EXPECT_EQ(wrong({"--source", "x"}), "--source is not an option");
  EXPECT_EQ(wrong({"--source=x"}), "--source is not an option");
  EXPECT_EQ(wrong({"--source="}), "--source is not an option");
  configure("source =\n");
  EXPECT_EQ(wrong({}), config_ + ":1: source: its value is empty");
}

TEST_F(OptionsTest, FilesAreWrittenOnThisMachine) {
  for (const char* option : {"-o", "-d", "--output", "--results", "--ledger"}) {
    for (const char* url : {"s3://bucket/x", "S3://bucket", "gs://b", "file:///tmp/x", "sftp://h/x",
                            "https://me:hush@h/"}) {
      const std::string what = wrong({option, url});
      EXPECT_NE(what.find("' is no path: fanfetch writes to this machine's files alone"),
                std::string::npos)
          << option << " " << url << ": " << what;
      EXPECT_EQ(what.find("hush"), std::string::npos) << what;
    }
  }
  EXPECT_EQ(good({"-o", "./s3://bucket"}).files.output, "./s3://bucket");
  EXPECT_EQ(good({"-o", "s3:/bucket"}).files.output, "s3:/bucket");
  configure("output = s3://bucket\n");
  EXPECT_TRUE(wrong({}).starts_with(config_ + ":1: output: 's3://bucket' is no path"));
}

TEST_F(OptionsTest, AnOptionWithoutItsValueTakesNoUrlForIt) {
  const char* const url = "https://me:hush@h/c.jpg";
  const std::string shown = "'https://user:***@h/c.jpg' is a URL, and no ";
  const std::vector<std::pair<std::vector<const char*>, std::string>> kForgotten = {
      {{"-H", url}, "--header: " + shown + "header"},
      {{"--header=http://h/"}, "--header: 'http://h/' is a URL, and no header"},
      {{"--header-for", "127.0.0.1", url}, "--header-for: " + shown + "header"},
      {{"--header-for", url, "A: b"}, "--header-for: " + shown + "host"},
      {{"--user-agent", url}, "--user-agent: " + shown + "user agent"},
      {{"--name", url}, "--name: " + shown + "name"},
      {{"--name", "HTTP://h/"}, "--name: 'HTTP://h/' is a URL, and no name"},
  };
  for (const auto& [words, what] : kForgotten) {
    EXPECT_EQ(wrong(words), what + ": the value is missing") << words[0];
  }
  EXPECT_EQ(good({"--user-agent", "bot (+https://h/)"}).job.user_agent, "bot (+https://h/)");
  EXPECT_EQ(good({"-H", "Referer: http://h/"}).job.headers, Words{"Referer: http://h/"});
}

TEST_F(OptionsTest, TheCommandLineWinsOverTheConfiguration) {
  configure("jobs = 8\nheader = A: b\naccept = jpg\nquiet = true\nallow-private = yes\n");
  const Options o =
      good({"-j", "4", "-H", "C: d", "--accept", "png", "-v", "--allow-private=false"});
  EXPECT_EQ(o.jobs, 4u);
  EXPECT_EQ(o.job.headers, Words{"C: d"}) << "lists are replaced, not added to";
  EXPECT_EQ(o.filter.accept_extensions, Words{"png"});
  EXPECT_TRUE(o.report.verbose);
  EXPECT_FALSE(o.report.quiet);
  EXPECT_EQ(o.route.policy.private_addresses, PrivateAddresses::refuse);
}

TEST_F(OptionsTest, ConfigurationErrorsNameFileAndLine) {
  const std::pair<const char*, const char*> kBad[] = {
      {"jobs = 8\nnmae = x\n", ":2: 'nmae' is not an option; did you mean name?"},
      {"\n\njobs = x\n", ":3: jobs: 'x' is not a whole number from 1 to 4096"},
      {"jobs\n", ":1: a line is written 'name = value'"},
      {"--jobs = 4\n", ":1: '--jobs' is not an option; did you mean jobs?"},
      {"i = list\n", ":1: 'i' is not an option; did you mean input-file?"},
      {"config = /x\n", ":1: 'config' belongs on the command line"},
      {"help = true\n", ":1: 'help' belongs on the command line"},
      {"header-for = example.org\n", ":1: header-for needs more: header-for = HOST 'K: V'|@FILE"},
      {"insecure = maybe\n", ":1: insecure: 'maybe' is neither true nor false"},
      {"insecure = 'true'\n",
       ":1: insecure: ''true'' is neither true nor false; a configuration file needs no quotes"},
      {"header = Cookie: hush\n",
       ":1: header: Cookie would go to every host of the list; name its host: --header-for HOST "
       "..."},
      {"= 4\n", ":1: '' is not an option"},
  };
  for (const auto& [content, what] : kBad) {
    configure(content);
    EXPECT_EQ(wrong({}), config_ + what);
  }
  EXPECT_EQ(good({"--no-config"}).jobs, 64u);
  EXPECT_EQ(read({"--help"}).error().status, 0) << "help helps with a broken configuration too";
}

TEST_F(OptionsTest, WhichConfigurationFile) {
  configure("jobs = 8\n");
  write("xdg/fanfetch/config", "jobs = 9\n");
  const std::string other = write("other", "\xef\xbb\xbfjobs = 10\n");
  EXPECT_EQ(good({"--config", other.c_str()}).jobs, 10u);
  ::setenv("XDG_CONFIG_HOME", (folder_ / "xdg").c_str(), 1);
  EXPECT_EQ(good({}).jobs, 9u);
  EXPECT_EQ(good({"--no-config"}).jobs, 64u);
  EXPECT_EQ(wrong({"--no-config", "--config", other.c_str()}),
            "--config and --no-config exclude each other");
  ::setenv("XDG_CONFIG_HOME", "relative", 1);
  EXPECT_EQ(good({}).jobs, 8u);
  ::setenv("XDG_CONFIG_HOME", (folder_ / "nothing").c_str(), 1);
  EXPECT_EQ(good({}).jobs, 64u);
  ::unsetenv("XDG_CONFIG_HOME");
  ::unsetenv("HOME");
  EXPECT_EQ(good({}).jobs, 64u);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_F(OptionsTest, HelpFitsOneScreen) {
  const auto leave = read({"--help", "--nonsense"});
  ASSERT_FALSE(leave);
  EXPECT_EQ(leave.error().status, 0);
  EXPECT_EQ(leave.error().text, short_help());
  EXPECT_EQ(read({"-h"}).error().text, short_help());
  const auto lines = lines_of(short_help());
  EXPECT_LE(lines.size(), 24u);
  for (const auto& line : lines) EXPECT_LE(line.size(), 80u) << line;
  for (const char* word : {"Usage: fanfetch [OPTIONS] [SOURCE...]", "--help-all", "-j, --jobs N",
                           "IMGUR_CLIENT_ID", "0 all saved", "5 another run"}) {
    EXPECT_NE(short_help().find(word), std::string::npos) << word;
  }
}

TEST_F(OptionsTest, HelpAllShowsEveryOption) {
  EXPECT_EQ(read({"--help-all"}).error().status, 0);
  const std::string help = read({"--help-all"}).error().text;
  for (const auto& line : lines_of(help)) EXPECT_LE(line.size(), 100u) << line;
  for (const OptionRow& row : option_table()) {
    const std::string name(row.main_name());
    const std::size_t place = std::min(help.find("  " + name + " "), help.find(", " + name + " "));
    ASSERT_NE(place, std::string::npos) << row.names;
    const std::string entry = help.substr(place, help.find("\n  -", place) - place);
    EXPECT_TRUE(row.default_text.empty() || entry.find(row.default_text) != std::string::npos)
        << entry;
  }
  for (const char* word :
       {"SSL_CERT_FILE", "IMGUR_CLIENT_ID", "XDG_CONFIG_HOME", "TERM=dumb", "http_proxy",
        "more links failed than --max-failed", "1h30m", "100/m", "none, off, 0"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
}

TEST_F(OptionsTest, ADriverTellsItsNodesWhatHoldsForAll) {
  configure("user-agent = me\nquiet = true\n");
  const Options driver =
      good({"urls.txt", "--fleet", "redis://h", "--retries", "2", "--per-host=3", "--accept=jpg"});
  EXPECT_EQ(driver.fleet.role, FleetRole::driver);
  EXPECT_EQ(driver.fleet.address, (RedisAddress{.hosts = {{"h", 6379}}, .master = ""}));
  const decltype(FleetOptions::of_job) told = {
      {"user-agent", {"me"}}, {"per-host", {"3"}}, {"retries", {"2"}}};
  EXPECT_EQ(driver.fleet.of_job, told);

  Options node;
  EXPECT_TRUE(apply_options_of_job(node, told));
  EXPECT_EQ(node.retries, 2);
  EXPECT_EQ(node.per_host.limit, 3u);
  EXPECT_EQ(node.job.user_agent, "me");
  for (const decltype(FleetOptions::of_job)& bad :
       {decltype(FleetOptions::of_job){{"allow-private", {"true"}}},
        {{"output", {"/etc"}}},
        {{"no-such", {"1"}}},
        {{"retries", {"x"}}},
        {{"retries", {"1", "2"}}},
        {{"", {""}}}}) {
    EXPECT_FALSE(apply_options_of_job(node, bad)) << bad[0].first;
  }
}

TEST_F(OptionsTest, AHostIsSpreadOverPieces) {
  const Options driver = good({"urls.txt", "--fleet", "redis://h", "--spread", "CDN.test",
                               "--spread", "[::1]:8080=4", "--spread=cdn.test=16"});
  EXPECT_EQ(driver.fleet.spread,
            (SpreadHosts{{.host = "[::1]", .port = 8080, .pieces = 4}, {"cdn.test", {}, 16}}));
  const decltype(FleetOptions::of_job) told = {
      {"spread", {"CDN.test"}}, {"spread", {"[::1]:8080=4"}}, {"spread", {"cdn.test=16"}}};
  EXPECT_EQ(driver.fleet.of_job, told) << "another version's node knows nothing of pieces";
  EXPECT_EQ(good({"urls.txt", "--fleet", "redis://h", "--spread", "cdn.test=1"}).fleet.spread,
            (SpreadHosts{{"cdn.test", {}, 1}}))
      << "it stays whole";
  for (const char* bad : {"cdn.test=0", "cdn.test=4097", "cdn.test=", "cdn.test=x", "", "=4",
                          "http://cdn.test/", "cdn.test/x=4"}) {
    EXPECT_NE(wrong({"urls.txt", "--fleet", "redis://h", "--spread", bad}), "") << bad;
  }
  std::vector<const char*> many = {"urls.txt", "--fleet", "redis://h"};
  std::vector<std::string> hosts;
  for (std::size_t n = 0; n <= kMostSpreadHosts; ++n) {
    hosts.push_back("--spread=h" + std::to_string(n));
  }
  for (const std::string& host : hosts) many.push_back(host.c_str());
  EXPECT_EQ(wrong(many), "--spread: there are more than 64 hosts to spread");
}

TEST_F(OptionsTest, ANodeTakesWhatIsItsMachines) {
  configure("retries = 7\njobs = 5\naccept = png\n");
  ::setenv("FANFETCH_FLEET_AUTH", "user:word", 1);
  const char* words[] = {"node", "--fleet", "redis://h", "-o", "x", "--max-wait", "1m"};
  const auto node = read_options(7, words, FleetRole::node);
  ASSERT_TRUE(node) << node.error().text;
  EXPECT_EQ(node->fleet.role, FleetRole::node);
  EXPECT_EQ(node->fleet.max_away, std::chrono::minutes(1));
  EXPECT_EQ(node->fleet.auth, (RedisAuth{.user = "user", .password = "word"}));
  EXPECT_EQ(node->jobs, 5u);
  EXPECT_EQ(node->retries, 4) << "the file is for this user's other runs, too";
  EXPECT_TRUE(node->filter.accept_extensions.empty());
}

TEST_F(OptionsTest, HelpAllExplainsEveryErrorClass) {
  const std::string help = full_help();
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    const std::string line = fmt::format("\n  {:<14}  {}\n", name(error), meaning(error));
    EXPECT_NE(help.find(line), std::string::npos) << line << "is one line of its own";
  }
}

TEST_F(OptionsTest, VersionBeginsWithALineOfItsOwn) {
  const Exit exit = read({"--version"}).error();
  EXPECT_EQ(exit.status, 0);
  EXPECT_TRUE(exit.text.starts_with("fanfetch 0.1.0\ncommit: ")) << exit.text;
}

}  // namespace
}  // namespace fanfetch
