// --http2, against nginx: what is had by it, and what is not believed to be whole.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "tests/support/certificates.h"
#include "tests/support/loopback.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

void write_file(const std::string& path, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("cannot write " + path);
  }
}

/// nginx with HTTP/2 over TLS: files below `/files/`, and what the origin says under other paths.
class Nginx {
 public:
  Nginx(const std::string& folder, const Certificate& certificate, const FaultOrigin& origin,
        int requests_a_connection)
      : log_(folder + "/access.log") {
    const UniqueFd listener = listen_on_loopback(port_);
    write_file(folder + "/nginx.conf", fmt::format(R"(
daemon off; user root; worker_processes 1; pid {0}/nginx.pid; error_log {0}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3;
  uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;
  log_format short '$server_protocol $connection $uri';
  access_log {0}/access.log short;
  server {{
    listen 127.0.0.1:{1} ssl http2;
    ssl_certificate {2}; ssl_certificate_key {3};
    keepalive_requests {4};
    location / {{ proxy_pass http://127.0.0.1:{5}; proxy_http_version 1.1; proxy_buffering off; }}
    location /files/ {{ root {0}; }}
  }}
}})",
                                                   folder, port_, certificate.cert, certificate.key,
                                                   requests_a_connection, origin.port()));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, listener.get(), kInheritedFd);
    // nginx takes over the socket that listens already, so that nobody else can get its port.
    std::vector<std::string> words{"setpriv", "--pdeathsig=TERM",    "nginx", "-e", "stderr",
                                   "-c",      folder + "/nginx.conf"};
    std::string inherited = fmt::format("NGINX={};", kInheritedFd);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* const environment[] = {inherited.data(), path.data(), nullptr};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, "setpriv", &actions, nullptr, argv.data(), environment) != 0) {
      throw std::runtime_error("setpriv is not installed");
    }
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~Nginx() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  [[nodiscard]] std::string url(const std::string& path) const {
    return fmt::format("https://127.0.0.1:{}{}", port_, path);
  }
  /// `HTTP/2.0 CONNECTION /path` for each request, in the order they ended.
  [[nodiscard]] std::vector<std::string> requests() const { return lines_of(read_file(log_)); }

 private:
  static constexpr int kInheritedFd = 20;
  std::string log_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

class Http2Test : public SystemTest {
 protected:
  void start(int requests_a_connection = 1000) {
    certificate_ = make_certificate(folder_.path(), "server");
    nginx_.emplace(folder_.path(), certificate_, origin_, requests_a_connection);
  }
  std::vector<std::string> links(std::size_t count) {
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = fmt::format("{:03}.jpg", i);
      wanted_[name] = noise(20'000, static_cast<unsigned>(i) + 1);
      (void)folder_.write("files/" + name, wanted_[name]);
      urls.push_back(nginx_->url("/files/" + name));
    }
    return urls;
  }
  std::vector<std::string> options(std::vector<std::string> args = {"--http2"}) {
    args.push_back("--cacert=" + certificate_.cert);
    return args;
  }
  /// So many requests of that version, no more and no fewer. nginx logs a request when it is over,
  /// which may be after its client has all of it.
  [[nodiscard]] bool logged(std::string_view version, std::size_t wanted) const {
    const auto count = [&] {
      const auto lines = nginx_->requests();
      return static_cast<std::size_t>(std::count_if(
          lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(version); }));
    };
    return eventually([&] { return count() >= wanted; }, kPatience) && count() == wanted;
  }

  Certificate certificate_;
  std::optional<Nginx> nginx_;
  std::map<std::string, std::string> wanted_;
};

TEST_F(Http2Test, ManyFilesShareConnections) {
  start();
  const Finished finished = run(list_setup(links(100), options()));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(wanted_ == saved_files());
  EXPECT_TRUE(logged("HTTP/2.0", 100));
  std::set<std::string> connections;
  for (const auto& line : nginx_->requests()) connections.insert(line.substr(0, line.rfind(' ')));
  EXPECT_LE(connections.size(), 16u) << "no more than were begun with at once";
}

TEST_F(Http2Test, OnlyWhoAsksForItGetsIt) {
  start();
  const Finished finished = run(list_setup(links(5), options({})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(logged("HTTP/1.1", 5));
}

TEST_F(Http2Test, NotWithALimitOfBytes) {
  start();
  const Finished finished = run(list_setup(links(5), options({"--http2", "--limit-rate=1M"})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(logged("HTTP/1.1", 5));
}

TEST_F(Http2Test, AConnectionThatTheServerEndsCostsNoFile) {
  start(7);
  const Finished finished = run(list_setup(links(100), options()));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(wanted_ == saved_files());
}

TEST_F(Http2Test, ABodyWithoutALengthComesByHttp1) {
  start();
  const std::string body = noise(300'000);
  origin_.serve("/a.jpg", Reply{.body = body, .framing = Framing::chunked});
  const ResultLine line = fetch(nginx_->url("/a.jpg"), options());
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_TRUE(body == saved_files().at("a.jpg"));
  EXPECT_TRUE(logged("HTTP/2.0", 1));
  EXPECT_TRUE(logged("HTTP/1.1", 1));
}

TEST_F(Http2Test, AnEmptyBodyWithoutALengthToo) {
  start();
  origin_.serve("/a.jpg", Reply{.framing = Framing::chunked});
  EXPECT_EQ("saved", fetch(nginx_->url("/a.jpg"), options()).status);
  EXPECT_TRUE(logged("HTTP/1.1", 1));
}

TEST_F(Http2Test, ABodyThatIsCutIsNotSaved) {
  start();
  const std::string body = noise(300'000);
  origin_.serve("/chunks.jpg", Reply{.body = body, .framing = Framing::unterminated_chunks});
  origin_.serve("/length.jpg", truncated(body, 100'000));
  const Finished finished = run(list_setup({nginx_->url("/chunks.jpg"), nginx_->url("/length.jpg")},
                                           options({"--http2", "--retries=1"})));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  for (const ResultLine& line : records()) {
    EXPECT_EQ("truncated", line.error) << line.message.value_or("");
    EXPECT_EQ(true, line.retryable);
    EXPECT_EQ(2, line.attempts);
  }
  EXPECT_TRUE(saved_files().empty());
  EXPECT_TRUE(logged("HTTP/2.0", 2)) << "a second try goes by HTTP/1.1";
}

TEST_F(Http2Test, AnErrorPageWithoutALengthIsJustThat) {
  start();
  Reply page = status(404);
  page.framing = Framing::chunked;
  origin_.serve("/a.jpg", page);
  const ResultLine line = fetch(nginx_->url("/a.jpg"), options());
  EXPECT_EQ("http_4xx", line.error);
  EXPECT_TRUE(logged("HTTP/", 1));
}

TEST_F(Http2Test, AServerWithoutItIsServedAsEver) {
  certificate_ = make_certificate(folder_.path(), "server");
  origin_.serve("/a.jpg", ok("picture"));
  const TlsFront front({certificate_.cert, certificate_.key}, origin_.port());
  EXPECT_EQ("saved", fetch(front.url("/a.jpg"), options()).status);
  std::filesystem::remove_all(output());
  EXPECT_EQ("saved", fetch("/a.jpg", options()).status) << "and so is one without TLS";
}

}  // namespace
}  // namespace fanfetch::system
