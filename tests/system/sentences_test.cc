// What users read: failures in plain words, and answers to slips of the command line.

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/unique_fd.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class SentencesTest : public SystemTest {
 protected:
  [[nodiscard]] std::string message_of(const std::string& link, std::vector<std::string> args) {
    args.emplace_back("--retries=0");
    return fetch(link, std::move(args)).message.value_or("");
  }
  /// A command line as it is.
  Finished expect(int status, std::vector<std::string> args, std::string_view words) {
    Finished finished = run({.args = std::move(args), .folder = folder_.path()});
    EXPECT_EQ(status, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(status == 0 ? finished.out : finished.err, words)) << words << "\n"
                                                                       << finished.describe();
    return finished;
  }
};

// --- Failures ---

TEST_F(SentencesTest, SilenceIsNoAnswer) {
  origin_.serve("/none", Reply{.silent = true});
  EXPECT_EQ("no answer for 1 s (--stall-timeout)", message_of("/none", {"--stall-timeout=1s"}));
  EXPECT_EQ("not done within 1.5 s (--timeout)", message_of("/none", {"--timeout=1.5s"}));
  Reply half = half_then_gate(noise(100'000), std::make_shared<Gate>());
  origin_.serve("/half", half);
  EXPECT_EQ("nothing came for 2 s (--stall-timeout)", message_of("/half", {"--stall-timeout=2s"}));
  origin_.serve("/slow", Reply{.body = noise(20'000), .drip_bytes = 10, .drip_every = 100ms});
  EXPECT_EQ("slower than 2.0 KiB/s for 2 s (--min-speed, --stall-timeout)",
            message_of("/slow", {"--stall-timeout=2s", "--min-speed=2K"}));
}

/// A port at which nobody listens, as long as it is bound.
TEST_F(SentencesTest, AClosedPortRefuses) {
  const UniqueFd bound(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(0, ::bind(bound.get(), reinterpret_cast<const sockaddr*>(&address), size));
  ASSERT_EQ(0, ::getsockname(bound.get(), reinterpret_cast<sockaddr*>(&address), &size));
  const int port = ntohs(address.sin_port);
  EXPECT_EQ(fmt::format("127.0.0.1 port {} refuses connections (Connection refused)", port),
            message_of(fmt::format("http://127.0.0.1:{}/a", port), {}));
  // Not a word of TLS from one that listens, and answers nothing.
  ASSERT_EQ(0, ::listen(bound.get(), 1));
  EXPECT_EQ("no connection for 1 s (--connect-timeout)",
            message_of(fmt::format("https://127.0.0.1:{}/a", port), {"--connect-timeout=1s"}));
}

TEST_F(SentencesTest, SizesAreThoseThatWereGiven) {
  origin_.serve("/a", ok(std::string(1'500'000, 'x')));
  origin_.serve("/endless", Reply{.body = std::string(50'000, 'x'), .endless = true});
  origin_.serve("/one-more", ok(std::string(1025, 'x')));
  const std::string large = "/a";
  EXPECT_EQ("it has 1.4 MiB, more than --max-size 1MB", message_of(large, {"--max-size=1MB"}));
  EXPECT_EQ("it has 1.4 MiB, more than --max-size 1.25M",
            message_of(large, {"--max-size=1.25MiB"}));
  EXPECT_EQ("it has 1,025 bytes (1.0 KiB), more than --max-size 1K",
            message_of("/one-more", {"--max-size=1K"}));
  EXPECT_EQ("it has more than --max-size 1M", message_of("/endless", {"--max-size=1M"}));
  (void)run(list_setup({"/one-more"}, {"--min-size=2K"}));
  EXPECT_EQ("it has 1,025 bytes (1.0 KiB), less than --min-size 2K",
            records().at(0).message.value_or(""));
}

TEST_F(SentencesTest, RefusedIsByPolicy) {
  Launch given = list_setup({"/a"});
  std::erase(given.args, "--allow-private");
  const Finished finished = run(given);
  EXPECT_EQ("refused", records().at(0).error);
  EXPECT_EQ("by policy: 127.0.0.1 is a private or reserved address",
            records().at(0).message.value_or(""));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
}

TEST_F(SentencesTest, ControlCharactersOfAUrlAreSeen) {
  const Finished of_list = run(list_setup({"http://h/a\x1b[2J b", "non\x01sense"}));
  EXPECT_TRUE(has(of_list.err, R"(\x1b[2J)")) << of_list.describe();
  EXPECT_TRUE(has(of_list.err, R"(non\x01sense)")) << of_list.describe();
  expect(2, {"ftp://h/\x1b/x"}, R"('ftp://h/\x1b/x')");
  expect(3, {"-i", "no\tsuch.txt"}, R"(no\tsuch.txt)");
}

// --- Slips ---

TEST_F(SentencesTest, AWordCloseToACommandIsAskedFor) {
  const std::pair<const char*, const char*> kRows[] = {
      {"stats", "fanfetch: 'stats' is not a command; fanfetch status DIR"},
      {"staus", "'staus' is no command and no source; did you mean status?"},
      {"Verify", "did you mean verify?"},
      {"exprot", "did you mean export?"},
      {"imgr", "did you mean imgur?"},
      {"get", "'get' is not a command; none is needed: fanfetch SOURCE"},
      {"retry", "--retry-failed all"},
      {"watch", "fanfetch status DIR"},
  };
  for (const auto& [word, words] : kRows) {
    expect(2, {word, "downloads", "--by-whom"}, words);
    expect(2, {word}, "(for a file write ./");
  }
  expect(2, {"pictures"}, "'pictures' is no command and no source");
  expect(2, {"-q", "staus"}, "did you mean status?");
  EXPECT_EQ(0u, origin_.count());
}

TEST_F(SentencesTest, AnUnknownOptionNamesOurs) {
  expect(2, {"--tries=3", "x.txt"}, "--tries is not an option; --retries N");
  expect(2, {"-c", "x.txt"}, "-c is not an option; fanfetch always resumes");
  expect(2, {"--max_size=3", "x.txt"}, "did you mean --max-size?");
  expect(2, {"--job", "3"}, "--job is not an option; did you mean --jobs?");
  expect(2, {"status", "d", "--by-hots"}, "--by-hots is not an option; did you mean --by-host?");
  expect(2, {"status", "d", "--jobs=3"}, "--jobs is not an option of status, but of a run");
  expect(2, {"--config", folder_.write("config", "url_list = x\n")}, ":1: 'url_list' is not");
  expect(2, {"--limit-rate=25:00,1M", "x.txt"},
         "--limit-rate: '25:00' is not a time of the day from 00:00 to 23:59");
  expect(2, {"--limit-rate=2Mbit", "x.txt"}, "'2Mbit' counts bits; in bytes that is 250KB");
}

TEST_F(SentencesTest, HelpAndVersionAreCommands) {
  EXPECT_EQ(expect(0, {"--help"}, "Usage: ").out, expect(0, {"help"}, "Usage: ").out);
  EXPECT_EQ(expect(0, {"--version"}, "fanfetch ").out, expect(0, {"version"}, "fanfetch ").out);
  for (const char* command : {"status", "verify", "export"}) {
    EXPECT_EQ(expect(0, {command, "--help"}, "Usage: ").out,
              expect(0, {"help", command}, fmt::format("Usage: fanfetch {} [DIR", command)).out);
  }
  expect(2, {"help", "stats"}, "fanfetch help: 'stats' is not a command; there are status, verify");
  expect(2, {"version", "2"}, "fanfetch version: '2' is one word too many");
  expect(0, {"--help-all"}, "wrong_type");
}

TEST_F(SentencesTest, EveryLimitCanBeSwitchedOff) {
  origin_.serve("/a", ok("a"));
  for (const char* off : {"none", "off", "0"}) {
    std::vector<std::string> args = {"--retry-failed=all", "--refresh"};
    for (const char* option :
         {"--timeout", "--connect-timeout", "--stall-timeout", "--min-speed", "--max-wait",
          "--max-size", "--min-size", "--limit-rate", "--rate", "--per-host", "--worker-memory"}) {
      args.push_back(fmt::format("{}={}", option, off));
    }
    const Finished finished = run(list_setup({"/a"}, args));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
  }
}

}  // namespace
}  // namespace fanfetch::system
