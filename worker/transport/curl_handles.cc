#include "worker/transport/curl_handles.h"

#include <sys/epoll.h>

#include <new>

namespace fanfetch {
namespace {

std::uint32_t to_epoll(int what) {
  switch (what) {
    case CURL_POLL_IN: return EPOLLIN;
    case CURL_POLL_OUT: return EPOLLOUT;
    default: return EPOLLIN | EPOLLOUT;
  }
}

}  // namespace

// --- CurlHandles ---

EasyHandle CurlHandles::take() {
  EasyHandle easy;
  if (idle_.empty()) {
    easy.reset(curl_easy_init());
    if (!easy) throw std::bad_alloc();
  } else {
    easy = std::move(idle_.back());
    idle_.pop_back();
  }
  set_common_options(easy.get());
  return easy;
}

void CurlHandles::set_common_options(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // A redirect is the coordinator's to decide, and libcurl would carry secrets along (facts).
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  // Debian's default CAPATH switches the cache of parsed CAs off: 32 ms CPU a connection.
  curl_easy_setopt(easy, CURLOPT_CAINFO, tls_files_.ca.c_str());
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, tls_files_.ca.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  if (!tls_files_.cert.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls_files_.cert.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, tls_files_.key.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L * 1024);
  // Credentials come with the job, never from a file in somebody's home.
  curl_easy_setopt(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED);
}

// --- LoopMulti ---

LoopMulti::LoopMulti(EventLoop& loop, unsigned connections)
    : loop_(loop), multi_(curl_multi_init()) {
  if (!multi_) throw std::bad_alloc();
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &LoopMulti::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &LoopMulti::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

LoopMulti::~LoopMulti() {
  multi_.reset();  // closes connections, which calls on_socket
  loop_.cancel(timer_);
}

void LoopMulti::add(CURL* easy) {
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) throw std::bad_alloc();
}

void LoopMulti::share_connections() {
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
}

void LoopMulti::remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }

void LoopMulti::collect(const std::function<void(CURL* easy, CURLcode code)>& done) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) done(message->easy_handle, message->data.result);
  }
}

void LoopMulti::act(curl_socket_t fd, int events) {
  int running = 0;
  closed_ = nullptr;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  if ((events & CURL_CSELECT_ERR) != 0 && closed_ != nullptr) try_next_address(closed_);
}

/// When a connection is refused, libcurl 7.88 goes to the host's next address only at its next
/// timer, which may be half the time-out away. A handle that is paused and let go on is looked at
/// at once; one that has no address left takes no harm.
void LoopMulti::try_next_address(CURL* easy) {
  curl_off_t connected = 0;
  curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
  if (connected != 0) return;
  curl_easy_pause(easy, CURLPAUSE_SEND);
  curl_easy_pause(easy, CURLPAUSE_CONT);
}

int LoopMulti::on_socket(CURL* easy, curl_socket_t fd, int what, void* self,
                         void* watched) noexcept {
  auto& multi = *static_cast<LoopMulti*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.closed_ = easy;
    multi.loop_.unwatch(fd);
    curl_multi_assign(multi.multi_.get(), fd, nullptr);
  } else if (watched != nullptr) {
    multi.loop_.rewatch(fd, to_epoll(what));
  } else {
    multi.loop_.watch(fd, to_epoll(what), [&multi, fd](std::uint32_t events) {
      multi.act(fd, ((events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                        ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                        ((events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0));
    });
    curl_multi_assign(multi.multi_.get(), fd, &multi);  // any pointer: "watched"
  }
  return 0;
}

int LoopMulti::on_timer(CURLM*, long timeout_ms, void* self) noexcept {
  auto& multi = *static_cast<LoopMulti*>(self);
  multi.loop_.cancel(multi.timer_);
  if (timeout_ms >= 0) {
    multi.timer_ = multi.loop_.call_at(multi.loop_.now() + std::chrono::milliseconds(timeout_ms),
                                       [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
  }
  return 0;
}

}  // namespace fanfetch
