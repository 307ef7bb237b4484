// A response over a kept connection, without TLS. Variants: `exchange BYTES`, what the transport
// does with it alone; `transfer BYTES`, with all that a worker does with it but for the hash, to
// its part file and its outcome. The server is a socket on loopback at the end of the same thread.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "tests/bench/stages/stage.h"
#include "worker/store/part_file.h"
#include "worker/transfer.h"
#include "worker/transport/curl_setup.h"
#include "worker/transport/direct/direct_transport.h"
#include "worker/transport/request.h"

namespace fanfetch::bench {
namespace {

/// Less than a socket takes at once, so that what arrives together is the same each time.
constexpr std::size_t kSentAtOnce = 32 * 1024;

/// Takes one connection, and responds to each request with the same body.
class Server {
 public:
  explicit Server(std::size_t bytes)
      : response_(fmt::format("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
                              "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
                              "Content-Type: image/jpeg\r\nContent-Length: {}\r\n"
                              "Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n"
                              "Connection: keep-alive\r\nETag: \"5f3c61b2-2800\"\r\n"
                              "Accept-Ranges: bytes\r\n\r\n",
                              bytes) +
                  body_of(bytes)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 1) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      leave("no socket listens");
    }
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Takes a request, if it has come.
  [[nodiscard]] bool has_request() {
    if (!socket_.valid()) {
      socket_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket_.valid()) return false;
      const int on = 1;  // or the last piece waits until the one before is acknowledged
      ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    std::array<char, 8192> request;
    sent_ = 0;
    return ::recv(socket_.get(), request.data(), request.size(), MSG_DONTWAIT) > 0;
  }

  /// The next piece of the response. False: there is none.
  [[nodiscard]] bool send() {
    const std::size_t size = std::min(kSentAtOnce, response_.size() - sent_);
    if (size == 0) return false;
    if (::send(socket_.get(), response_.data() + sent_, size, MSG_NOSIGNAL) !=
        static_cast<ssize_t>(size)) {
      leave("a response was not sent");
    }
    sent_ += size;
    return true;
  }

 private:
  const std::string response_;
  const UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  std::uint16_t port_ = 0;
  UniqueFd socket_;
  std::size_t sent_ = 0;
};

/// Takes a body, and does nothing with it.
struct Sink final : ResponseTaker {
  void on_request() noexcept override {}
  bool on_head(const ResponseHead&) noexcept override { return true; }
  Taken on_body(std::span<const std::byte> bytes) noexcept override {
    received += bytes.size();
    return Taken::all;
  }
  std::size_t received = 0;
};

struct NoLimits final : Transfer::Supervisor {
  void on_request(Transfer&) noexcept override {}
  bool may_take(Transfer&, std::size_t) noexcept override { return true; }
};

class TransportStage final : public Stage {
 public:
  TransportStage(bool whole, std::size_t bytes) : whole_(whole), bytes_(bytes), server_(bytes) {}

  void run(std::uint64_t first, std::uint64_t count) override {
    for (std::uint64_t number = first; number < first + count; ++number) {
      Job job = job_of(number);
      if (whole_) {
        transfer(std::move(job));
        if (::unlinkat(folder_, file_name(number).c_str(), 0) != 0) leave("there is no part");
      } else {
        exchange(job);
      }
    }
  }

 private:
  Job job_of(std::uint64_t number) const {
    return {.url = fmt::format("http://127.0.0.1:{}/album/{}", server_.port(), file_name(number)),
            .part_name = file_name(number),
            .user_agent = "fanfetch/0.1.0",
            .connect_host = "127.0.0.1",
            .connect_port = server_.port(),
            .addresses = {"127.0.0.1"},
            .earlier_part = EarlierPart::none,
            .link_extension = "jpg",
            .max_size = 1 << 30,
            .hash_content = HashContent::no};
  }

  void exchange(const Job& job) {
    Sink sink;
    std::unique_ptr<Exchange> exchange;
    counted([&] { exchange = transport_.start(job, make_request(job, {}), Repeat::once, sink); });
    serve();
    if (sink.received != bytes_) leave("a body did not come whole");
    counted([&] { exchange.reset(); });
  }

  void transfer(Job job) {
    std::unique_ptr<Transfer> transfer;
    counted([&] {
      transfer = std::make_unique<Transfer>(std::move(job), store_, transport_, supervisor_);
      if (transfer->prepare() != Transfer::Ready::yes) leave("a transfer is not ready");
      transfer->start();
    });
    serve();
    counted([&] {
      const auto outcome = transfer->finish(*end_);
      const auto* saved = outcome ? std::get_if<Saved>(&*outcome) : nullptr;
      if (saved == nullptr || saved->bytes != bytes_) leave("a file was not saved");
      transfer.reset();
    });
  }

  /// Until the exchange has ended.
  void serve() {
    end_.reset();
    while (!server_.has_request()) turn();  // only the first one has to connect
    while (!end_) {
      if (!server_.send()) leave("the response was sent, and has not come");
      counted([&] { turn(); });
    }
    if (end_->cause != EndCause::complete) leave("an exchange failed: " + end_->text);
  }

  void turn() {
    loop_.run([this] {
      transport_.collect([this](ResponseTaker&, ExchangeEnd end) { end_ = std::move(end); });
      loop_.stop();
    });
  }

  const bool whole_;
  const std::size_t bytes_;
  Server server_;
  CurlGlobal global_;
  EventLoop loop_;
  CurlSetup setup_{TlsFiles{}};
  DirectTransport transport_{loop_, setup_, 64};
  const int folder_ = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  PartFolder store_{UniqueFd(folder_)};
  NoLimits supervisor_;
  std::optional<ExchangeEnd> end_;
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view variant) {
  const std::string text(variant);
  return std::make_unique<TransportStage>(
      text.starts_with("transfer"),
      std::strtoull(text.substr(text.find(' ')).c_str(), nullptr, 10));
}

}  // namespace fanfetch::bench
