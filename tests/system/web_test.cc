// fanfetch web, asked as browsers and as those ask who pretend to be one: who gets what, what of a
// run is seen and steered, and that silence costs nobody else anything.

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "tests/support/as_nobody.h"
#include "tests/support/http_client.h"
#include "tests/support/loopback.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

using Lines = std::vector<std::string>;

/// A dashboard on a free port.
class Dashboard {
 public:
  explicit Dashboard(const Launch& launch) : process_(launch) {
    EXPECT_TRUE(process_.wait_for_stdout("\n"));
    address_ = process_.stdout_now();
    if (address_.ends_with('\n')) address_.pop_back();
    const std::size_t port = address_.find("127.0.0.1:");
    if (port != address_.npos) {
      port_ = static_cast<std::uint16_t>(std::atoi(address_.c_str() + port + 10));
    }
    const std::size_t token = address_.find("?token=");
    if (token != address_.npos) token_ = address_.substr(token + 7);
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string host() const { return fmt::format("127.0.0.1:{}", port_); }
  FanfetchProcess& process() { return process_; }

  /// A request with these lines and no others.
  [[nodiscard]] HttpAnswer ask_plainly(const std::string& method, const std::string& target,
                                       const Lines& headers, const std::string& body = "") const {
    const UniqueFd fd = connect_to_loopback(port_);
    return ask_http(fd.get(), text_of(method, target, headers, body));
  }
  /// As a program that has the token.
  [[nodiscard]] HttpAnswer get(const std::string& target, Lines headers = {}) const {
    headers.push_back("Host: " + host());
    headers.push_back("Authorization: Bearer " + token_);
    return ask_plainly("GET", target, headers);
  }
  [[nodiscard]] HttpAnswer post(const std::string& json, Lines headers = {}) const {
    for (const std::string& line :
         {"Host: " + host(), "Origin: http://" + host(), "Authorization: Bearer " + token_,
          std::string("Content-Type: application/json")}) {
      headers.push_back(line);
    }
    return ask_plainly("POST", "/api/control", headers, json);
  }
  /// The request of a page that watches the run.
  [[nodiscard]] UniqueFd watch() const { return send("/api/live"); }
  /// Sends a request, whose answer is still to be read.
  [[nodiscard]] UniqueFd send(const std::string& target) const {
    UniqueFd fd = connect_to_loopback(port_);
    (void)send_all(fd.get(), text_of("GET", target,
                                     {"Host: " + host(), "Authorization: Bearer " + token_}, ""));
    return fd;
  }

  static std::string text_of(const std::string& method, const std::string& target,
                             const Lines& headers, const std::string& body) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", method, target);
    for (const std::string& line : headers) text += line + "\r\n";
    if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
    return text + "\r\n" + body;
  }

 private:
  FanfetchProcess process_;
  std::string address_, token_;
  std::uint16_t port_ = 0;
};

/// A ledger that nobody else can read, until unlock().
class LockedLedger {
 public:
  explicit LockedLedger(const std::string& output) {
    EXPECT_EQ(SQLITE_OK, sqlite3_open((output + "/.fanfetch/ledger.sqlite").c_str(), &database_));
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(database_, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE",
                                      nullptr, nullptr, nullptr))
        << sqlite3_errmsg(database_);
  }
  LockedLedger(const LockedLedger&) = delete;
  LockedLedger& operator=(const LockedLedger&) = delete;
  ~LockedLedger() { unlock(); }
  void unlock() { sqlite3_close(std::exchange(database_, nullptr)); }

 private:
  sqlite3* database_ = nullptr;
};

class WebTest : public CommandTest {
 protected:
  [[nodiscard]] Launch web(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"web", output(), "--listen", "127.0.0.1:0"});
    return command_setup(std::move(args));
  }
  /// A folder with what a run of three pictures, a page and a link that is gone has left.
  void fill_folder() {
    auto paths = serve_many(3);
    origin_.serve("/page.html", ok("<html><script>alert(1)</script>"));
    origin_.serve("/drawing.svg", ok("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"));
    paths.insert(paths.end(), {"/page.html", "/drawing.svg", "/gone.jpg"});
    EXPECT_EQ(1, run(list_setup(paths)).exit_status);
  }
  void expect_ends(Dashboard& dashboard) {
    dashboard.process().signal(SIGTERM);
    const Finished finished = finish(dashboard.process());
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
  }
  /// The number of the row whose link ends so.
  [[nodiscard]] static std::string row_of(const Dashboard& dashboard, const std::string& ending) {
    const std::string rows = dashboard.get("/api/rows?text=" + ending).body;
    const std::size_t at = rows.find("\"row\":");
    EXPECT_NE(std::string::npos, at) << ending << ": " << rows;
    return at == rows.npos ? "0" : std::to_string(std::atoi(rows.c_str() + at + 6));
  }
  /// Does to the ledger what a hostile hand could.
  void change_ledger(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(SQLITE_OK, sqlite3_open((output() + "/.fanfetch/ledger.sqlite").c_str(), &database));
    EXPECT_EQ(SQLITE_OK, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr))
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
};

// --- How it starts and ends ---

TEST_F(WebTest, TheAddressIsForABrowserAndATunnel) {
  fill_folder();
  Dashboard dashboard(web());
  EXPECT_EQ(fmt::format("http://{}/?token={}", dashboard.host(), dashboard.token()),
            dashboard.address());
  EXPECT_EQ(48u, dashboard.token().size());
  EXPECT_TRUE(dashboard.process().wait_for_stderr(
      fmt::format("ssh -N -L {}:{} ", dashboard.port(), dashboard.host())));

  // The token is changed for a cookie, and leaves the address.
  const HttpAnswer first =
      dashboard.ask_plainly("GET", "/?token=" + dashboard.token(), {"Host: " + dashboard.host()});
  EXPECT_EQ(303, first.status);
  EXPECT_EQ("/", first.header("location"));
  const std::string cookie = first.header("set-cookie");
  EXPECT_TRUE(cookie.starts_with(fmt::format("fanfetch-{}=", dashboard.port()))) << cookie;
  EXPECT_TRUE(has(cookie, "; HttpOnly; SameSite=Strict; Path=/")) << cookie;
  EXPECT_FALSE(has(cookie, dashboard.token()));
  const Lines with_cookie = {"Host: " + dashboard.host(),
                             "Cookie: " + cookie.substr(0, cookie.find(';'))};
  const HttpAnswer page = dashboard.ask_plainly("GET", "/", with_cookie);
  EXPECT_EQ(200, page.status);
  EXPECT_TRUE(has(page.body, "<title>fanfetch</title>"));
  EXPECT_TRUE(has(page.header("content-security-policy"), "script-src 'self'"));
  EXPECT_TRUE(has(page.header("content-security-policy"), "frame-ancestors 'none'"));
  EXPECT_FALSE(has(page.header("content-security-policy"), "unsafe"));
  EXPECT_EQ("nosniff", page.header("x-content-type-options"));
  EXPECT_EQ("no-referrer", page.header("referrer-policy"));
  EXPECT_EQ("no-store", page.header("cache-control"));
  for (const char* asset :
       {"/style.css", "/app.js", "/repeat.js", "/request.js", "/chart.min.js", "/icon.svg"}) {
    EXPECT_EQ(200, dashboard.ask_plainly("GET", asset, with_cookie).status) << asset;
  }
  EXPECT_EQ(404, dashboard.ask_plainly("GET", "/nothing", with_cookie).status);
  expect_ends(dashboard);
}

TEST_F(WebTest, ATakenPortSaysWhatToDo) {
  fill_folder();
  Dashboard dashboard(web());
  const Finished second = command({"web", output(), "--listen", dashboard.host()});
  EXPECT_EQ(2, second.exit_status) << second.describe();
  EXPECT_TRUE(has(second.err, "Address already in use; --listen 127.0.0.1:0")) << second.err;
  EXPECT_EQ("", second.out);
  dashboard.process().signal(SIGINT);
  EXPECT_EQ(0, finish(dashboard.process()).exit_status);
  EXPECT_TRUE(has(command({"web", folder_.at("nowhere")}).err, "there is no folder"));
}

TEST_F(WebTest, WithoutItsProgramItSaysWhereThatWasLookedFor) {
  fill_folder();
  Launch launch = web();
  launch.program = folder_.at("bin/fanfetch");
  std::filesystem::create_directory(folder_.at("bin"));
  std::filesystem::copy_file(::getenv("FANFETCH"), launch.program);
  const Finished finished = run(launch);
  EXPECT_EQ(70, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, folder_.at("bin/fanfetch-web"))) << finished.err;
}

TEST_F(WebTest, ATokenMayLieInAFileOfTheUsersOwn) {
  fill_folder();
  const std::string file = folder_.write("token", "my-own-token-0123456789\n");
  ASSERT_EQ(0, ::chmod(file.c_str(), 0644));
  const Finished refused = run(web({"--token-file", file}));
  EXPECT_EQ(2, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "others may read")) << refused.err;
  ASSERT_EQ(0, ::chmod(file.c_str(), 0600));
  Dashboard dashboard(web({"--token-file", file}));
  EXPECT_EQ(fmt::format("http://{}/", dashboard.host()), dashboard.address());
  EXPECT_TRUE(dashboard.process().wait_for_stderr(file));
  const Lines bearer = {"Host: localhost", "Authorization: Bearer my-own-token-0123456789"};
  EXPECT_EQ(200, dashboard.ask_plainly("GET", "/api/report", bearer).status);
  EXPECT_EQ(401, dashboard.get("/api/report").status);
  dashboard.process().signal(SIGTERM);
  const Finished finished = finish(dashboard.process());
  EXPECT_FALSE(has(finished.out + finished.err, "my-own-token")) << finished.describe();
}

TEST_F(WebTest, AUnixSocketIsItsUsersAlone) {
  fill_folder();
  const std::string path = folder_.at("web.socket");
  const Launch launch = command_setup({"web", output(), "--listen", "unix:" + path});
  {
    Dashboard left(launch);
    left.process().signal(SIGKILL);
    (void)left.process().wait();
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  Dashboard dashboard(launch);
  EXPECT_EQ("unix:" + path, dashboard.address());
  EXPECT_TRUE(dashboard.process().wait_for_stderr("ssh -N -L 8080:" + path));
  struct stat status {};
  ASSERT_EQ(0, ::stat(path.c_str(), &status));
  EXPECT_EQ(S_IFSOCK | 0600, status.st_mode);
  const std::string request = "GET /api/report HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
  EXPECT_EQ(200, ask_http(connect_to_socket(path).get(), request).status);
  EXPECT_EQ(421,
            ask_http(connect_to_socket(path).get(), "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                .status);
  EXPECT_EQ(2, run(launch).exit_status) << "somebody listens there";
#ifndef __SANITIZE_ADDRESS__
  if (::geteuid() == 0) {
    ASSERT_EQ(0, ::chmod(path.c_str(), 0666));
    const AsNobody nobody({}, folder_.path());
    EXPECT_EQ(0, ask_http(connect_to_socket(path).get(), request).status);
  }
#endif
  expect_ends(dashboard);
  EXPECT_FALSE(std::filesystem::exists(path));
}

// --- Who may ask ---

TEST_F(WebTest, StrangersGetNothing) {
  fill_folder();
  Dashboard dashboard(web());
  const std::string host = "Host: " + dashboard.host();
  const std::string bearer = "Authorization: Bearer " + dashboard.token();
  for (const char* target : {"/", "/app.js", "/api/report", "/api/rows", "/api/live", "/file?row=1",
                             "/?token=0123456789abcdef", "/api/rows?token="}) {
    const HttpAnswer answer = dashboard.ask_plainly("GET", target, {host});
    EXPECT_EQ(401, answer.status) << target;
    EXPECT_FALSE(has(answer.body, "jpg")) << answer.body;
  }
  EXPECT_EQ(421, dashboard.ask_plainly("GET", "/", {"Host: evil.example", bearer}).status);
  EXPECT_EQ(421, dashboard.ask_plainly("GET", "/", {bearer}).status);
  EXPECT_EQ(421, dashboard.ask_plainly("GET", "/", {host, host, bearer}).status);
  EXPECT_EQ(403, dashboard.get("/", {"Origin: http://evil.example"}).status);
  EXPECT_EQ(200, dashboard.ask_plainly("GET", "/", {"Host: [::1]:1", bearer}).status);
  const std::string pause = R"({"request":"pause"})";
  const std::string json = "Content-Type: application/json";
  const auto post = [&](const Lines& lines) {
    return dashboard.ask_plainly("POST", "/api/control", lines, pause).status;
  };
  EXPECT_EQ(403, post({host, bearer, json})) << "without an origin";
  EXPECT_EQ(403, post({host, bearer, json, "Origin: http://localhost:8080"}));
  EXPECT_EQ(401, post({host, json, "Origin: http://" + dashboard.host()}));
  EXPECT_EQ(415,
            post({host, bearer, "Origin: http://" + dashboard.host(), "Content-Type: text/plain"}));
  EXPECT_EQ(409, dashboard.post(pause).status) << "no run is going on";
  EXPECT_EQ(400, dashboard.post(R"({"request":"stop"})").status);
  EXPECT_EQ(400, dashboard.post("{").status);
  expect_ends(dashboard);
}

TEST_F(WebTest, WhatIsTooLargeOrTooSlowHoldsUpNobody) {
  fill_folder();
  Dashboard dashboard(web());
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(connect_to_loopback(dashboard.port()));
    ASSERT_TRUE(silent.back().valid());
    if (i % 2 == 0) (void)send_all(silent.back().get(), "GET / HTTP/1.1\r\nHost: ");
    // As long as there is one that says nothing, those that say something are heard at once.
    if (i % 10 != 9) continue;
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_EQ(200, dashboard.get("/api/rows").status) << i;
    // A silent one has 10 s: this one has not waited for that.
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 5s) << i;
  }
  EXPECT_EQ(431, dashboard.get("/", {"X: " + std::string(20'000, 'x')}).status);
  EXPECT_EQ(431, dashboard.get("/", {"Range: bytes=" + std::string(1000, '1') + "-"}).status);
  EXPECT_EQ(431, dashboard.get("/", Lines(200, "A: b")).status);
  EXPECT_EQ(400, dashboard.get("/", {" folded: x"}).status);
  EXPECT_EQ(200, dashboard.get("/api/rows").status);
  // A body that never comes, and one that is larger than it may be.
  const UniqueFd half = connect_to_loopback(dashboard.port());
  (void)send_all(half.get(), Dashboard::text_of(
                                 "POST", "/api/control",
                                 {"Host: " + dashboard.host(), "Origin: http://" + dashboard.host(),
                                  "Authorization: Bearer " + dashboard.token(),
                                  "Content-Type: application/json", "Content-Length: 100"},
                                 ""));
  const int large = dashboard.post(std::string(500'000, ' ')).status;
  EXPECT_TRUE(large == 413 || large == 400) << large;
  EXPECT_EQ(200, dashboard.get("/api/rows").status);
  expect_ends(dashboard);
}

// --- The run ---

/// Whether news say of a run that it is paused, and has nothing in flight.
bool is_idle(const std::string& news) {
  const std::size_t run = news.find("\"state\":\"paused\"");
  return run != news.npos &&
         has(std::string_view(news).substr(run, news.find(R"("hosts":{)") - run),
             "\"in_flight\":0,");
}

TEST_F(WebTest, ARunIsWatchedAndSteered) {
  fill_folder();
  Dashboard dashboard(web());
  Dashboard looking(web({"--read-only"}));
  const UniqueFd live = dashboard.watch();
  EXPECT_NE("", read_until(live.get(), R"(data: {"run":null)"));
  const auto paths = serve_many(20);
  const auto hold = [&] {  // stops all transfers from now on half-way until the gate opens
    auto gate = std::make_shared<Gate>();
    for (const std::string& path : paths) {
      origin_.serve(path, half_then_gate(served().at(path.substr(1)), gate));
    }
    return gate;
  };
  const auto first = hold();
  FanfetchProcess process(list_setup(paths, {"-j8", "-w2", "--per-host=8", "--refresh"}));
  EXPECT_TRUE(origin_.wait_for_at_once(8));
  const std::string news = read_until(live.get(), "\"state\":\"running\"");
  EXPECT_TRUE(has(news, R"(data: {"run":{"schema":1,"ok":true,)")) << news;
  for (const char* part :
       {R"("hosts":{)", R"("workers":{)", R"("failures":{)", R"("settings":{)"}) {
    EXPECT_TRUE(has(news, part)) << part;
  }
  EXPECT_EQ(403, looking.post(R"({"request":"pause"})").status);
  EXPECT_TRUE(has(dashboard.post(R"({"request":"pause"})").body, R"("changed":true)"));
  EXPECT_NE("", read_until(live.get(), "\"state\":\"paused\""));
  const std::size_t asked = origin_.count();
  first->open();
  const auto second = hold();
  EXPECT_TRUE(eventually([&] { return is_idle(read_until(live.get(), "\n\n")); }, kPatience));
  // Two more looks of a second each.
  EXPECT_NE("", read_until(live.get(), "\"state\":\"paused\"", 2));
  EXPECT_EQ(asked, origin_.count()) << "paused";
  EXPECT_EQ(200, dashboard.post(R"({"request":"set","values":{"jobs":"2"}})").status);
  const HttpAnswer wrong = dashboard.post(R"({"request":"set","values":{"jobs":"many"}})");
  EXPECT_EQ(409, wrong.status);
  EXPECT_TRUE(has(wrong.body, "many")) << wrong.body;
  const std::string metrics = dashboard.get("/metrics").body;
  EXPECT_TRUE(has(metrics, fmt::format("fanfetch_run_active{{output=\"{}\"}} 1\n", output())))
      << metrics;
  EXPECT_EQ(200, dashboard.post(R"({"request":"resume"})").status);
  EXPECT_TRUE(origin_.wait_for_at_once(2));
  EXPECT_NE("", read_until(live.get(), "\"state\":\"running\"", 2));
  EXPECT_EQ(asked + 2, origin_.count()) << "two at once";
  EXPECT_EQ(200, dashboard.post(R"({"request":"set","values":{"jobs":"default"}})").status);
  second->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_NE("", read_until(live.get(), R"(data: {"run":null,"why":"no run is going on"})"));
  EXPECT_TRUE(has(dashboard.get("/metrics").body,
                  fmt::format("fanfetch_run_active{{output=\"{}\"}} 0\n", output())));
  EXPECT_TRUE(has(dashboard.get("/metrics").body, "status=\"saved\"} 20\n"));
  expect_ends(looking);
  expect_ends(dashboard);
}

TEST_F(WebTest, WatchersAreBoundedAndMayBeSilent) {
  fill_folder();
  Dashboard dashboard(web());
  std::vector<UniqueFd> watchers;
  for (int i = 0; i < 8; ++i) {
    watchers.push_back(dashboard.watch());
    EXPECT_TRUE(
        has(read_until(watchers.back().get(), "data: "), "Content-Type: text/event-stream"));
  }
  EXPECT_EQ(503, dashboard.get("/api/live").status);
  EXPECT_EQ(200, dashboard.get("/api/rows").status);
  watchers.pop_back();  // is noticed when the next news is sent to it
  EXPECT_TRUE(eventually(
      [&] { return read_until(dashboard.watch().get(), "data: ", 1, 200ms) != ""; }, kPatience));
  expect_ends(dashboard);
}

// --- What the ledger has ---

TEST_F(WebTest, RowsAreFoundAndPaged) {
  fill_folder();
  Dashboard dashboard(web());
  const auto rows = [&](const std::string& query) {
    return dashboard.get("/api/rows?" + query).body;
  };
  EXPECT_TRUE(has(rows("status=failed"), R"("status":"failed")"));
  EXPECT_TRUE(has(rows("status=failed"), "gone.jpg"));
  EXPECT_FALSE(has(rows("status=failed"), "page.html"));
  EXPECT_TRUE(has(rows("class=http_4xx&status=404"), "gone.jpg"));
  EXPECT_TRUE(has(rows("text=PAGE"), "page.html"));
  EXPECT_TRUE(has(rows("text=nothing+there"), R"("rows":[],"next":null)"));
  EXPECT_TRUE(has(rows("host=127.0.0.1&kind=pictures"), "002.jpg"));
  EXPECT_FALSE(has(rows("kind=pictures"), "drawing.svg"));
  const std::string first = rows("most=4"), second = rows("most=4&before=3");
  EXPECT_TRUE(has(first, R"("last":6,)")) << first;
  EXPECT_TRUE(has(first, R"("next":3)")) << first;
  EXPECT_TRUE(has(second, R"("next":null)")) << second;
  EXPECT_EQ(400, dashboard.get("/api/rows?order=size").status);
  const std::string report = dashboard.get("/api/report").body;
  EXPECT_TRUE(has(report, R"("saved":5,"failed":1,)")) << report;
  EXPECT_TRUE(has(report, R"({"name":"http_4xx","known":true,"count":1,"statuses":[[404,1]]})"))
      << report;
  expect_ends(dashboard);
}

TEST_F(WebTest, SavedFilesAreServedAsWhatTheyAre) {
  fill_folder();
  Dashboard dashboard(web());
  const std::string picture = "/file?row=" + row_of(dashboard, "001.jpg");
  const HttpAnswer whole = dashboard.get(picture);
  EXPECT_EQ(200, whole.status);
  EXPECT_EQ("image/jpeg", whole.header("content-type"));
  EXPECT_EQ("nosniff", whole.header("x-content-type-options"));
  EXPECT_TRUE(whole.header("content-security-policy").starts_with("sandbox"));
  EXPECT_TRUE(whole.header("content-disposition").starts_with("inline"));
  EXPECT_TRUE(served().at("001.jpg") == whole.body);
  for (const char* name : {"page.html", "drawing.svg"}) {
    const HttpAnswer other = dashboard.get("/file?row=" + row_of(dashboard, name));
    EXPECT_EQ("application/octet-stream", other.header("content-type"));
    EXPECT_EQ(fmt::format("attachment; filename*=UTF-8''{}", name),
              other.header("content-disposition"));
    EXPECT_TRUE(other.header("content-security-policy").starts_with("sandbox"));
    EXPECT_EQ("nosniff", other.header("x-content-type-options"));
  }
  const HttpAnswer part = dashboard.get(picture, {"Range: bytes=100-199"});
  EXPECT_EQ(206, part.status);
  EXPECT_EQ("bytes 100-199/20000", part.header("content-range"));
  EXPECT_EQ("100", part.header("content-length"));
  EXPECT_TRUE(served().at("001.jpg").substr(100, 100) == part.body);
  EXPECT_EQ(416, dashboard.get(picture, {"Range: bytes=20000-"}).status);
  EXPECT_EQ(200, dashboard.get(picture, {"Range: bytes=0-1,3-4"}).status);
  EXPECT_EQ(200, dashboard.get(picture, {"Range: bytes=0-1", "If-Range: \"x\""}).status);
  EXPECT_EQ(404, dashboard.get("/file?row=" + row_of(dashboard, "gone.jpg")).status);
  EXPECT_EQ(404, dashboard.get("/file?row=99").status);
  EXPECT_EQ(400, dashboard.get("/file?row=../1").status);
  expect_ends(dashboard);
}

TEST_F(WebTest, NoOtherFileIsServed) {
  fill_folder();
  folder_.write("secret.jpg", picture("secret"));
  Dashboard dashboard(web());
  const std::string target = "/file?row=" + row_of(dashboard, "001.jpg");
  const std::filesystem::path saved = std::filesystem::path(output()) / "001.jpg";
  EXPECT_EQ(200, dashboard.get(target).status);
  std::filesystem::remove(saved);
  EXPECT_EQ(404, dashboard.get(target).status);
  std::filesystem::create_symlink(folder_.at("secret.jpg"), saved);
  EXPECT_EQ(404, dashboard.get(target).status) << "a link in the file's place";
  std::filesystem::remove(saved);
  ASSERT_EQ(0, ::mkfifo(saved.c_str(), 0600));
  EXPECT_EQ(404, dashboard.get(target).status) << "and is not waited for";
  std::filesystem::create_directory_symlink(folder_.path(), output() + "/out");
  for (const std::string name : {"../secret.jpg", "out/secret.jpg", ".fanfetch/ledger.sqlite",
                                 "/etc/passwd", "./secret.jpg", ""}) {
    change_ledger(fmt::format("UPDATE links SET file_name='{}' WHERE url LIKE '%001.jpg'", name));
    const HttpAnswer answer = dashboard.get(target);
    EXPECT_EQ(404, answer.status) << name;
    EXPECT_FALSE(has(answer.body, "secret")) << name;
  }
  expect_ends(dashboard);
}

TEST_F(WebTest, ALedgerThatIsGoneIsSaidInASentence) {
  fill_folder();
  Dashboard dashboard(web());
  std::filesystem::remove_all(output() + "/.fanfetch");
  const HttpAnswer answer = dashboard.get("/api/report");
  EXPECT_EQ(500, answer.status);
  EXPECT_TRUE(has(answer.body, R"("message":")")) << answer.body;
  EXPECT_FALSE(has(answer.body, "fanfetch: ") || has(answer.body, "\\n")) << answer.body;
  expect_ends(dashboard);
}

TEST_F(WebTest, WhileTheReportIsMadeOthersAreToldToAskAgain) {
  fill_folder();
  Dashboard dashboard(web());
  // Whoever reads the ledger waits for this lock for ten seconds; whoever comes second is told.
  LockedLedger locked(output());
  HttpAnswer told;
  EXPECT_TRUE(eventually(
      [&] {
        const UniqueFd one = dashboard.send("/api/report");
        told = dashboard.get("/api/report");
        if (told.status != 503) told = ask_http(one.get(), "");
        return told.status == 503;
      },
      kPatience));
  EXPECT_EQ("2", told.header("retry-after"));
  EXPECT_TRUE(has(told.body, R"({"ok":false,"message":"the report is being made)")) << told.body;
  EXPECT_EQ("nosniff", told.header("x-content-type-options"));
  // More than the dashboard has places.
  std::vector<UniqueFd> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(dashboard.send("/api/report"));
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(200, dashboard.get("/app.js").status);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 5s);
  locked.unlock();
  EXPECT_TRUE(eventually([&] { return dashboard.get("/api/report").status == 200; }, kPatience));
  expect_ends(dashboard);
}

TEST_F(WebTest, HostileTextsStayTexts) {
  const std::string name = "<img src=x onerror=alert(1)>\"\\u202e";
  fill_folder();
  change_ledger(fmt::format(
      "UPDATE links SET url='http://a/{0}' || char(8238, 10), message='{0}', error='{0}', "
      "content_type=CAST(x'ff0a' AS TEXT) WHERE url LIKE '%gone%'",
      name));
  Dashboard dashboard(web());
  const HttpAnswer answer = dashboard.get("/api/rows?status=failed");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ("application/json", answer.header("content-type"));
  EXPECT_TRUE(has(answer.body, "onerror")) << answer.body;
  EXPECT_EQ(std::string::npos, answer.body.find('\n'));
  expect_ends(dashboard);
}

}  // namespace
}  // namespace fanfetch::system
