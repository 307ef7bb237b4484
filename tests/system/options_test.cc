// Options as a user meets them, where only a whole run can show that they work.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <regex>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class OptionsTest : public SystemTest {
 protected:
  OptionsTest() { origin_.serve("/a.jpg", ok(picture())); }

  void expect_usage_error(std::vector<std::string> args, const std::string& text) {
    const Finished finished = run({.args = std::move(args), .folder = folder_.path()});
    EXPECT_EQ(2, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, text)) << finished.describe();
    EXPECT_EQ("", finished.out);
  }
  /// What the only request of a first run for /a.jpg said in that header.
  std::optional<std::string> header_sent(const Launch& given, std::string_view name) {
    std::filesystem::remove_all(output());
    const std::size_t before = origin_.count();
    const Finished finished = run(given);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    const auto asked = origin_.requests();
    if (asked.size() != before + 1) {
      ADD_FAILURE() << asked.size() - before << " requests\n" << finished.describe();
      return std::nullopt;
    }
    return asked.back().header(name);
  }
};

TEST_F(OptionsTest, Help) {
  const Finished finished = run({.args = {"--help"}});
  EXPECT_EQ(0, finished.exit_status);
  EXPECT_EQ("", finished.err);
  EXPECT_TRUE(has(finished.out, "--output")) << finished.out;
  const auto lines = lines_of(finished.out);
  EXPECT_LE(lines.size(), 40u) << "one screen";
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80u) << line;
}

TEST_F(OptionsTest, HelpAllNamesEveryOption) {
  const Finished finished = run({.args = {"--help-all"}});
  EXPECT_EQ(0, finished.exit_status);
  for (const char* option : {"-d",
                             "-o",
                             "--output",
                             "-i",
                             "-j",
                             "--jobs",
                             "-w",
                             "--workers",
                             "--per-host",
                             "--accept",
                             "--reject",
                             "--accept-regex",
                             "--reject-regex",
                             "--name",
                             "--pages",
                             "--retries",
                             "--timeout",
                             "--connect-timeout",
                             "--stall-timeout",
                             "--min-speed",
                             "--max-size",
                             "-H",
                             "--header",
                             "--header-for",
                             "--user-agent",
                             "--proxy",
                             "--cacert",
                             "--insecure",
                             "--allow-private",
                             "--api-base",
                             "--client-id-file",
                             "--hash",
                             "--check",
                             "--refresh",
                             "--retry-failed",
                             "--adopt",
                             "--trust-ledger",
                             "--ledger",
                             "--results",
                             "--max-failed",
                             "--dry-run",
                             "--progress",
                             "-q",
                             "-v",
                             "--config",
                             "--no-config",
                             "--help",
                             "--help-all",
                             "--version"}) {
    EXPECT_TRUE(has(finished.out, option)) << option;
  }
}

TEST_F(OptionsTest, Version) {
  const Finished finished = run({.args = {"--version"}});
  EXPECT_EQ(0, finished.exit_status);
  const auto lines = lines_of(finished.out);
  ASSERT_EQ(4u, lines.size()) << finished.out;
  const auto begins = [&](std::size_t line, const char* pattern) {
    EXPECT_TRUE(std::regex_search(lines[line], std::regex(pattern))) << lines[line];
  };
  begins(0, "^fanfetch [0-9]+\\.[0-9]+\\.[0-9]+$");
  begins(1, "^commit: (.*[0-9a-f]{7,}.*|unknown)$");
  begins(2,
         "^libraries: libcurl [0-9.]+, OpenSSL [0-9.]+.*, SQLite [0-9.]+, c-ares [0-9.]+, "
         "libseccomp ");
  begins(3, "^sandbox here: (full|partial: .*|none: .*)$");
}

TEST_F(OptionsTest, UsageErrors) {
  expect_usage_error({"--no-such-option"}, "--no-such-option");
  expect_usage_error({"--retry-failed", "some", "-"}, "some");
  expect_usage_error({"--jobs", "many", "-"}, "many");
  expect_usage_error({"--jobs", "0", "-"}, "--jobs");
  expect_usage_error({"--output"}, "--output");
  expect_usage_error({"--accept-regex", "(", "-"}, "--accept-regex");
  expect_usage_error({"--name", "{nonsense}", "-"}, "nonsense");
  expect_usage_error({"-H", "Authorization: Bearer x", "-"}, "Authorization");
  expect_usage_error({"-H", "Cookie: x=y", "-"}, "Cookie");
  expect_usage_error({"--config", "./missing", "-"}, "missing");
}

TEST_F(OptionsTest, QuietSaysNothingOfSuccess) {
  const Finished finished = run(list_setup({"/a.jpg"}, {"-q"}));
  EXPECT_EQ(0, finished.exit_status);
  EXPECT_EQ("", finished.out + finished.err);
}

TEST_F(OptionsTest, QuietStillSaysErrors) {
  const Finished finished = run(list_setup({"/a.jpg", "/missing.jpg"}, {"-q"}));
  EXPECT_EQ(1, finished.exit_status);
  EXPECT_TRUE(has(finished.err, "/missing.jpg")) << finished.describe();
  EXPECT_FALSE(has(finished.err, "Took")) << finished.describe();
}

TEST_F(OptionsTest, VerboseSaysMore) {
  const std::string plain = run(list_setup({"/a.jpg"})).err;
  std::filesystem::remove_all(output());
  const std::string verbose = run(list_setup({"/a.jpg"}, {"-v"})).err;
  EXPECT_GT(lines_of(verbose).size(), lines_of(plain).size()) << verbose;
  EXPECT_TRUE(has(verbose, "a.jpg")) << verbose;
  EXPECT_FALSE(has(plain, "a.jpg")) << plain;
}

TEST_F(OptionsTest, UserAgent) {
  const Launch plain = list_setup({"/a.jpg"});
  EXPECT_TRUE(header_sent(plain, "user-agent").value_or("").starts_with("fanfetch/"));
  const Launch named = list_setup({"/a.jpg"}, {"--user-agent", "somebody/1"});
  EXPECT_EQ("somebody/1", header_sent(named, "user-agent"));
}

TEST_F(OptionsTest, HeadersReachTheirHostsOnly) {
  FaultOrigin other("127.0.0.2");
  other.serve("/b.jpg", ok(picture()));
  const std::string file = folder_.write("secrets", "Authorization: Bearer from-file\n");
  const Finished finished = run(list_setup(
      {"/a.jpg", other.url("/b.jpg")}, {"-H", "X-All: every one", "--header-for", "127.0.0.1",
                                        "X-One: one", "--header-for", "127.0.0.1", "@" + file}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  ASSERT_EQ(1u, origin_.count());
  ASSERT_EQ(1u, other.count());
  const Request one = origin_.requests()[0], two = other.requests()[0];
  EXPECT_EQ("every one", one.header("x-all"));
  EXPECT_EQ("every one", two.header("x-all"));
  EXPECT_EQ("one", one.header("x-one"));
  EXPECT_EQ(std::nullopt, two.header("x-one"));
  EXPECT_EQ("Bearer from-file", one.header("authorization"));
  EXPECT_EQ(std::nullopt, two.header("authorization"));
}

TEST_F(OptionsTest, HeadersForAHostStayBehindOnAnotherPort) {
  FaultOrigin other_port;
  origin_.serve("/moved.jpg", redirect(other_port.url("/b.jpg")));
  other_port.serve("/b.jpg", ok(picture()));
  const auto sent = [&](const std::string& host) {
    std::filesystem::remove_all(output());
    const Finished finished =
        run(list_setup({"/moved.jpg"}, {"--header-for", host, "Authorization: t0ken"}));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    return std::pair(origin_.requests("/moved.jpg").back().header("authorization").has_value(),
                     other_port.requests("/b.jpg").back().header("authorization").has_value());
  };
  EXPECT_EQ(std::pair(true, false), sent("127.0.0.1"));
  EXPECT_EQ(std::pair(true, false), sent(fmt::format("127.0.0.1:{}", origin_.port())));
  EXPECT_EQ(std::pair(false, true), sent(fmt::format("127.0.0.1:{}", other_port.port())));
}

TEST_F(OptionsTest, Config) {
  (void)folder_.write("home/fanfetch/config", "# mine\nuser-agent = from-home\nretries = 0\n");
  const std::string other = folder_.write("other", "user-agent = from-file\n");
  const auto given = [&](std::vector<std::string> args) {
    Launch result = list_setup({"/a.jpg"}, std::move(args));
    result.env["XDG_CONFIG_HOME"] = folder_.at("home");
    return result;
  };
  EXPECT_EQ("from-home", header_sent(given({}), "user-agent"));
  EXPECT_EQ("from-file", header_sent(given({"--config", other}), "user-agent"));
  EXPECT_EQ("typed", header_sent(given({"--user-agent=typed"}), "user-agent"));
  EXPECT_TRUE(
      header_sent(given({"--no-config"}), "user-agent").value_or("").starts_with("fanfetch/"));
}

TEST_F(OptionsTest, BadConfig) {
  const std::string file = folder_.write("config", "retries = 1\nnonsense = 1\n");
  expect_usage_error({"--config", file, "-"}, "nonsense");
}

TEST_F(OptionsTest, Proxy) {
  FaultOrigin proxy;
  proxy.serve("/a.jpg", ok(picture("by proxy")));
  Launch given =
      list_setup({"http://pictures.test/a.jpg"}, {"--proxy", proxy.url(), "--sandbox=off"});
  std::erase(given.args, "--allow-private");  // what the user typed is exempt
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  ASSERT_EQ(1u, proxy.count());
  EXPECT_EQ("http://pictures.test/a.jpg", proxy.requests()[0].target);
  EXPECT_EQ("pictures.test", proxy.requests()[0].header("host"));
  EXPECT_EQ((std::map<std::string, std::string>{{"a.jpg", picture("by proxy")}}), saved_files());
}

TEST_F(OptionsTest, ProxyIsNoWayToPrivateLiterals) {
  FaultOrigin proxy;
  proxy.serve("/a.jpg", ok(picture("by proxy")));
  Launch given = list_setup({"http://127.0.0.1/a.jpg", "http://10.1.2.3/a.jpg"},
                            {"--proxy", proxy.url(), "--retries=0"});
  std::erase(given.args, "--allow-private");
  const Finished finished = run(given);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(0u, proxy.count());
  for (const ResultLine& line : records()) EXPECT_EQ("refused", line.error);
}

TEST_F(OptionsTest, ProxyIsNoWayToPrivateLiteralsAfterACrash) {
  FaultOrigin proxy;
  std::atomic<pid_t> session = 0;
  std::atomic<int> asked = 0;
  proxy.serve("/a.jpg", [&](Connection& connection, const Request& request) {
    if (asked++ > 0) return answer(connection, request, redirect("http://10.1.2.3/secret.jpg"));
    (void)eventually([&] { return session != 0; }, kPatience);
    const auto worker = owner_of_connection(session, connection.peer_port(), proxy.port());
    if (worker) ::kill(*worker, SIGKILL);
    connection.close();
  });
  proxy.serve("/secret.jpg", ok(picture("secret")));
  Launch given = list_setup({"http://pictures.test/a.jpg"}, {"--proxy", proxy.url()});
  std::erase(given.args, "--allow-private");
  FanfetchProcess process(given);
  session = process.pid();
  const Finished finished = finish(process);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(2, asked);
  EXPECT_EQ(0u, proxy.count("/secret.jpg"));
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ("refused", records()[0].error);
}

TEST_F(OptionsTest, ProxyOfTheEnvironment) {
  FaultOrigin proxy;
  proxy.serve("/b.jpg", ok(picture("by proxy")));
  Launch given = list_setup({"http://pictures.test/b.jpg", "/a.jpg"});
  given.env["http_proxy"] = proxy.url();
  given.env["no_proxy"] = "127.0.0.1";
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, proxy.count());
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(OptionsTest, Filters) {
  const auto names = [&](std::vector<std::string> args) {
    std::filesystem::remove_all(output());
    for (const char* path : {"/a.jpg", "/b.PNG", "/c.gif?x=1", "/d"})
      origin_.serve(path, ok(picture(path)));
    const Finished finished =
        run(list_setup({"/a.jpg", "/b.PNG", "/c.gif?x=1", "/d"}, std::move(args)));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    std::string all;
    for (const auto& [name, bytes] : saved_files()) all += name + ' ';
    return all;
  };
  EXPECT_EQ("a.jpg b.PNG ", names({"--accept=jpg,png"}));
  EXPECT_EQ("c.gif d.jpg ", names({"--reject=jpg,.PNG"}));
  EXPECT_EQ("b.PNG ", names({"--accept-regex=[.]PNG$"}));
  EXPECT_EQ("a.jpg d.jpg ", names({"--reject-regex=(?i)[.](gif|png)"}));
}

TEST_F(OptionsTest, NameTemplate) {
  EXPECT_EQ("127.0.0.1/a-001.jpg",
            fetch("/a.jpg", {"--name={host}/{stem}-{index:03}.{ext}"}).file_name);
  EXPECT_EQ(picture(), saved_files()["127.0.0.1/a-001.jpg"]);
}

TEST_F(OptionsTest, PlainProgressComesAfterFiveSeconds) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  FanfetchProcess process(list_setup({"/a.jpg", "/held.jpg"}));
  EXPECT_TRUE(process.wait_for_stderr("\n")) << "a line, though nothing has ended";
  gate->open();
  const Finished finished = finish(process);
  EXPECT_GE(finished.took, 4s);
  EXPECT_FALSE(has(finished.err, "\r")) << "no bar where there is no terminal";
}

}  // namespace
}  // namespace fanfetch::system
