// What TLS needs is read once, at a run's start: whatever becomes of the files afterwards, every
// process of the run goes by what they held then.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/certificates.h"
#include "tests/support/fault_dns.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

/// Hosts of a list, each with a connection and a handshake of its own. `scripts/test --long` asks
/// for 5,000.
int host_count() {
  const char* wanted = ::getenv("FANFETCH_TLS_HOSTS");
  return wanted != nullptr ? std::atoi(wanted) : 40;
}

/// A FIFO that holds `content`, for one reader.
class OnceFile {
 public:
  OnceFile(std::string path, std::string content)
      : path_(std::move(path)), writer_([this, text = std::move(content)] {
          ::mkfifo(path_.c_str(), 0600);
          made_ = true;
          made_.notify_one();
          std::ofstream(path_) << text;
        }) {
    made_.wait(false);
  }
  ~OnceFile() {
    const int fd = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // lets the writer go
    writer_.join();
    ::close(fd);
  }
  OnceFile(const OnceFile&) = delete;
  OnceFile& operator=(const OnceFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::atomic<bool> made_ = false;
  std::thread writer_;
};

class TrustTest : public SystemTest {
 protected:
  TrustTest() {
    origin_.serve_rest([](Connection& connection, const Request& request) {
      answer(connection, request, ok("what " + request.path + " holds"));
    });
    for (int i = 0; i < host_count(); ++i) dns_.serve(host(i), {.addresses = {"127.0.0.1"}});
  }

  static std::string host(int index) { return fmt::format("h{}.hosts.test", index); }
  /// Of hosts `from` to `end`.
  [[nodiscard]] std::string links(int from, int end, const TlsFront& front) const {
    std::string lines;
    for (int i = from; i < end; ++i) {
      lines += fmt::format("https://{}:{}/{}.bin\n", host(i), front.port(), i);
    }
    return lines;
  }
  /// A run over hosts that trusts `bundle`, in the middle of which `change` is done to the files.
  void expect_all_saved(const std::string& bundle, std::vector<std::string> args,
                        const std::function<void(FanfetchProcess&)>& change) {
    const TlsFront front({.cert = server_.cert, .key = server_.key, .client_ca = client_ca_},
                         origin_.port());
    for (const char* arg : {"-w2", "-"}) args.emplace_back(arg);
    args.push_back("--cacert=" + bundle);
    args.push_back("--dns=" + dns_.server());
    Launch given = setup(std::move(args));
    given.stdin_pipe = true;
    const std::size_t before = origin_.count();
    FanfetchProcess process(given);
    process.write_stdin(links(0, 4, front));
    ASSERT_TRUE(origin_.wait_for_count("", before + 4));
    change(process);
    process.write_stdin(links(4, host_count(), front));
    process.close_stdin();
    const Finished finished = finish(process, 10 * kPatience);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(std::size_t(host_count()), saved_files().size());
    EXPECT_LE(host_count(), front.handshakes() - front.resumed()) << "each one was verified";
  }
  /// As update-ca-certificates does it: the new bundle trusts somebody else.
  void replace(const std::string& bundle) {
    fs::copy_file(other_.cert, bundle + ".new");
    fs::rename(bundle + ".new", bundle);
  }
  static void kill_workers(const FanfetchProcess& process) {
    const auto killed = process.workers();
    for (const pid_t worker : killed) ::kill(worker, SIGKILL);
    EXPECT_EQ(2u, process.wait_for_workers(2, killed).size());
  }
  [[nodiscard]] std::string bundle() const {
    return folder_.write("bundle.pem", read_file(server_.cert));
  }

  FaultDns dns_;
  const Certificate server_ =
      make_certificate(folder_.path(), "server", {.host = "DNS:*.hosts.test,IP:127.0.0.1"});
  const Certificate other_ = make_certificate(folder_.path(), "other");
  const Certificate mine_ = make_certificate(folder_.path(), "mine");
  std::string client_ca_;  // set: the server wants a certificate that it signed
};

TEST_F(TrustTest, ABundleReplacedInMidRunChangesNothing) {
  const std::string file = bundle();
  expect_all_saved(file, {}, [&](FanfetchProcess&) { replace(file); });
}

TEST_F(TrustTest, NorForWorkersThatComeLater) {
  const std::string file = bundle();
  expect_all_saved(file, {}, [&](FanfetchProcess& process) {
    replace(file);
    kill_workers(process);
  });
}

TEST_F(TrustTest, NorDoesOneThatIsDeleted) {
  const std::string file = bundle();
  expect_all_saved(file, {"--http2"}, [&](FanfetchProcess& process) {
    fs::remove(file);
    kill_workers(process);
  });
}

TEST_F(TrustTest, AClientCertificateIsReadOnceToo) {
  client_ca_ = mine_.cert;
  expect_all_saved(bundle(), {"--cert", mine_.cert, "--key", mine_.key},
                   [&](FanfetchProcess& process) {
                     fs::remove(mine_.key);
                     fs::rename(other_.cert, mine_.cert);
                     kill_workers(process);
                   });
}

/// Where nothing can be opened any more: the bundle and the client's certificate are gone for all
/// workers, those that come later too.
TEST_F(TrustTest, AWholeSandboxIsNoHindrance) {
  if (run(list_setup({"/plain.bin"}, {"--sandbox=require"})).exit_status == 70) {
    GTEST_SKIP() << "this machine has no whole sandbox";
  }
  fs::remove_all(output());
  client_ca_ = mine_.cert;
  const std::string file = bundle();
  for (const char* protocol : {"--http2=false", "--http2"}) {
    const OnceFile cert(folder_.at("cert.pipe"), read_file(mine_.cert) + read_file(mine_.key));
    expect_all_saved(file, {"--sandbox=require", protocol, "--cert", cert.path()},
                     [&](FanfetchProcess& process) {
                       replace(file);
                       kill_workers(process);
                     });
    fs::remove_all(output());
    fs::remove(cert.path());
    (void)bundle();
  }
}

TEST_F(TrustTest, PipesWillDo) {
  client_ca_ = mine_.cert;
  const OnceFile ca(folder_.at("ca.pipe"), read_file(server_.cert));
  const OnceFile cert(folder_.at("cert.pipe"), read_file(mine_.cert));
  const OnceFile key(folder_.at("key.pipe"), read_file(mine_.key));
  expect_all_saved(ca.path(), {"--cert", cert.path(), "--key", key.path()}, &kill_workers);
}

TEST_F(TrustTest, OnePipeMayHoldCertificateAndKey) {
  client_ca_ = mine_.cert;
  const OnceFile both(folder_.at("both.pipe"), read_file(mine_.key) + read_file(mine_.cert));
  expect_all_saved(bundle(), {"--cert", both.path(), "--key", both.path()}, &kill_workers);
}

/// Both the proxy, which shows the same certificate, and the server behind it are verified.
TEST_F(TrustTest, AProxyWithTlsToo) {
  const std::string file = bundle();
  const TlsFront server({.cert = server_.cert, .key = server_.key}, origin_.port());
  const TestProxy proxy(server.port());
  const TlsFront front({.cert = server_.cert, .key = server_.key}, proxy.port());
  dns_.serve("proxy.hosts.test", {.addresses = {"127.0.0.1"}});
  Launch given = setup({"-w2", "-", "--cacert=" + file, "--dns=" + dns_.server(),
                        fmt::format("--proxy=https://proxy.hosts.test:{}", front.port())});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin("https://a.hosts.test/a.bin\n");
  ASSERT_TRUE(origin_.wait_for_count("", 1));
  replace(file);
  kill_workers(process);
  process.write_stdin("https://b.hosts.test/b.bin\nhttps://c.hosts.test/c.bin\n");
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(3u, saved_files().size());
}

TEST_F(TrustTest, PagesOfAListingToo) {
  const std::string file = bundle();
  const TlsFront front({.cert = server_.cert, .key = server_.key}, origin_.port());
  for (int page = 1; page <= 2; ++page) {
    origin_.serve(fmt::format("/page{}", page), [&, page](Connection& connection,
                                                          const Request& request) {
      if (page == 1) replace(file);
      // Closed: the next page needs a connection of its own.
      Reply reply = json(fmt::format(R"({{"url":"{}"{}}})", front.url(fmt::format("/{}.bin", page)),
                                     page == 1 ? R"(,"next":"/page2")" : ""));
      reply.ending = Ending::close;
      answer(connection, request, reply);
    });
  }
  const Finished finished = run(setup({front.url("/page1"), "--links-at=/url", "--next-at=/next",
                                       "--pages=all", "--cacert=" + file}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(2u, saved_files().size());
}

/// What an intruder finds in a worker by other means than its memory.
TEST_F(TrustTest, AWorkerHasNeitherThePathsNorTheDescriptors) {
  client_ca_ = mine_.cert;
  const auto look = [&](const FanfetchProcess& process) {
    for (const pid_t worker : process.workers()) {
      const std::string words = read_file(fmt::format("/proc/{}/cmdline", worker));
      EXPECT_FALSE(has(words, folder_.path().string()));
      std::error_code hidden;  // from those who are not root
      const std::string fds = fmt::format("/proc/{}/fd", worker);
      for (const auto& fd : fs::directory_iterator(fds, hidden)) {
        const auto target = fs::read_symlink(fd, hidden).string();
        EXPECT_FALSE(has(target, "fanfetch-tls")) << target;
      }
    }
  };
  expect_all_saved(bundle(), {"--cert", mine_.cert, "--key", mine_.key}, look);
}

}  // namespace
}  // namespace fanfetch::system
