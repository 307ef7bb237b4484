// Secrets are where they are needed and nowhere else: not in arguments, files, output, core dumps,
// the memory of a worker without such a job, nor in what another server receives.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/support/certificates.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_front.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

/// One in each place that may hold a secret; all contain this.
constexpr std::string_view kMarker = "Marker9";

std::string proc_file(pid_t pid, std::string_view name) {
  std::ifstream file(fmt::format("/proc/{}/{}", pid, name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Area {
  std::uint64_t begin = 0, end = 0;
  std::string line;  // of /proc/PID/maps
};

std::vector<Area> areas_of(pid_t pid) {
  std::vector<Area> areas;
  for (const std::string& line : lines_of(proc_file(pid, "maps"))) {
    Area area{.line = line};
    if (std::sscanf(line.c_str(), "%lx-%lx", &area.begin, &area.end) == 2 &&
        line.find(" r") != line.npos) {
      areas.push_back(std::move(area));
    }
  }
  return areas;
}

/// What a debugger, or a core dump, would find: the lines of `maps` whose memory holds `text`.
/// nullopt: the memory may not be read. A sanitizer's own tables, of gigabytes and more, are left
/// out.
std::optional<std::vector<std::string>> memory_with(pid_t pid, std::string_view text) {
  std::ifstream memory(fmt::format("/proc/{}/mem", pid), std::ios::binary);
  if (!memory) return std::nullopt;
  std::vector<std::string> found;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  for (const Area& area : areas_of(pid)) {
    if (area.end - area.begin > kMost) continue;
    std::string bytes(area.end - area.begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(area.begin));
    memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(memory.gcount(), 0)));
    if (has(bytes, text)) found.push_back(area.line);
  }
  return found;
}

class SecretsTest : public CommandTest {
 protected:
  [[nodiscard]] std::string with_user(const std::string& url) const {
    return "http://me" + std::string(kMarker) + ":hush" + std::string(kMarker) + "@" +
           url.substr(7);
  }
  /// Below the folder of the test, but for what it wrote itself.
  void expect_no_file_with_marker() {
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || name.starts_with("list") || name.starts_with("secret"))
        continue;
      EXPECT_FALSE(has(read_file(entry.path()), kMarker)) << entry.path();
    }
  }
  void expect_no_marker(const Finished& finished) {
    EXPECT_FALSE(has(finished.out, kMarker)) << finished.out;
    EXPECT_FALSE(has(finished.err, kMarker)) << finished.err;
    expect_no_file_with_marker();
  }
  static void expect_no_marker(const FaultOrigin& server) {
    for (const Request& request : server.requests()) {
      EXPECT_FALSE(has(request.target, kMarker)) << request.target;
      for (const auto& [name, value] : request.headers) {
        EXPECT_FALSE(has(value, kMarker)) << request.path << ' ' << name;
        EXPECT_NE("authorization", name) << request.path;
      }
    }
  }
  /// Every kind at once; those of the command line in files, as an argument is everybody's to see.
  [[nodiscard]] std::vector<std::string> secret_args() const {
    return {"-H", "@" + folder_.write("secret-all", fmt::format("X-All: {}\n", kMarker)),
            "--header-for", fmt::format("127.0.0.1:{}", origin_.port()),
            "@" + folder_.write("secret-one", fmt::format("X-One: {}\n", kMarker))};
  }
};

TEST_F(SecretsTest, AreInNoFileNoOutputAndNoOtherServersRequests) {
  const TempDir certificates;
  Authority authority{certificates.at("")};
  const Certificate server = authority.issue({.host = "IP:127.0.0.1"});
  FaultOrigin plain("127.0.0.2"), port, behind;
  const TlsFront front({.cert = server.cert, .key = server.key}, behind.port());
  for (FaultOrigin* other : {&plain, &behind, &port})
    other->serve_rest([](auto& connection, const Request& request) {
      answer(connection, request, ok(picture()));
    });
  origin_.serve("/host.jpg", redirect(plain.url("/1.jpg")));
  origin_.serve("/port.jpg", redirect(port.url("/2.jpg")));
  origin_.serve("/scheme.jpg", redirect(front.url("/3.jpg")));
  origin_.serve("/user.jpg", redirect(fmt::format("http://x{0}:y{0}@127.0.0.2:1/", kMarker)));
  origin_.serve("/cut.jpg", truncated(noise(300'000), 200'000));
  origin_.serve("/big.bin", in_pieces(noise(3'000'000)));
  origin_.serve("/error.jpg", status(500));
  std::vector<std::string> links;
  for (const char* path : {"/host.jpg", "/port.jpg", "/scheme.jpg", "/user.jpg", "/cut.jpg",
                           "/big.bin", "/error.jpg", "/none.jpg"}) {
    links.push_back(with_user(origin_.url(path)));
  }
  links.push_back(fmt::format("ftp://x{0}:y{0}@h/", kMarker));
  std::vector<std::string> args = {"-v", "--retries=1", "--cacert=" + authority.root()};
  for (const std::string& arg : secret_args()) args.push_back(arg);
  Launch given = list_setup(links, args);
  given.env["IMGUR_CLIENT_ID"] = std::string(kMarker);
  const Finished finished = run(given);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  expect_no_marker(finished);
  for (const auto& request : origin_.requests()) {
    EXPECT_EQ(kMarker, request.header("x-all")) << request.path;
    EXPECT_EQ(kMarker, request.header("x-one")) << request.path;
  }
  for (const FaultOrigin* other : {&plain, &behind, &port}) {
    EXPECT_EQ(1u, other->count());
    expect_no_marker(*other);
  }
  expect_no_marker(command({"export", output()}));
  expect_no_marker(command({"export", output(), "--format=csv", "-o", folder_.at("x.csv")}));
  expect_no_marker(command({"status", output(), "--by-host"}));
  given.args.emplace_back("--dry-run");
  expect_no_marker(run(given));
}

TEST_F(SecretsTest, AListsOwnHeadersAreInNoFile) {
  origin_.serve("/a.jpg", ok(picture()));
  origin_.serve("/b.jpg", status(500));
  const std::string list = folder_.write(
      "list.aria2", fmt::format("{}\n header=X-Own: {}\n{}\n header=X-Own: {}\n",
                                origin_.url("/a.jpg"), kMarker, origin_.url("/b.jpg"), kMarker));
  expect_no_marker(run(setup({"--format=aria2", list, "-v", "--retries=0"})));
  EXPECT_EQ(kMarker, origin_.requests("/a.jpg").at(0).header("x-own"));
  expect_no_marker(run(setup({"--retry-failed=all", "-v", "--retries=0"})));
}

TEST_F(SecretsTest, AProxyGetsItsOwnAlone) {
  const TestProxy proxy(origin_.port(), {.connect_status = 403});
  origin_.serve_rest(
      [](auto& connection, const Request& request) { answer(connection, request, ok(picture())); });
  std::vector<std::string> args = {"-v", "--retries=0",
                                   "--proxy=" + proxy.url("http", fmt::format("p:{}", kMarker))};
  for (const std::string& arg : secret_args()) args.push_back(arg);
  const std::string login = fmt::format("u:{}@", kMarker);
  const Finished finished =
      run(list_setup({"https://" + login + "pictures.test/a.jpg", "http://x.test/b.jpg"}, args));
  expect_no_marker(finished);
  ASSERT_EQ(1u, proxy.asked().size());
  std::string head = proxy.asked()[0].head;
  const std::string for_proxy = proxy.asked()[0].login;
  EXPECT_FALSE(for_proxy.empty());
  EXPECT_FALSE(has(head, kMarker)) << head << "the server's go through the tunnel";
  EXPECT_EQ(head.find("uthorization"), head.rfind("uthorization")) << head << "the proxy's own";
  // The server does not learn the proxy's, which is in base64 there.
  for (const Request& request : origin_.requests()) {
    EXPECT_FALSE(request.header("authorization")) << request.path;
  }
}

/// Two workers, each with a job that its server holds; only one job has secrets.
TEST_F(SecretsTest, AreInTheMemoryOfTheWorkerThatNeedsThemWhileItDoes) {
  FaultOrigin other("127.0.0.2");
  const auto gate = std::make_shared<Gate>(), other_gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", Reply{.body = picture(), .gate = gate});
  other.serve("/b.jpg", Reply{.body = picture(), .gate = other_gate});
  const std::string header = folder_.write("secret", fmt::format("X-One: {}\n", kMarker));
  Launch given = list_setup({with_user(origin_.url("/a.jpg")), other.url("/b.jpg")},
                            {"-w2", "-j16", "--header-for", "127.0.0.1", "@" + header});
  FanfetchProcess process(given);
  ASSERT_TRUE(origin_.wait_for_count("/a.jpg", 1));
  ASSERT_TRUE(other.wait_for_count("/b.jpg", 1));

  const auto workers = process.workers();
  ASSERT_EQ(2u, workers.size());
  std::set<pid_t> with_marker;
  bool may_read = true;
  for (const pid_t worker : workers) {
    EXPECT_FALSE(has(proc_file(worker, "cmdline"), kMarker));
    EXPECT_EQ("", proc_file(worker, "environ"));
    const auto found = memory_with(worker, kMarker);
    may_read = may_read && found;
    if (found && !found->empty()) with_marker.insert(worker);
    for (const std::string& area : found.value_or(std::vector<std::string>())) {
      EXPECT_FALSE(has(area, "fanfetch-channel"))
          << "a job leaves its slot when it is taken: " << area;
    }
  }
  EXPECT_FALSE(has(proc_file(process.pid(), "cmdline"), kMarker));
  gate->open();
  other_gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
  if (!may_read) GTEST_SKIP() << "the memory of processes cannot be read here";
  EXPECT_EQ(1u, with_marker.size());
}

TEST_F(SecretsTest, NoProcessLeavesACore) {
  const rlimit before = [] {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    return limit;
  }();
  const rlimit most{.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_CORE, &most);
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", Reply{.body = picture(), .gate = gate});
  FanfetchProcess process(list_setup({"/a.jpg"}, {"-w1"}));
  ::setrlimit(RLIMIT_CORE, &before);
  ASSERT_TRUE(origin_.wait_for_count("/a.jpg", 1));
  std::vector<pid_t> all = process.workers();
  all.push_back(process.pid());
  EXPECT_EQ(2u, all.size());
  for (const pid_t pid : all) {
    rlimit limit{2, 2};
    EXPECT_EQ(0, ::prlimit(pid, RLIMIT_CORE, nullptr, &limit));
    EXPECT_LE(limit.rlim_cur, 1u) << "1: not to a program either";
    EXPECT_LE(limit.rlim_max, 1u);
    // And where the kernel hands dumps to a program whatever the limit is: "dd" is do not dump.
    const auto areas = lines_of(proc_file(pid, "smaps"));
    bool in_channel = false, seen = false;
    for (const std::string& line : areas) {
      if (line.find('-') < line.find(' ')) in_channel = has(line, "fanfetch-channel");
      if (!in_channel || !line.starts_with("VmFlags:")) continue;
      seen = true;
      EXPECT_TRUE(has(line, " dd")) << line;
    }
    EXPECT_TRUE(seen || areas.empty());
  }
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
