#include "common/curl/curl_multi.h"

#include <curl/curl.h>

#include <new>

#include "common/curl/curl_global.h"
#include "common/curl/curl_handle.h"

namespace fanfetch {
namespace {

/// libcurl has its own timers; this only bounds one sleep.
constexpr int kPollMs = 1000;

CurlEvents::Interest to_interest(int what) {
  switch (what) {
    case CURL_POLL_IN: return CurlEvents::Interest::read;
    case CURL_POLL_OUT: return CurlEvents::Interest::write;
    default: return CurlEvents::Interest::both;
  }
}

template <class Value>
void set(CURLM* multi, CURLMoption option, Value value) {
  const CURLMcode code = curl_multi_setopt(multi, option, value);
  if (code != CURLM_OK) throw CurlError(curl_multi_strerror(code));
}

}  // namespace

void CurlMulti::Free::operator()(void* multi) const { curl_multi_cleanup(multi); }

CurlMulti::CurlMulti() : multi_(curl_multi_init()) {
  if (!multi_) throw std::bad_alloc();
}

CurlMulti::CurlMulti(CurlEvents& events, unsigned connections) : CurlMulti() {
  events_ = &events;
  CURLM* const multi = multi_.get();
  set(multi, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket_change);
  set(multi, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  set(multi, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer_change);
  set(multi, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  set(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  set(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

CurlMulti::~CurlMulti() {
  ending_ = true;
  multi_.reset();
  if (events_ != nullptr) events_->set_timer(std::nullopt);
}

void CurlMulti::add(CurlEasy& easy) {
  easy.handle_->error[0] = '\0';
  if (curl_multi_add_handle(multi_.get(), easy.handle_->curl) != CURLM_OK) throw std::bad_alloc();
  ++size_;
}

void CurlMulti::remove(CurlEasy& easy) {
  curl_multi_remove_handle(multi_.get(), easy.handle_->curl);
  --size_;
}

void CurlMulti::share_connections() {
  set(multi_.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
}

void CurlMulti::collect(const std::function<void(void* owner, ExchangeEnd end)>& done) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CurlEasy::Handle* handle = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
    done(handle->owner, handle->end(message->data.result));
  }
}

// --- Driven by an event loop ---

void CurlMulti::on_ready(int fd, Readiness readiness) {
  const int events = (readiness.read ? CURL_CSELECT_IN : 0) |
                     (readiness.write ? CURL_CSELECT_OUT : 0) |
                     (readiness.error ? CURL_CSELECT_ERR : 0);
  int running = 0;
  closed_ = nullptr;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  if (readiness.error && closed_ != nullptr) try_next_address(closed_);
}

void CurlMulti::on_timer() {
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

/// When a connection is refused, libcurl 7.88 goes to the host's next address only at its next
/// timer, which may be half the time-out away. A handle that is paused and resumed is looked at
/// immediately; one that has no address left takes no harm.
void CurlMulti::try_next_address(void* curl) {
  curl_off_t connected = 0;
  curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connected);
  if (connected != 0) return;
  curl_easy_pause(curl, CURLPAUSE_SEND);
  curl_easy_pause(curl, CURLPAUSE_CONT);
}

/// `watched`: not nullptr once the descriptor is watched.
int CurlMulti::on_socket_change(void* curl, int fd, int what, void* self, void* watched) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.closed_ = curl;
    multi.events_->unwatch(fd);  // libcurl forgets `watched` by itself
  } else if (multi.ending_) {
    // Nobody waits for its connections any more.
  } else if (watched != nullptr) {
    multi.events_->rewatch(fd, to_interest(what));
  } else {
    multi.events_->watch(fd, to_interest(what));
    curl_multi_assign(multi.multi_.get(), fd, self);  // any pointer but nullptr
  }
  return 0;
}

int CurlMulti::on_timer_change(void*, long timeout_ms, void* self) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (multi.ending_) return 0;
  multi.events_->set_timer(timeout_ms < 0 ? std::nullopt
                                          : std::optional(std::chrono::milliseconds(timeout_ms)));
  return 0;
}

// --- Driven by run() ---

bool CurlMulti::run(int stop_fd) {
  int running = 1;
  while (curl_multi_perform(multi_.get(), &running) == CURLM_OK && running > 0) {
    curl_waitfd stop{stop_fd, CURL_WAIT_POLLIN, 0};
    const unsigned extra = stop_fd >= 0 ? 1 : 0;
    if (curl_multi_poll(multi_.get(), &stop, extra, kPollMs, nullptr) != CURLM_OK) break;
    if (stop.revents != 0) return false;
  }
  return true;
}

}  // namespace fanfetch
