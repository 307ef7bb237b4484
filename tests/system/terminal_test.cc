// Nothing from outside steers a terminal: whatever lists, servers, proxies, names of files, ledgers
// and the configuration hold, what is printed is text.

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "tests/support/test_proxy.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

/// Sets the title, clears the screen, C1's CSI as a character and as a byte, overrides the
/// direction, isolates, marks, a byte order mark, a tag, invalid UTF-8, and all that C0 has.
const std::string kHostile =
    "\x1b]0;owned\x07\x1b[2J\xc2\x9b"
    "31m\x9b"
    "31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xef\xbb\xbf\xf3\xa0\x80\x81\xff\xc3\x08\x0b\x7f!";
/// The same without what no header value and no file name may hold.
const std::string kHostileValue =
    "\xc2\x9b"
    "31m\x9b"
    "31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xef\xbb\xbf\xff!";

/// What is wrong with `text` on a terminal; empty: nothing. Written without a look at the program's
/// own table.
std::string trouble_on_a_terminal(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    const bool c1 = c == 0xc2 && next < 0xa0;
    if (control || c1) return fmt::format("byte {:#x} at {}", c, i);
  }
  for (const char* bad : {"\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8f", "\xef\xbb\xbf",
                          "\xf3\xa0\x80\x81", "\xff", "m\x9b"}) {
    if (const auto at = text.find(bad); at != std::string_view::npos) {
      return fmt::format("'{}' at {}", bad, at);
    }
  }
  return "";
}

class TerminalTest : public CommandTest {
 protected:
  void expect_harmless(const Finished& finished) {
    EXPECT_EQ("", trouble_on_a_terminal(finished.out)) << finished.describe();
    EXPECT_EQ("", trouble_on_a_terminal(finished.err)) << finished.describe();
  }
  /// The same, and the run had something to say.
  void expect_harmless_words(const Finished& finished) {
    expect_harmless(finished);
    EXPECT_NE("", finished.out + finished.err);
  }
  /// A run whose records go to stdout.
  Finished run_to_stdout(Launch given) {
    std::erase(given.args, "--results=" + results());
    given.args.emplace_back("--results=-");
    return run(given);
  }
  void send(const std::string& path, std::string bytes) {
    origin_.serve(path, [bytes = std::move(bytes)](Connection& connection, const Request&) {
      connection.send_last(bytes);
      connection.close();
    });
  }
  void change_ledger(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(SQLITE_OK,
              ::sqlite3_open((output() + "/.fanfetch/ledger.sqlite").c_str(), &database));
    char* error = nullptr;
    EXPECT_EQ(SQLITE_OK, ::sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error)) << error;
    ::sqlite3_close(database);
  }
};

TEST_F(TerminalTest, OfAServer) {
  const std::string& bad = kHostile;
  send("/status.jpg", "HTTP/1.1 404 " + bad + "\r\nContent-Length: 0\r\n\r\n");
  send("/type.jpg", "HTTP/1.1 200 OK\r\nContent-Type: text/" + bad +
                        "\r\nContent-Length: 30\r\n\r\n<html><body>sign in</body></html>");
  send("/away.jpg", "HTTP/1.1 302 Found\r\nLocation: ftp://" + bad + "/\r\n\r\n");
  send("/on.jpg", "HTTP/1.1 302 Found\r\nLocation: /" + bad + "\r\n\r\n");
  send("/coding.jpg", "HTTP/1.1 200 OK\r\nContent-Encoding: " + bad + "\r\n\r\nbody");
  send("/framing.jpg", "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + bad + "\r\n\r\nbody");
  send("/length.jpg", "HTTP/1.1 200 OK\r\nContent-Length: " + bad + "\r\n\r\nbody");
  send("/name.jpg", "HTTP/1.1 200 OK\r\n" + bad + ": x\r\n\r\nbody");
  send("/none.jpg", bad);
  send("/wait.jpg", "HTTP/1.1 503 " + bad + "\r\nRetry-After: " + bad + "\r\n\r\n");
  send("/get?id=1", "HTTP/1.1 200 OK\r\nETag: \"" + bad +
                        "\"\r\nContent-Disposition: attachment; filename=\"" + bad +
                        "\"\r\nContent-Length: 4\r\n\r\nbody");
  const std::vector<std::string> links = {"/status.jpg", "/type.jpg",    "/away.jpg",   "/on.jpg",
                                          "/coding.jpg", "/framing.jpg", "/length.jpg", "/name.jpg",
                                          "/none.jpg",   "/wait.jpg",    "/get?id=1"};
  const Finished finished = run_to_stdout(list_setup(links, {"-v", "--retries=0"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  expect_harmless_words(finished);
  EXPECT_EQ(links.size(), lines_of(finished.out).size());
}

TEST_F(TerminalTest, OfAListAndItsColumns) {
  const std::string long_line = "http://h/" + std::string(70'000, '\x1b');
  const std::vector<std::string> links = {origin_.url("/" + kHostile),
                                          "http://" + kHostile + "/",
                                          kHostile,
                                          "http://me:" + kHostile + "@h:99999/",
                                          long_line,
                                          origin_.url("/a.jpg\tx\ty") + kHostile,
                                          "a\rb"};
  expect_harmless_words(run_to_stdout(list_setup(links, {"-v", "--retries=0"})));
  expect_harmless_words(run_to_stdout(list_setup(links, {"--dry-run"})));
  expect_harmless_words(command({"export", output(), "--format", "urls"}));
  expect_harmless_words(command({"export", output()}));
  expect_harmless_words(command({"status", output(), "--by-host"}));
  expect_harmless_words(command({"status", output(), "--json"}));

  const std::string table =
      folder_.write("t.csv", "url," + kHostile + "\n" + origin_.url("/b.jpg") + "," + kHostile);
  expect_harmless_words(run_to_stdout(setup({table, "--keep-columns", "-v", "--retries=0"})));
  const std::string no_url = folder_.write("u.csv", "link" + kHostile + ",b\n1,2\n");
  expect_harmless_words(run_to_stdout(setup({no_url})));
  const std::string no_rows = folder_.write("v.jsonl", "{\"" + kHostileValue + "\": 1}\n{\n");
  expect_harmless_words(run_to_stdout(setup({no_rows, "-v"})));
}

TEST_F(TerminalTest, OfAnApi) {
  origin_.serve("/error", json("{\"error\": \"" + kHostile + "\"}", 500));
  origin_.serve("/none", json("{\"" + kHostile + "\": 1}"));
  origin_.serve("/odd", json("{\"l\": [\"ftp://" + kHostileValue + "\"], \"n\": \"ftp://" +
                             kHostileValue + "\"}"));
  Reply page = ok(kHostile);
  page.content_type = "text/html; " + kHostileValue;
  origin_.serve("/page", page);
  for (const char* path : {"/error", "/none", "/odd", "/page"}) {
    expect_harmless_words(run_to_stdout(setup(
        {origin_.url(path), "--links-at=/l/*", "--next-at=/n", "--pages=2", "--retries=0", "-v"})));
  }
}

TEST_F(TerminalTest, OfAProxy) {
  FaultOrigin proxy;
  proxy.serve_rest([](Connection& connection, const Request&) {
    connection.send_last("HTTP/1.1 503 " + kHostile + "\r\nX: " + kHostile + "\r\n\r\n");
    connection.close();
  });
  for (const char* link : {"https://example.org/a.jpg", "http://example.org/a.jpg"}) {
    expect_harmless_words(run(list_setup({link}, {"-v", "--retries=0", "--proxy=" + proxy.url()})));
  }
}

TEST_F(TerminalTest, OfOptionsAndTheConfiguration) {
  const std::string config = folder_.write("c.conf", "header = " + kHostile + "\n");
  const std::string unknown = folder_.write("d.conf", kHostileValue + " = 1\n");
  const std::string other = folder_.write("e.conf", "jobs = " + kHostileValue + "\n");
  const std::vector<std::vector<std::string>> all = {{"--config=" + config},
                                                     {"--config=" + unknown},
                                                     {"--config=" + other},
                                                     {"--nosuch" + kHostile},
                                                     {"--jobs=" + kHostile},
                                                     {"./" + kHostile},
                                                     {"--accept-regex=(" + kHostile, "x"},
                                                     {"--name={" + kHostile + "}"}};
  for (const auto& args : all) expect_harmless_words(run_to_stdout(setup(args)));
  expect_harmless_words(command({"status", kHostile}));
  expect_harmless_words(command({"export", output(), "--class", kHostile}));
}

TEST_F(TerminalTest, OfNamesAndALedgerThatOthersWrote) {
  ASSERT_EQ(0, run(list_setup(serve_many(2))).exit_status);
  std::ofstream(fs::path(output()) / (kHostile + "\n")) << "foreign";
  const Finished foreign = command({"verify", output()});
  EXPECT_TRUE(has(foreign.out, "foreign: ")) << foreign.describe();
  expect_harmless_words(foreign);

  std::string hex;
  for (const char c : kHostile) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  change_ledger(
      fmt::format("UPDATE links SET file_name=CAST(x'{0}' AS TEXT)||row, "
                  "url=CAST(x'{0}' AS TEXT)||url, message=CAST(x'{0}' AS TEXT), "
                  "etag=CAST(x'{0}' AS TEXT), content_type=CAST(x'{0}' AS TEXT)",
                  hex));
  change_ledger(fmt::format("UPDATE runs SET ending=CAST(x'{0}' AS TEXT)", hex));
  expect_harmless_words(command({"verify", output()}));
  expect_harmless_words(command({"verify", output(), "--repair"}));
  expect_harmless_words(command({"status", output(), "--by-host"}));
  expect_harmless_words(command({"status", output(), "--json"}));
  expect_harmless_words(command({"export", output()}));
  expect_harmless_words(command({"export", output(), "--format=urls"}));
  expect_harmless_words(run_to_stdout(setup({"--retry-failed=all", "--dry-run"})));
  expect_harmless_words(run_to_stdout(setup({"--retry-failed=all", "-v", "--retries=0"})));
}

}  // namespace
}  // namespace fanfetch::system
