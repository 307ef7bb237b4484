// A response over a kept connection, without TLS. Variants: `exchange BYTES`, what the transport
// does with it alone; `transfer BYTES`, with what becomes of it, but for the hash, to its part file
// and its outcome.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "tests/bench/stages/loopback_server.h"
#include "tests/bench/stages/stage.h"
#include "worker/store/part_file.h"
#include "worker/transfer.h"
#include "worker/transport/curl_setup.h"
#include "worker/transport/direct/direct_transport.h"
#include "worker/transport/request.h"

namespace fanfetch::bench {
namespace {

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
  bool may_take(Transfer&, std::size_t, Transfer::HeldBy) noexcept override { return true; }
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
  LoopbackServer server_;
  CurlGlobal global_;
  EventLoop loop_;
  CurlSetup setup_{TlsBytes{}};
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
