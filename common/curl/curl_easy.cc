#include "common/curl/curl_easy.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <concepts>
#include <limits>
#include <new>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/curl/curl_handle.h"
#include "common/curl/end_cause.h"
#include "common/curl/plain_words.h"
#include "common/curl/trust_store.h"
#include "common/http/head_reader.h"

namespace fanfetch {
namespace {

template <class Value>
void set_raw(CURL* curl, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(curl, option, value);
  if (code == CURLE_OK) return;
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  throw CurlError("libcurl refuses option " + std::to_string(option) + ": " +
                  curl_easy_strerror(code));
}

/// libcurl reads a long, whatever type the number has here.
void set(CURL* curl, CURLoption option, std::integral auto number) {
  set_raw(curl, option, static_cast<long>(number));
}
void set(CURL* curl, CURLoption option, const char* text) { set_raw(curl, option, text); }
void set(CURL* curl, CURLoption option, const std::string& text) {
  set_raw(curl, option, text.c_str());
}
/// libcurl makes no copy.
void set(CURL* curl, CURLoption option, std::string_view lent) {
  curl_blob blob{const_cast<char*>(lent.data()), lent.size(), CURL_BLOB_NOCOPY};
  set_raw(curl, option, &blob);
}

/// libcurl counts milliseconds in an int.
long milliseconds(std::chrono::milliseconds time) {
  return static_cast<long>(
      std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<int>::max()));
}

// --- libcurl calls back ---

/// Of each connection, to a server or to a proxy.
CURLcode on_tls_context(CURL*, void* context, void* rules) noexcept try {
  auto* const tls = static_cast<SSL_CTX*>(context);
  const auto& [trust, record_limit] = *static_cast<const TlsRules*>(rules);
  if (record_limit != nullptr) record_limit->watch(tls);
  if (SSL_CTX_get_verify_mode(tls) == SSL_VERIFY_NONE) return CURLE_OK;
  if (trust->is_empty()) return CURLE_SSL_CACERT_BADFILE;
  SSL_CTX_set1_cert_store(tls, trust->native());
  return CURLE_OK;
} catch (const std::bad_alloc&) {
  return CURLE_OUT_OF_MEMORY;
}

curl_socket_t on_open_socket(void* guard, curlsocktype, curl_sockaddr* address) noexcept {
  if (!static_cast<CurlAddressGuard*>(guard)->may_connect(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int on_close_socket(void* kept, curl_socket_t fd) noexcept {
  return fd == *static_cast<curl_socket_t*>(kept) ? 0 : ::close(fd);
}

/// Any other response than 0 ends the transfer.
int refuse_lookup(void*, void*, void*) noexcept { return 1; }

}  // namespace

// --- The handle ---

CurlEasy::Handle::Handle() : curl(curl_easy_init()) {
  if (curl == nullptr) throw std::bad_alloc();
}

SSL* CurlEasy::Handle::ssl() const {
  curl_tlssessioninfo* session = nullptr;
  curl_easy_getinfo(curl, CURLINFO_TLS_SSL_PTR, &session);
  return session == nullptr ? nullptr : static_cast<SSL*>(session->internals);
}

long CurlEasy::Handle::connect_status() const {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &status);
  return status;
}

std::string_view CurlEasy::Handle::words(CURLcode code) const {
  return error[0] != '\0' ? error : curl_easy_strerror(code);
}

FailedTransfer CurlEasy::Handle::failed_transfer() const {
  long system_error = 0;
  curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system_error);
  return {.system_error = static_cast<int>(system_error),
          .connect_timeout = connect_timeout,
          .timeout = timeout};
}

ExchangeEnd CurlEasy::Handle::end(CURLcode code) const {
  ExchangeEnd end{.cause = end_cause(code)};
  if (code == CURLE_OK) return end;
  end.text = plain_words(end.cause, words(code), failed_transfer());
  if (head_is_too_long()) {
    end.cause = EndCause::protocol;
    end.text =
        "its head is longer than " + std::to_string(HeadReader::kMaxHeadBytes / 1024) + " KiB";
  }
  if (code == CURLE_WRITE_ERROR && tunnel_is_refused()) {
    end.cause = EndCause::connection_lost;
    end.text = "the proxy makes no tunnel (" + std::to_string(connect_status()) + ")";
  }
  end.connect_status = static_cast<int>(connect_status());
  long number = 0;
  curl_easy_getinfo(curl, CURLINFO_PROXY_ERROR, &number);
  end.proxy_refusal_is_final = is_final_proxy_refusal(number);
  return end;
}

// --- TLS sessions ---

CurlShare::CurlShare() : share_(curl_share_init()) {
  if (!share_ ||
      curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
    throw std::bad_alloc();
  }
}

void CurlShare::Free::operator()(void* share) const { curl_share_cleanup(share); }

CurlEasy::CurlEasy() : handle_(std::make_unique<Handle>()) {
  CURL* const curl = handle_->curl;
  set_raw(curl, CURLOPT_PRIVATE, handle_.get());
  set_raw(curl, CURLOPT_ERRORBUFFER, handle_->error);
  set(curl, CURLOPT_NOSIGNAL, 1);
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_FOLLOWLOCATION, 0);
  set_raw(curl, CURLOPT_HEADERFUNCTION, &on_header);
  set_raw(curl, CURLOPT_HEADERDATA, static_cast<void*>(handle_.get()));
}

CurlEasy::CurlEasy(CurlEasy&&) noexcept = default;
CurlEasy& CurlEasy::operator=(CurlEasy&&) noexcept = default;
CurlEasy::~CurlEasy() = default;

// --- The request ---

/// What libcurl calls in set_request_guard(). A member, as it sees the handle.
int CurlEasy::on_request(void* handle, char*, char*, int, int) noexcept {
  const auto& self = *static_cast<Handle*>(handle);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  if (const SSL* ssl = self.ssl()) SSL_get0_alpn_selected(ssl, &protocol, &size);
  const std::string_view name(reinterpret_cast<const char*>(protocol), size);
  return self.request_guard->may_send(name) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

void CurlEasy::set_url(const std::string& url) { set(handle_->curl, CURLOPT_URL, url); }

void CurlEasy::set_headers(const CurlList& lines) {
  set_raw(handle_->curl, CURLOPT_HTTPHEADER, lines.list_.get());
}

void CurlEasy::set_connect_only() {
  CURL* curl = handle_->curl;
  set(curl, CURLOPT_CONNECT_ONLY, 1);
  set_raw(curl, CURLOPT_CLOSESOCKETFUNCTION, &on_close_socket);
  set_raw(curl, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&handle_->kept_socket));
}

void CurlEasy::set_basic_auth(const std::string& userinfo) {
  set(handle_->curl, CURLOPT_USERPWD, userinfo);
  set(handle_->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
}

void CurlEasy::set_http(Http version) {
  const auto number = version == Http::v1_1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
  set(handle_->curl, CURLOPT_HTTP_VERSION, static_cast<long>(number));
}

// --- The way ---

void CurlEasy::set_proxy(const std::string& url) {
  set(handle_->curl, CURLOPT_PROXY, url);
  set(handle_->curl, CURLOPT_NOPROXY, "");
}

void CurlEasy::set_addresses(const CurlList& entries) {
  set_raw(handle_->curl, CURLOPT_RESOLVE, entries.list_.get());
}

void CurlEasy::set_lookup(Lookup lookup) {
  set_raw(handle_->curl, CURLOPT_RESOLVER_START_FUNCTION,
          lookup == Lookup::forbidden ? &refuse_lookup : nullptr);
}

void CurlEasy::set_name_cache(NameCache cache) {
  set(handle_->curl, CURLOPT_DNS_CACHE_TIMEOUT, cache == NameCache::none ? 0 : -1);
}

void CurlEasy::abandon_lookups() { set(handle_->curl, CURLOPT_QUICK_EXIT, 1); }

// --- TLS ---

void CurlEasy::set_trust(const TrustStore& store) {
  CURL* curl = handle_->curl;
  const char* const none = nullptr;
  for (const CURLoption built_in :
       {CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH}) {
    set(curl, built_in, none);
  }
  set_raw(curl, CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  handle_->tls.trusted = &store;
  set_raw(curl, CURLOPT_SSL_CTX_DATA, static_cast<void*>(&handle_->tls));
}

void CurlEasy::set_record_limit(const RecordLimit& limit) { handle_->tls.record_limit = &limit; }

void CurlEasy::set_client_certificate(std::string_view cert, std::string_view key) {
  set(handle_->curl, CURLOPT_SSLCERT_BLOB, cert);
  set(handle_->curl, CURLOPT_SSLKEY_BLOB, key.empty() ? cert : key);
}

void CurlEasy::set_verify_tls(bool verify) {
  set(handle_->curl, CURLOPT_SSL_VERIFYPEER, verify ? 1 : 0);
  set(handle_->curl, CURLOPT_SSL_VERIFYHOST, verify ? 2 : 0);
}

void CurlEasy::set_share(const CurlShare& share) {
  set_raw(handle_->curl, CURLOPT_SHARE, share.share_.get());
}

// --- Time ---

void CurlEasy::set_connect_timeout(std::chrono::milliseconds time) {
  handle_->connect_timeout = time;
  // libcurl takes 0 for its default of 300 s; a day is no limit.
  set(handle_->curl, CURLOPT_CONNECTTIMEOUT_MS,
      milliseconds(time.count() > 0 ? time : std::chrono::hours(24)));
}

void CurlEasy::set_timeout(std::chrono::milliseconds time) {
  handle_->timeout = time;
  set(handle_->curl, CURLOPT_TIMEOUT_MS, milliseconds(time));
}

// --- The response ---

void CurlEasy::set_buffer_size(std::size_t bytes) { set(handle_->curl, CURLOPT_BUFFERSIZE, bytes); }

/// What libcurl calls with each line of a head, the empty one at its end included. A member, as it
/// sees the handle. libcurl itself would keep heads without end, and read a proxy's response to
/// CONNECT in one go for as long as it comes, the body of a 407 included.
std::size_t CurlEasy::on_header(char* line, std::size_t size, std::size_t count,
                                void* handle) noexcept {
  auto& self = *static_cast<Handle*>(handle);
  const std::string_view text(line, size * count);
  self.note_delivery();
  self.head_bytes += text.size();
  if (self.head_is_too_long()) return 0;  // CURLE_WRITE_ERROR
  const bool is_end = text == "\r\n" || text == "\n";
  if (is_end && self.tunnel_is_refused()) return 0;
  if (self.response_handler == nullptr) return text.size();
  long status = 0;
  curl_easy_getinfo(self.curl, CURLINFO_RESPONSE_CODE, &status);
  // Of informational responses there may be several; behind the body, trailers end, too.
  if (!is_end || status < 200 || std::exchange(self.has_head, true)) return text.size();
  return self.response_handler->on_head() ? text.size() : 0;
}

/// What libcurl calls with each piece of a body. A member, as it sees the handle.
std::size_t CurlEasy::on_body(char* data, std::size_t size, std::size_t count,
                              void* handle) noexcept {
  const auto& self = *static_cast<const Handle*>(handle);
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size * count);
  self.note_delivery();
  switch (self.response_handler->on_body(bytes)) {
    case Taken::all: return bytes.size();
    case Taken::later: return CURL_WRITEFUNC_PAUSE;
    case Taken::no_more: break;
  }
  return bytes.size() + 1;  // any other number than all ends the transfer: CURLE_WRITE_ERROR
}

void CurlEasy::set_response_handler(CurlResponseHandler& handler) {
  CURL* const curl = handle_->curl;
  handle_->response_handler = &handler;
  set_raw(curl, CURLOPT_WRITEFUNCTION, &on_body);
  set_raw(curl, CURLOPT_WRITEDATA, static_cast<void*>(handle_.get()));
}

void CurlEasy::set_address_guard(CurlAddressGuard& guard) {
  set_raw(handle_->curl, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set_raw(handle_->curl, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&guard));
}

void CurlEasy::set_request_guard(CurlRequestGuard& guard) {
  handle_->request_guard = &guard;
  set_raw(handle_->curl, CURLOPT_PREREQFUNCTION, &on_request);
  set_raw(handle_->curl, CURLOPT_PREREQDATA, static_cast<void*>(handle_.get()));
}

void CurlEasy::set_owner(void* owner) { handle_->owner = owner; }

std::optional<ExchangeEnd> CurlEasy::resume() {
  const CURLcode code = curl_easy_pause(handle_->curl, CURLPAUSE_CONT);
  if (code == CURLE_OK) return std::nullopt;
  return handle_->end(code);
}

long CurlEasy::connections_opened() const {
  long opened = 0;
  curl_easy_getinfo(handle_->curl, CURLINFO_NUM_CONNECTS, &opened);
  return opened;
}

Timings CurlEasy::connection_timings() const {
  if (connections_opened() == 0) return {};
  // All since the transfer's begin; 0: not reached.
  const auto reached_at = [this](CURLINFO what) {
    curl_off_t time = 0;
    curl_easy_getinfo(handle_->curl, what, &time);
    return std::chrono::microseconds(time);
  };
  const auto between = [](std::chrono::microseconds from, std::chrono::microseconds to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(to - from, {}));
  };
  Timings timings;
  const auto connected = reached_at(CURLINFO_CONNECT_TIME_T);
  if (connected.count() > 0) {
    timings.connect = between(reached_at(CURLINFO_NAMELOOKUP_TIME_T), connected);
  }
  const auto secured = reached_at(CURLINFO_APPCONNECT_TIME_T);
  if (secured.count() > 0) timings.tls = between(connected, secured);
  return timings;
}

}  // namespace fanfetch
