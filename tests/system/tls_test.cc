// Certificates: which are believed, and what is said of the others. The server is OpenSSL's own.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/system/system_test.h"

extern char** environ;

namespace fanfetch::system {
namespace {

/// `openssl s_server -WWW`: serves the files of a folder over TLS.
class TlsServer {
 public:
  TlsServer(const std::string& folder, const std::string& name) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    std::vector<std::string> args{"openssl", "s_server",    "-WWW", "-accept",    "127.0.0.1:0",
                                  "-cert",   name + ".pem", "-key", name + ".key"};
    std::vector<char*> argv;
    for (auto& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, "openssl", &actions, nullptr, argv.data(), environ) != 0) {
      throw std::runtime_error("openssl is not installed");
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    out_.reset(out[0]);
    read_port();
  }
  ~TlsServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url(const std::string& file) const {
    return "https://127.0.0.1:" + port_ + "/" + file;
  }

 private:
  /// It says "ACCEPT 127.0.0.1:PORT" once it listens.
  void read_port() {
    std::string text;
    char byte = 0;
    while (::read(out_.get(), &byte, 1) == 1) {
      text += byte;
      if (byte != '\n') continue;
      const auto at = text.find("ACCEPT 127.0.0.1:");
      if (at != std::string::npos) {
        port_ = text.substr(at + 17, text.size() - at - 18);
        return;
      }
    }
    throw std::runtime_error("openssl s_server did not start: " + text);
  }

  pid_t pid_ = -1;
  UniqueFd out_;
  std::string port_;
};

class TlsTest : public SystemTest {
 protected:
  void SetUp() override {
    make_certificate("good", "IP:127.0.0.1", "2");
    make_certificate("elsewhere", "DNS:elsewhere.example", "2");
    make_certificate("expired", "IP:127.0.0.1", "-1");
    folder_.write("file.bin", "the body");
  }

  /// Self-signed, so each is its own authority. `days` from now it ends; negative: it has ended.
  void make_certificate(const std::string& name, const std::string& host, const std::string& days) {
    const auto command = fmt::format(
        "cd '{}' && {{ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
        "-nodes -subj /CN=test -keyout {}.key -out csr -addext subjectAltName={} && "
        "openssl x509 -req -in csr -signkey {}.key -days {} -copy_extensions copy "
        "-out {}.pem; }} 2>/dev/null",
        folder_.at(""), name, host, name, days, name);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  ResultLine fetch_from(const std::string& certificate, std::vector<std::string> args) {
    const TlsServer server(folder_.at(""), certificate);
    return fetch(server.url("file.bin"), std::move(args));
  }
  std::vector<std::string> trusting(const std::string& name) {
    return {"--cacert", folder_.at(name + ".pem")};
  }
};

TEST_F(TlsTest, ATrustedCertificateIsBelieved) {
  const ResultLine line = fetch_from("good", trusting("good"));
  EXPECT_EQ(line.status, "saved") << line.message.value_or("");
  EXPECT_EQ(saved_files().at("file.bin"), "the body");
}

TEST_F(TlsTest, AnUnknownCertificateIsNotAndNoRetryHelps) {
  const ResultLine line = fetch_from("good", trusting("elsewhere"));
  EXPECT_EQ(line.error, "tls") << line.message.value_or("");
  EXPECT_EQ(line.attempts, 1) << line.message.value_or("");
}

TEST_F(TlsTest, ACertificateForAnotherNameIsNot) {
  EXPECT_EQ(fetch_from("elsewhere", trusting("elsewhere")).error, "tls");
}

TEST_F(TlsTest, AnExpiredCertificateIsNot) {
  EXPECT_EQ(fetch_from("expired", trusting("expired")).error, "tls");
}

TEST_F(TlsTest, InsecureBelievesAnything) {
  EXPECT_EQ(fetch_from("elsewhere", {"--insecure"}).status, "saved");
}

}  // namespace
}  // namespace fanfetch::system
