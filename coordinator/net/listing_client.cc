#include "coordinator/net/listing_client.h"

#include <curl/curl.h>
#include <poll.h>

#include <chrono>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "coordinator/link/retry_wait.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxPageBytes = std::size_t{64} << 20;
constexpr int kTries = 3;
constexpr int kMaxHops = 5;
constexpr seconds kFirstWait{1};
constexpr seconds kMaxWait{30};
constexpr int kPollMs = 1000;  // libcurl has its own timers; this only bounds one sleep

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList make_headers(const std::vector<std::string>& headers) {
  HeaderList list;
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

/// Waits until `stop_fd` is readable (true) or `time` is over.
bool stops_within(int stop_fd, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd asked{stop_fd, POLLIN, 0};
    const int ready = ::poll(&asked, 1, left.count() < 0 ? 0 : static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready == 0 || left.count() <= 0) return false;  // else: a signal came
  }
}

/// Failures that the same request may not meet again.
bool may_pass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE: return true;
    default: return false;
  }
}

std::string_view advice(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return "; --cacert names the certificates to trust";
    case CURLE_COULDNT_RESOLVE_PROXY: return "; check --proxy and the proxy variables";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT: return "; check the network";
    default: return "";
  }
}

tl::unexpected<Error> stopped(const std::string& url) {
  return fail("stopped before {} came", mask_userinfo(url));
}

/// All headers of the last answer, names in lower case.
std::vector<std::pair<std::string, std::string>> read_headers(CURL* curl) {
  std::vector<std::pair<std::string, std::string>> headers;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(curl, CURLH_HEADER, -1, header)) != nullptr) {
    headers.emplace_back(to_lower(header->name), header->value);
  }
  return headers;
}

/// What the server asks for, if it asks for a wait; else 1 and 2 s.
Duration wait_before_retry(const Result<Page>& page, int tries) {
  const auto asked = parse_retry_after(page ? page->header("retry-after") : std::string_view(),
                                       std::chrono::system_clock::now());
  return asked > seconds(0) ? *asked : exponential_backoff(tries, kFirstWait, kMaxWait);
}

/// Receives one body. A page that grows too large ends its transfer.
struct Body {
  std::string bytes;
  bool too_large = false;

  static std::size_t write(const char* from, std::size_t, std::size_t count, void* to) noexcept {
    auto& body = *static_cast<Body*>(to);
    body.too_large = count > kMaxPageBytes - body.bytes.size();
    if (body.too_large) return 0;
    body.bytes.append(from, count);
    return count;
  }
};

}  // namespace

/// What one request, or a chain of redirects, came to.
struct ListingClient::Answer {
  Result<Page> page;
  bool worth_retry = false;
  std::string redirect;  // absolute; empty: none
};

/// The libcurl handles: the multi one keeps connections, and can wait for a stop too.
struct ListingClient::Handle {
  std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};  // freed first

  void set_up(const Url& url, const ListingOptions& options);
  [[nodiscard]] std::optional<CURLcode> perform(int stop_fd);
  [[nodiscard]] Answer get(const Url& url, const std::vector<std::string>& headers,
                           const ListingOptions& options);
};

/// All options that do not depend on what is received; reset first, so that none is left over.
void ListingClient::Handle::set_up(const Url& url, const ListingOptions& options) {
  CURL* curl = easy.get();
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.text.c_str());
  if (!url.userinfo.empty()) curl_easy_setopt(curl, CURLOPT_USERPWD, url.userinfo.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  // Over HTTP/2 Debian's libcurl can take a body that was cut short for a whole one.
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (options.proxy) curl_easy_setopt(curl, CURLOPT_PROXY, options.proxy->c_str());

  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // a dead resolver must not hold up a stop
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, options.connect_timeout_s);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, options.timeout_s);

  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
  }
  if (!options.cert_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, options.cert_file.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, options.key_file.c_str());
  }
  // With a CA folder libcurl would load the certificates anew for each connection.
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
}

/// Runs the transfer that was set up. None: the run is stopping, and the transfer was given up.
std::optional<CURLcode> ListingClient::Handle::perform(int stop_fd) {
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) throw std::bad_alloc();
  std::optional<CURLcode> code = CURLE_FAILED_INIT;
  int running = 1;
  while (curl_multi_perform(multi.get(), &running) == CURLM_OK && running > 0) {
    curl_waitfd stop{stop_fd, CURL_WAIT_POLLIN, 0};
    const unsigned extra = stop_fd >= 0 ? 1 : 0;
    if (curl_multi_poll(multi.get(), &stop, extra, kPollMs, nullptr) != CURLM_OK) break;
    if (stop.revents != 0) {
      code.reset();
      break;
    }
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_multi_remove_handle(multi.get(), easy.get());
  return code;
}

ListingClient::Answer ListingClient::Handle::get(const Url& url,
                                                 const std::vector<std::string>& headers,
                                                 const ListingOptions& options) {
  CURL* curl = easy.get();
  Body body;
  char detail[CURL_ERROR_SIZE] = "";
  const HeaderList list = make_headers(headers);
  set_up(url, options);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Body::write);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  const auto code = perform(options.stop_fd);

  Answer answer;
  if (!code) {
    answer.page = stopped(url.text);
  } else if (body.too_large) {
    answer.page = fail("{} is over {} MiB, so it is no listing; check --api-base", url.text,
                       kMaxPageBytes >> 20);
  } else if (*code != CURLE_OK) {
    answer.page = fail("cannot get {}: {}{}", url.text,
                       detail[0] != '\0' ? detail : curl_easy_strerror(*code), advice(*code));
    answer.worth_retry = may_pass(*code);
  } else {
    long status = 0;
    const char* content_type = nullptr;
    const char* redirect = nullptr;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &redirect);
    answer.page = Page{.http_status = static_cast<int>(status),
                       .content_type = content_type == nullptr ? "" : content_type,
                       .body = std::move(body.bytes),
                       .headers = read_headers(curl)};
    answer.worth_retry = status == 429 || status >= 500;
    answer.redirect = redirect == nullptr ? "" : redirect;
  }
  // What the handle points at ends with this call.
  curl_easy_reset(curl);
  return answer;
}

ListingClient::ListingClient(ListingOptions options)
    : handle_(std::make_unique<Handle>()), options_(std::move(options)) {
  if (!handle_->multi || !handle_->easy) throw std::bad_alloc();
}

ListingClient::~ListingClient() = default;

Result<Page> ListingClient::fetch(const PageRequest& request) {
  if (stops_within(options_.stop_fd, seconds(0))) return stopped(request.url);
  for (int tried = 1;; ++tried) {
    Answer answer = follow(request);
    const Duration wait = wait_before_retry(answer.page, tried);
    const bool as_it_is = answer.page.has_value() && !request.retry_refusals;
    if (!answer.worth_retry || tried == kTries || wait > kMaxWait || as_it_is) {
      return std::move(answer.page);
    }
    if (stops_within(options_.stop_fd, ceil<milliseconds>(wait))) return stopped(request.url);
  }
}

/// Follows redirects within the origin of `request`.
ListingClient::Answer ListingClient::follow(const PageRequest& request) {
  const auto refuse = [](tl::unexpected<Error> error) {
    Answer answer;
    answer.page = std::move(error);
    return answer;
  };
  auto url = parse_url(request.url);
  if (!url) {
    return refuse(fail("cannot get {}: {}", mask_userinfo(request.url), url.error().message));
  }
  for (int hops = 0; hops <= kMaxHops; ++hops) {
    Answer answer = handle_->get(*url, request.headers, options_);
    if (!answer.page || answer.redirect.empty()) return answer;
    auto target = parse_url(answer.redirect);
    if (!target) {
      return refuse(fail("{} redirects to '{}', which cannot be followed: {}", url->text,
                         mask_userinfo(answer.redirect), target.error().message));
    }
    if (target->origin() != url->origin()) {
      return refuse(
          fail("{} redirects to {}, another server, which must not get the client ID; if it is the "
               "right one, name it with --api-base",
               url->text, target->text));
    }
    if (target->userinfo.empty()) target->userinfo = url->userinfo;  // same origin, same user
    url = std::move(target);
  }
  return refuse(fail("{} redirects more than {} times", url->text, kMaxHops));
}

}  // namespace fanfetch
