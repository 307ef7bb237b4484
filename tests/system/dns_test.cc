// Names: dnsmasq answers where a real server is asked for, and a fault DNS does what a real one
// will not.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/fanotify.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/dnsmasq.h"
#include "tests/support/fault_dns.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;
using Record = FaultDns::Record;

class DnsTest : public SystemTest {
 protected:
  DnsTest() {
    origin_.serve_rest([](Connection& connection, const Request& request) {
      answer(connection, request, ok("picture of " + request.path));
    });
  }

  [[nodiscard]] std::string link(const std::string& host,
                                 const std::string& path = "/a.bin") const {
    return fmt::format("http://{}:{}{}", host, origin_.port(), path);
  }
  [[nodiscard]] std::vector<std::string> by(const std::string& server,
                                            std::vector<std::string> more = {}) const {
    more.push_back("--dns=" + server);
    return more;
  }
  /// One link of `host`, asked for at dns_.
  [[nodiscard]] ResultLine fetch_host(const std::string& host, std::vector<std::string> more = {}) {
    return fetch(link(host), by(dns_.server(), std::move(more)));
  }
  /// Without --allow-private.
  [[nodiscard]] Launch strict(const std::string& host, std::vector<std::string> more = {}) {
    Launch given = list_setup({link(host)}, by(dns_.server(), std::move(more)));
    std::erase(given.args, "--allow-private");
    return given;
  }

  FaultDns dns_;
};

/// Somebody listens at `address`, on a port that is taken elsewhere: was he asked?
class Listener {
 public:
  Listener(const char* address, std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &name.sin_addr);
    EXPECT_EQ(0, ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name));
    EXPECT_EQ(0, ::listen(socket_.get(), 5));
  }
  [[nodiscard]] bool was_asked() const {
    return UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)).valid();
  }

 private:
  UniqueFd socket_;
};

// --- A real server ---

TEST_F(DnsTest, ARealServerKnowsTheWay) {
  const Dnsmasq dns({"--host-record=a.test,127.0.0.1", "--cname=alias.test,a.test"});
  EXPECT_EQ("saved", fetch(link("a.test"), by(dns.server())).status);
  EXPECT_EQ("a.test:" + std::to_string(origin_.port()), origin_.requests()[0].header("host"));
  fs::remove_all(output());
  EXPECT_EQ("saved", fetch(link("alias.test"), by(dns.server())).status);
}

TEST_F(DnsTest, AThousandHostsAtOnceAreEachAskedForOnce) {
  const Dnsmasq dns({"--address=/test/127.0.0.1"});
  std::vector<std::string> links;
  for (int i = 0; i < 1000; ++i) {
    links.push_back(link(fmt::format("h{}.test", i), fmt::format("/{}.bin", i)));
  }
  const Finished finished = run(list_setup(links, by(dns.server())));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1000u, saved_files().size());
  EXPECT_EQ(1000u, dns.count("query[A]"));
  EXPECT_EQ(1000u, dns.count("query[AAAA]"));
  EXPECT_LT(finished.took, 30s);
}

TEST_F(DnsTest, AnAnswerThatIsTooLongComesOverTcp) {
  std::string hosts;
  for (int i = 2; i < 100; ++i) hosts += fmt::format("127.0.0.{} many.test\n", i);
  hosts += "127.0.0.1 many.test\n";
  const Dnsmasq dns({"--addn-hosts=" + folder_.write("hosts", hosts), "--log-debug"});
  FaultOrigin all("0.0.0.0");  // whichever of them is tried
  all.serve("/a.bin", ok("picture"));
  const auto line = fetch(fmt::format("http://many.test:{}/a.bin", all.port()), by(dns.server()));
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_GE(dns.count("query[A] many.test"), 2u) << "once more over TCP";
}

TEST_F(DnsTest, ANameThatDoesNotExistIsFinal) {
  const Dnsmasq dns({});
  std::vector<std::string> links;
  for (int i = 0; i < 50; ++i) links.push_back(link("gone.test", fmt::format("/{}.bin", i)));
  const Launch given = list_setup(links, by(dns.server()));
  EXPECT_EQ(1, run(given).exit_status);
  for (const ResultLine& line : records()) {
    EXPECT_EQ("dns", line.error) << line.message.value_or("");
    EXPECT_EQ(false, line.retryable);
    EXPECT_EQ(1, line.attempts);
  }
  EXPECT_EQ(1u, dns.count("query[A] gone.test"));
  const Finished again = run(given);
  EXPECT_EQ(1, again.exit_status) << again.describe();
  EXPECT_EQ(1u, dns.count("query[A] gone.test")) << "it stands, without a question";
}

// --- What a real server will not do ---

TEST_F(DnsTest, OneQuestionAHostHoweverManyItsLinks) {
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}, .ttl = 0, .delay = 100ms});
  std::vector<std::string> links;
  for (int i = 0; i < 200; ++i) links.push_back(link("a.test", fmt::format("/{}.bin", i)));
  EXPECT_EQ(0, run(list_setup(links, by(dns_.server()))).exit_status);
  EXPECT_EQ(200u, saved_files().size());
  EXPECT_EQ(1u, dns_.count("a.test", Record::a));
  EXPECT_EQ(1u, dns_.count("a.test", Record::aaaa));
}

TEST_F(DnsTest, ADeadAddressIsPassedOver) {
  dns_.serve("a.test", {.addresses = {"127.0.0.99", "127.0.0.98", "127.0.0.1"}});
  const ResultLine line = fetch_host("a.test");
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_LT(line.duration_ms.value_or(-1), 5000) << "not half of --connect-timeout";
}

TEST_F(DnsTest, ASlowServerIsWaitedFor) {
  dns_.serve("slow.test", {.addresses = {"127.0.0.1"}, .delay = 3s});
  EXPECT_EQ("saved", fetch_host("slow.test").status) << "after a question that was sent twice";
}

TEST_F(DnsTest, SilenceHoldsBackNoOtherHost) {
  std::vector<std::string> links;
  for (int i = 0; i < 30; ++i) {
    dns_.serve(fmt::format("silent{}.test", i), {.silent = true});
    dns_.serve(fmt::format("good{}.test", i), {.addresses = {"127.0.0.1"}});
    for (int k = 0; k < 4; ++k) {
      links.push_back(link(fmt::format("silent{}.test", i), fmt::format("/s{}-{}.bin", i, k)));
    }
    links.push_back(link(fmt::format("good{}.test", i), fmt::format("/{}.bin", i)));
  }
  FanfetchProcess process(list_setup(links, by(dns_.server(), {"--retries=0", "-j8", "-w1"})));
  EXPECT_TRUE(eventually([&] { return saved_files().size() == 30; }, 12s))
      << "while the others are still waited for";
  const Finished finished = finish(process);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_LT(finished.took, 40s) << "15 s for each host, all at the same time";
  for (const ResultLine& line : records()) {
    if (line.status == "saved") continue;
    EXPECT_EQ("dns", line.error) << line.message.value_or("");
    EXPECT_EQ(true, line.retryable);
  }
}

/// c-ares alone would go through all of them three times: 42 s.
TEST_F(DnsTest, ManySilentServersCostNoMoreThanOne) {
  FaultDns second, third;
  for (FaultDns* dns : {&dns_, &second, &third}) dns->serve("silent.test", {.silent = true});
  const std::string servers =
      fmt::format("{},{},{}", dns_.server(), second.server(), third.server());
  const Finished finished =
      run(list_setup({link("silent.test")}, by(servers, {"--retries=0"})), 30s);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_LT(finished.took, 25s);
  EXPECT_GE(third.count(), 1u) << "each has had its turn";
}

TEST_F(DnsTest, TheTimeToConnectHoldsForTheLookUpToo) {
  dns_.serve("silent.test", {.silent = true});
  const Finished finished = run(list_setup(
      {link("silent.test")}, by(dns_.server(), {"--retries=0", "--connect-timeout=1s"})));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_LT(finished.took, 10s) << "not the 14 s of all tries";
}

TEST_F(DnsTest, AServerThatFailsIsAskedAgain) {
  const DnsReply fails{.rcode = kServfail};
  // c-ares asks three times by itself; the rest are tries of the link.
  dns_.serve_in_turn(
      "ill.test", {fails, fails, fails, fails, fails, fails, fails, {.addresses = {"127.0.0.1"}}});
  const ResultLine line = fetch_host("ill.test", {"--retries=9"});
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_GE(line.attempts, 3);

  fs::remove_all(output());
  dns_.serve("iller.test", fails);
  const ResultLine failed = fetch_host("iller.test", {"--retries=1"});
  EXPECT_EQ("dns", failed.error);
  EXPECT_EQ(true, failed.retryable);
  EXPECT_EQ(2, failed.attempts);
}

TEST_F(DnsTest, TheNextServerIsAskedWhenOneFails) {
  FaultDns broken;
  broken.serve("a.test", {.rcode = kRefused});
  std::uint16_t dead = 0;
  {
    FaultOrigin gone;
    dead = gone.port();
  }
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}});
  const std::string servers =
      fmt::format("{},127.0.0.1:{},{}", broken.server(), dead, dns_.server());
  const ResultLine line = fetch(link("a.test"), by(servers));
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_GE(broken.count(), 1u);
}

TEST_F(DnsTest, AForgedAnswerIsNoAnswer) {
  const Listener forger("127.0.0.66", origin_.port());
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}, .forged_address = "127.0.0.66"});
  EXPECT_EQ("saved", fetch_host("a.test").status);
  EXPECT_FALSE(forger.was_asked());
}

TEST_F(DnsTest, ACutAnswerIsAskedForOverTcp) {
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}, .truncated = true});
  EXPECT_EQ("saved", fetch_host("a.test").status);
  EXPECT_GE(dns_.tcp_questions(), 1u);
}

/// Some servers answer for A alone.
TEST_F(DnsTest, SilenceAboutOneKindOfAddressCostsLittle) {
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}, .silent_aaaa = true});
  const Finished finished = run(list_setup({link("a.test")}, by(dns_.server())));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_LT(finished.took, 10s) << "half a second, not the 14 s of all tries";
}

TEST_F(DnsTest, OneKindOfAddressOnly) {
  dns_.serve("both.test", {.addresses = {"127.0.0.1", "::1"}});
  dns_.serve("six.test", {.addresses = {"::1"}});
  EXPECT_EQ("saved", fetch_host("both.test", {"-4"}).status);
  EXPECT_EQ(0u, dns_.count("", Record::aaaa));
  EXPECT_EQ(1u, dns_.count("", Record::a));
  fs::remove_all(output());
  const ResultLine none = fetch_host("six.test", {"-4"});
  EXPECT_EQ("dns", none.error);
  EXPECT_EQ(false, none.retryable) << "it has no such address";
}

TEST_F(DnsTest, Ipv6Alone) {
  std::optional<FaultOrigin> origin;
  try {
    origin.emplace("::1");
  } catch (const std::system_error& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  origin->serve("/a.bin", ok("picture"));
  const std::string rest = fmt::format(":{}/a.bin", origin->port());
  dns_.serve("six.test", {.addresses = {"::1"}});
  dns_.serve("both.test", {.addresses = {"::1", "127.0.0.1"}});
  EXPECT_EQ("saved", fetch("http://six.test" + rest, by(dns_.server())).status);
  fs::remove_all(output());
  const auto asked = dns_.count("", Record::a);
  EXPECT_EQ("saved", fetch("http://both.test" + rest, by(dns_.server(), {"-6"})).status);
  EXPECT_EQ(asked, dns_.count("", Record::a));
  fs::remove_all(output());
  EXPECT_EQ("saved", fetch("http://[::1]" + rest, by(dns_.server(), {"-4"})).status)
      << "an address is the user's own word";
}

TEST_F(DnsTest, LocalhostIsNotAskedFor) {
  EXPECT_EQ("saved", fetch_host("localhost").status);
  fs::remove_all(output());
  EXPECT_EQ("saved", fetch_host("a.localhost").status);
  EXPECT_EQ(0u, dns_.count());
}

/// So many that a worker closes idle connections to make room for others, many times, while one of
/// its transfers is still under way.
TEST_F(DnsTest, ATransferIsNotCutWhenManyHostsPassBy) {
  constexpr int kHosts = 1200;
  const auto gate = std::make_shared<Gate>();
  FaultOrigin everywhere("0.0.0.0");
  everywhere.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, ok("picture"));
  });
  everywhere.serve("/long.bin", Reply{.body = noise(1000), .gate = gate});
  std::vector<std::string> links = {fmt::format("http://127.0.0.1:{}/long.bin", everywhere.port())};
  for (int i = 0; i < kHosts; ++i) {
    links.push_back(
        fmt::format("http://127.1.{}.{}:{}/{}.bin", i / 250, i % 250 + 1, everywhere.port(), i));
  }
  FanfetchProcess process(list_setup(links, {"-w1"}));
  EXPECT_TRUE(everywhere.wait_for_count("", kHosts + 1));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(noise(1000), saved_files()["long.bin"]);
  EXPECT_EQ(kHosts + 1u, saved_files().size());
  EXPECT_EQ(1u, everywhere.count("/long.bin")) << "nothing was begun anew";
}

// --- The policy ---

TEST_F(DnsTest, ANameForAPrivateAddressIsRefused) {
  dns_.serve("a.test", {.addresses = {"127.0.0.1"}});
  const Finished finished = run(strict("a.test"));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(0u, origin_.connections());
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ("refused", records()[0].error);
  EXPECT_EQ(false, records()[0].retryable);
  EXPECT_TRUE(has(finished.err, "1 refused at 127.0.0.1: --allow-net 127.0.0.0/24"))
      << finished.err;
  const Finished allowed = run(strict("a.test", {"--allow-net=127.0.0.0/24"}));
  EXPECT_EQ(0, allowed.exit_status) << allowed.describe();
  EXPECT_EQ("saved", records()[0].status);
}

TEST_F(DnsTest, OfAHostsAddressesOnlyTheAllowedOnesAreReached) {
  const Listener refused("127.0.0.2", origin_.port());
  dns_.serve("a.test", {.addresses = {"127.0.0.2", "127.0.0.1"}});
  const Finished finished = run(strict("a.test", {"--allow-net=127.0.0.1"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(refused.was_asked());
}

TEST_F(DnsTest, LinkLocalNeedsItsNetwork) {
  dns_.serve("cloud.test", {.addresses = {"169.254.169.254"}});
  const ResultLine line = fetch_host("cloud.test");  // with --allow-private
  EXPECT_EQ("refused", line.error);
  const ResultLine tried =
      fetch_host("cloud.test", {"--allow-net=169.254.0.0/16", "--retries=0",
                                "--connect-timeout=0.1s", "--retry-failed=all"});
  EXPECT_NE("refused", tried.error) << tried.message.value_or("");
}

/// The first answer is allowed, so that its links are asked for; the next one, once the first may
/// not be believed any more, leads inside, and the one after that both ways.
TEST_F(DnsTest, AnAnswerThatFlipsLeadsNowhereElse) {
  const Listener inside("127.0.0.2", origin_.port());
  const DnsReply good{.addresses = {"127.0.0.1"}, .ttl = 0};
  const DnsReply bad{.addresses = {"127.0.0.2"}, .ttl = 0};
  const DnsReply mixed{.addresses = {"127.0.0.2", "127.0.0.1"}, .ttl = 0};
  dns_.serve_in_turn("flips.test", {good, bad, mixed});
  Launch given = setup(by(dns_.server(), {"--allow-net=127.0.0.1", "-"}));
  std::erase(given.args, "--allow-private");
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (int i = 0; dns_.count("flips.test", Record::a) < 3; ++i) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    process.write_stdin(link("flips.test", fmt::format("/{}.bin", i)) + "\n");
    std::this_thread::sleep_for(100ms);  // an answer is believed for five seconds
  }
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  std::map<std::string, int> ends;
  for (const ResultLine& line : records()) ++ends[line.error.value_or(line.status)];
  EXPECT_EQ(2u, ends.size());
  EXPECT_GE(ends["saved"], 2) << "of the first answer and of the third";
  EXPECT_GE(ends["refused"], 2) << "of the second";
  EXPECT_FALSE(inside.was_asked());
  EXPECT_TRUE(has(finished.err, "refused at 127.0.0.2: --allow-net 127.0.0.0/24")) << finished.err;
}

/// A redirect leads to another host: the same questions, the same policy.
TEST_F(DnsTest, ARedirectIsJudgedByItsOwnHost) {
  const Listener inside("127.0.0.2", origin_.port());
  dns_.serve("outside.test", {.addresses = {"127.0.0.1"}});
  dns_.serve("inside.test", {.addresses = {"127.0.0.2"}});
  origin_.serve("/a.bin", redirect(link("inside.test")));
  const Finished finished = run(strict("outside.test", {"--allow-net=127.0.0.1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ("refused", records()[0].error);
  EXPECT_FALSE(inside.was_asked());
}

TEST_F(DnsTest, OnlyTheProxysHostIsAskedFor) {
  dns_.serve("proxy.test", {.addresses = {"127.0.0.1"}});
  Launch given = list_setup({"http://pictures.test/a.bin"},
                            by(dns_.server(), {"--proxy=" + link("proxy.test", "")}));
  std::erase(given.args, "--allow-private");
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("http://pictures.test/a.bin", origin_.requests()[0].target);
  EXPECT_EQ(2u, dns_.count()) << "A and AAAA";
  fs::remove_all(output());
  const ResultLine line = fetch("http://pictures.test/a.bin",
                                by(dns_.server(), {"--proxy=http://gone.test", "--retries=0"}));
  EXPECT_EQ("dns", line.error);
  EXPECT_EQ(true, line.retryable) << "the link may be fine";
}

TEST_F(DnsTest, ASignalEndsTheWaitForSilentServers) {
  dns_.serve("silent.test", {.silent = true});
  FanfetchProcess process(list_setup({link("silent.test")}, by(dns_.server())));
  ASSERT_TRUE(dns_.wait_for_count("silent.test", Record::a, 1));
  process.signal(SIGINT);
  const Finished finished = finish(process);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
  EXPECT_LT(finished.took, 10s);
  EXPECT_TRUE(has(finished.err, "1 link was not finished")) << finished.err;
}

// --- The workers ---

std::set<std::uint64_t> udp_inodes() {
  std::set<std::uint64_t> inodes;
  for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string word;
      for (int i = 0; i < 10; ++i) words >> word;  // inode is the tenth
      inodes.insert(std::stoull(word));
    }
  }
  return inodes;
}

bool has_udp_socket(pid_t pid, const std::set<std::uint64_t>& inodes) {
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", pid), gone)) {
    const std::string target = fs::read_symlink(entry.path(), gone);
    if (target.starts_with("socket:[") && inodes.count(std::stoull(target.substr(8))) > 0) {
      return true;
    }
  }
  return false;
}

TEST_F(DnsTest, WorkersHaveOneThreadAndNoSocketToTheServer) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve_rest([gate](Connection& connection, const Request& request) {
    answer(connection, request, Reply{.body = "picture", .gate = gate});
  });
  std::vector<std::string> links;
  for (int i = 0; i < 40; ++i) {
    dns_.serve(fmt::format("h{}.test", i), {.addresses = {"127.0.0.1"}});
    links.push_back(link(fmt::format("h{}.test", i), fmt::format("/{}.bin", i)));
  }
  FanfetchProcess process(list_setup(links, by(dns_.server(), {"-w2", "-j40"})));
  ASSERT_TRUE(origin_.wait_for_at_once(40));
  const auto inodes = udp_inodes();
  const auto workers = process.workers();
  EXPECT_EQ(2u, workers.size());
  for (const pid_t pid : workers) {
    const fs::directory_iterator threads(fmt::format("/proc/{}/task", pid));
    EXPECT_EQ(1, std::distance(begin(threads), end(threads)));
    EXPECT_FALSE(has_udp_socket(pid, inodes));
  }
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

/// Which processes open the files that a look-up would read. fanotify needs root.
TEST_F(DnsTest, WorkersOpenNoFileOfTheResolver) {
  const UniqueFd watch(
      ::fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC));
  if (!watch.valid()) GTEST_SKIP() << "no fanotify: " << std::strerror(errno);
  for (const char* file : {"/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf"}) {
    ASSERT_EQ(0, ::fanotify_mark(watch.get(), FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, file)) << file;
  }
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.bin", Reply{.body = "picture", .gate = gate});
  std::vector<std::string> links = {link("localhost", "/held.bin")};
  for (int i = 0; i < 40; ++i) {
    dns_.serve(fmt::format("h{}.test", i), {.addresses = {"127.0.0.1"}});
    links.push_back(link(fmt::format("h{}.test", i)));
  }
  for (int i = 0; i < 40; ++i) links.push_back(link(fmt::format("gone{}.test", i)));
  FanfetchProcess process(list_setup(links, by(dns_.server(), {"-w2"})));
  ASSERT_TRUE(origin_.wait_for_count("/held.bin", 1));
  ASSERT_TRUE(origin_.wait_for_count("/a.bin", 40));
  const auto workers = process.workers();
  gate->open();
  (void)finish(process);
  std::size_t ours = 0;
  alignas(fanotify_event_metadata) char buffer[16 * 1024];
  for (;;) {
    ssize_t length = ::read(watch.get(), buffer, sizeof buffer);
    if (length <= 0) break;
    for (auto* event = reinterpret_cast<fanotify_event_metadata*>(buffer);
         FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
      const UniqueFd opened(event->fd);
      EXPECT_EQ(0, std::count(workers.begin(), workers.end(), event->pid));
      ours += event->pid == process.pid() ? 1 : 0;
    }
  }
  EXPECT_GE(ours, 1u) << "the coordinator's own: the watch works";
  EXPECT_LE(ours, 4u) << "not for each host";
}

/// Threads of `process` that have opened one of the watched files since the last call.
std::set<pid_t> openers(const UniqueFd& watch, pid_t process) {
  std::set<pid_t> threads;
  alignas(fanotify_event_metadata) char buffer[16 * 1024];
  for (;;) {
    ssize_t length = ::read(watch.get(), buffer, sizeof buffer);
    if (length <= 0) return threads;
    for (auto* event = reinterpret_cast<fanotify_event_metadata*>(buffer);
         FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
      const UniqueFd opened(event->fd);
      const bool ours = fs::exists(fmt::format("/proc/{}/task/{}", process, event->pid));
      if (ours) threads.insert(event->pid);
    }
  }
}

/// The loop must not wait for a disk: what has changed is read by another thread.
TEST_F(DnsTest, TheLoopOpensNoFileOfTheResolver) {
  const UniqueFd watch(::fanotify_init(
      FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_TID, O_RDONLY | O_CLOEXEC));
  if (!watch.valid()) GTEST_SKIP() << "no fanotify: " << std::strerror(errno);
  const std::vector<const char*> files = {"/etc/hosts", "/etc/resolv.conf"};
  for (const char* file : files) {
    ASSERT_EQ(0, ::fanotify_mark(watch.get(), FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, file)) << file;
  }
  Launch given = setup({"--connect-timeout=2s", "--retries=0", "-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin(link("localhost") + "\n");
  ASSERT_TRUE(origin_.wait_for_count("/a.bin", 1));
  EXPECT_TRUE(openers(watch, process.pid()).contains(process.pid())) << "read at the start";
  // Their time of change is another one now, their content is not.
  for (const char* file : files) fs::permissions(file, fs::status(file).permissions());
  std::set<pid_t> threads;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (threads.empty() && std::chrono::steady_clock::now() < until) {
    pollfd opened{.fd = watch.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&opened, 1, 100);
    threads.merge(openers(watch, process.pid()));
    // Each is a look-up, which may be the time to look at the files.
    process.write_stdin(link("localhost", "/again.bin") + "\n" + link("x.invalid") + "\n");
  }
  EXPECT_FALSE(threads.empty()) << "the change was noticed";
  EXPECT_FALSE(threads.contains(process.pid())) << "but not by the loop";
  process.close_stdin();
  (void)finish(process);
}

/// Given the mounts of its own, so that the files may change. Needs root.
TEST_F(DnsTest, ChangedFilesOfTheSystemAreNoticed) {
  if (::geteuid() != 0) GTEST_SKIP() << "no mounts without root";
  const std::string hosts = folder_.write("hosts", "127.0.0.1 first.test\n");
  const std::string resolv_conf = folder_.write("resolv.conf", "nameserver 127.66.66.65\n");
  const UniqueFd server(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(53);
  ::inet_pton(AF_INET, "127.66.66.66", &name.sin_addr);
  ASSERT_EQ(0, ::bind(server.get(), reinterpret_cast<sockaddr*>(&name), sizeof name));
  Launch given = setup({"-"});
  given.stdin_pipe = true;
  const std::vector<std::string> wrapper = {
      "-m",
      "sh",
      "-c",
      R"(mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@")",
      "sh",
      hosts,
      resolv_conf,
      ::getenv("FANFETCH")};
  given.args.insert(given.args.begin(), wrapper.begin(), wrapper.end());
  given.program = "/usr/bin/unshare";
  FanfetchProcess process(given);
  process.write_stdin(link("first.test", "/first.bin") + "\n");
  ASSERT_TRUE(origin_.wait_for_count("/first.bin", 1));

  folder_.write("hosts", "127.0.0.1 second.test\n");  // the mounted file itself
  process.write_stdin(link("second.test", "/second.bin") + "\n");
  EXPECT_TRUE(origin_.wait_for_count("/second.bin", 1)) << "at a retry at the latest";

  folder_.write("resolv.conf", "nameserver 127.66.66.66\n");
  process.write_stdin(link("third.test") + "\n");
  pollfd asked{.fd = server.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(1, ::poll(&asked, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())))
      << "the new server is asked";
  process.close_stdin();
  process.signal(SIGINT);
  (void)finish(process);
}

/// The hosts file is the machine's own word, but a link's owner may know what stands in it.
TEST_F(DnsTest, ANameOfTheHostsFileIsJudgedToo) {
  if (::geteuid() != 0) GTEST_SKIP() << "no mounts without root";
  const std::string hosts = folder_.write("hosts", "127.0.0.1 inside.test\n::1 six.test\n");
  Launch given = list_setup({link("inside.test"), link("six.test"), link("INSIDE.test.", "/b")});
  std::erase(given.args, "--allow-private");
  const std::vector<std::string> wrapper = {"-m",
                                            "sh",
                                            "-c",
                                            R"(mount --bind "$1" /etc/hosts && shift && exec "$@")",
                                            "sh",
                                            hosts,
                                            ::getenv("FANFETCH")};
  given.args.insert(given.args.begin(), wrapper.begin(), wrapper.end());
  given.program = "/usr/bin/unshare";
  const Finished finished = run(given);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  ASSERT_EQ(3u, records().size());
  for (const ResultLine& line : records()) EXPECT_EQ("refused", line.error.value_or(""));
  EXPECT_EQ(0u, origin_.connections());
}

}  // namespace
}  // namespace fanfetch::system
