#include "coordinator/listing/page_connection.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using Status = CurlConnection::Status;

/// A server that refuses has said so; what else it says must not hold up the run.
constexpr std::chrono::seconds kPatienceWithRefusals{3};

enum class Woken { ready, late, stopping };

/// Waits for `events` on `fd`; only looks at the time and for the stop if there is none (0).
Woken wait_for(int fd, short events, const PageConnection::Patience& patience) {
  constexpr milliseconds kLongestSleep{60'000};  // poll() counts in int
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    const auto left = std::chrono::ceil<milliseconds>(patience.until - now);
    const auto sleep =
        events == 0 ? milliseconds(0) : std::clamp(left, milliseconds(0), kLongestSleep);
    pollfd asked[] = {{patience.stop_fd, POLLIN, 0}, {events == 0 ? -1 : fd, events, 0}};
    ::poll(asked, 2, static_cast<int>(sleep.count()));  // passes over negative descriptors
    if (asked[0].revents != 0) return Woken::stopping;
    if (left.count() <= 0) return Woken::late;
    if (asked[1].revents != 0 || events == 0) return Woken::ready;
  }
}

}  // namespace

PageConnection::PageConnection(std::string key, CurlEasy easy, CurlMulti& multi, bool tls)
    : key_(std::move(key)), bytes_(std::move(easy), multi, tls) {}

std::optional<ExchangeEnd> PageConnection::exchange(std::string_view request, PageReader& reader,
                                                    const Patience& patience) {
  kept_ = false;
  auto unsent = std::as_bytes(std::span(request));
  Patience left = patience;
  bool explains = false;
  for (;;) {
    CurlConnection::Moved sent;
    while (!unsent.empty() && sent.status == Status::moved) {
      sent = bytes_.send(unsent);
      unsent = unsent.subspan(sent.bytes);
    }
    const bool received = receive(reader);
    // A server may respond, and close, before it has read all.
    if (!received && sent.status == Status::broken) reader.connection_broke(sent.problem);
    if (reader.is_over()) {
      kept_ = kept_ && unsent.empty();
      return reader.end();
    }
    if (reader.has_head() && reader.is_refusal() && !std::exchange(explains, true)) {
      left.until = std::min(left.until, std::chrono::steady_clock::now() + kPatienceWithRefusals);
    }
    const auto events = static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT);
    switch (wait_for(bytes_.fd(), received ? short{0} : events, left)) {
      case Woken::ready: break;
      case Woken::late: return ExchangeEnd{.cause = EndCause::timeout};
      case Woken::stopping: return std::nullopt;
    }
  }
}

/// Hands `reader` what there is. False: nothing at present.
bool PageConnection::receive(PageReader& reader) {
  const auto moved = bytes_.receive(buffer_);
  switch (moved.status) {
    case Status::later: return false;
    case Status::closed: reader.end_of_connection(bytes_.close_is_proved()); return true;
    case Status::broken: reader.connection_broke(moved.problem); return true;
    case Status::moved: break;
  }
  std::span<const std::byte> bytes = std::span(buffer_).first(moved.bytes);
  reader.take(bytes);
  kept_ = reader.is_over() && reader.keeps_connection() && bytes.empty();
  return true;
}

}  // namespace fanfetch
