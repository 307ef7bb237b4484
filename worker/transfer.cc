#include "worker/transfer.h"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>

#include "common/crash_point.h"
#include "common/ip_address.h"
#include "common/result.h"
#include "common/url.h"
#include "worker/failures.h"

namespace fanfetch {
namespace {

/// Of a body that is not wanted (an error page) so much is read, to keep the connection; then it is
/// cheaper to close it.
constexpr std::uint64_t kUnwantedBodyBytes = 64 * 1024;

std::string header_value(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return "";
  return std::string(std::string_view(header->value).substr(0, kMaxHeaderValue));
}

template <class T>
T info(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

/// Files whose gzip is their content, not a way to carry it.
bool is_gzip_file(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.ends_with(".gz") || path.ends_with(".tgz") || path.ends_with(".svgz");
}

bool is_gzip(const std::string& encoding) {
  return ::strcasecmp(encoding.c_str(), "gzip") == 0 ||
         ::strcasecmp(encoding.c_str(), "x-gzip") == 0;
}

bool is_identity(const std::string& encoding) {
  return ::strcasecmp(encoding.c_str(), "identity") == 0;
}

constexpr std::string_view kAcceptEncoding = "Accept-Encoding:";

HeaderList make_headers(const Job& job) {
  HeaderList list;
  const auto append = [&list](const char* header) {
    curl_slist* longer = curl_slist_append(list.get(), header);
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  };
  bool asks_for_encoding = false;  // the user's own header wins
  for (const auto& header : job.headers) {
    append(header.c_str());
    asks_for_encoding |=
        ::strncasecmp(header.c_str(), kAcceptEncoding.data(), kAcceptEncoding.size()) == 0;
  }
  if (!asks_for_encoding) append("Accept-Encoding: identity");
  return list;
}

}  // namespace

Transfer::Transfer(Job job, EasyHandle easy, FileStore& store)
    : job_(std::move(job)), easy_(std::move(easy)), store_(store), headers_(make_headers(job_)) {
  if (job_.hash_content == HashContent::yes) hash_ = std::make_unique<Sha256>();
  set_options();
}

void Transfer::set_options() {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy, CURLOPT_URL, job_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, job_.user_agent.c_str());
  // Set also when empty: it keeps libcurl from looking into the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, job_.proxy.c_str());
  if (!job_.userinfo.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERPWD, job_.userinfo.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  }

  using std::chrono::milliseconds;
  // libcurl takes 0 for "the default of 300 s"; a day is none.
  const auto connect = job_.connect_timeout.count() > 0 ? job_.connect_timeout
                                                        : milliseconds(std::chrono::hours(24));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(job_.timeout.count()));
  if (job_.stall_timeout.count() > 0) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(job_.stall_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT,
                     static_cast<long>(std::max<std::uint32_t>(job_.min_speed, 1)));
  }
  const long verify = job_.verify_tls == VerifyTls::yes ? 1 : 0;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2 * verify);

  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const AddressScope scope = scope_of(address->addr);
  const PrivateAddresses policy = transfer.job_.private_addresses;
  const bool allowed = scope == AddressScope::global || policy == PrivateAddresses::unchecked ||
                       (scope == AddressScope::private_net && policy == PrivateAddresses::allow);
  if (!allowed) {
    transfer.refused_address_ = to_text(address->addr);
    return CURL_SOCKET_BAD;
  }
  transfer.reached_allowed_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size * count);
  // Any other number than all makes libcurl stop with CURLE_WRITE_ERROR.
  return transfer.accept_body(bytes) ? bytes.size() : bytes.size() + 1;
}

bool Transfer::accept_body(std::span<const std::byte> bytes) {
  const bool first = received_ == 0;
  received_ += bytes.size();
  new_bytes_ += bytes.size();
  if (!is_whole_body(static_cast<int>(info<long>(easy(), CURLINFO_RESPONSE_CODE)))) {
    if (received_ > kUnwantedBodyBytes) stopped_ = Stopped::enough;
    return stopped_ == Stopped::no;
  }
  if (first && !begin_file()) return false;
  if (!gunzip_) return store(bytes);
  const auto result = gunzip_->write(bytes, [this](auto decoded) { return store(decoded); });
  if (result == Gunzip::Result::broken) stopped_ = Stopped::bad_encoding;
  return result == Gunzip::Result::good;
}

/// The first bytes of a body that is wanted are here.
bool Transfer::begin_file() {
  const auto announced = info<curl_off_t>(easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  if (job_.max_size > 0 && announced > 0 && static_cast<std::uint64_t>(announced) > job_.max_size) {
    stopped_ = Stopped::too_large;
    return false;
  }
  const std::string encoding = header_value(easy(), "Content-Encoding");
  if (is_gzip(encoding)) {
    if (!is_gzip_file(job_.url)) gunzip_ = std::make_unique<Gunzip>();
  } else if (!encoding.empty() && !is_identity(encoding)) {
    stopped_ = Stopped::bad_encoding;
    return false;
  }
  return open_file();
}

bool Transfer::store(std::span<const std::byte> bytes) {
  bytes_ += bytes.size();
  if (job_.max_size > 0 && bytes_ > job_.max_size) {
    stopped_ = Stopped::too_large;
    return false;
  }
  if (hash_) hash_->update(bytes);
  disk_error_ = file_->append(bytes);
  if (disk_error_ != 0) stopped_ = Stopped::disk;
  return stopped_ == Stopped::no;
}

bool Transfer::open_file() {
  file_ = store_.create(job_.part_name, disk_error_);
  if (!file_) stopped_ = Stopped::disk;
  return file_ != nullptr;
}

Outcome Transfer::finish(CURLcode code) {
  Response response = read_response();
  if (stopped_ != Stopped::no && stopped_ != Stopped::enough) {
    return stopped_failure(std::move(response));
  }
  if (code != CURLE_OK && stopped_ != Stopped::enough) {
    return curl_failure(code, std::move(response));
  }
  if (is_redirect(response.http_status) && !response.location.empty()) {
    return Redirected{std::move(response)};
  }
  if (is_whole_body(response.http_status)) return finish_body(std::move(response));
  return status_failure(std::move(response));
}

Outcome Transfer::finish_body(Response response) {
  if (!file_ && !open_file()) return stopped_failure(std::move(response));  // an empty body
  if (gunzip_ && !gunzip_->complete()) {
    return Failed{.error = ErrorClass::truncated,
                  .retry = Retry::yes,
                  .message = "its gzip encoding ends too early",
                  .response = std::move(response)};
  }
  disk_error_ = file_->commit();
  if (disk_error_ != 0) {
    stopped_ = Stopped::disk;
    return stopped_failure(std::move(response));
  }
  crash_point("part_written");
  Saved saved{.response = std::move(response), .bytes = bytes_};
  if (hash_) saved.sha256 = hash_->finish();
  saved.length_verified = info<curl_off_t>(easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) >= 0 ||
                          !header_value(easy(), "Transfer-Encoding").empty();
  return saved;
}

Response Transfer::read_response() const {
  Response response;
  response.http_status = static_cast<int>(info<long>(easy(), CURLINFO_RESPONSE_CODE));
  response.content_type = header_value(easy(), "Content-Type");
  response.etag = header_value(easy(), "ETag");
  response.last_modified = header_value(easy(), "Last-Modified");
  response.retry_after = header_value(easy(), "Retry-After");
  // libcurl resolves it too, but only once it has read the whole body, however long that is.
  curl_header* location = nullptr;
  if (curl_easy_header(easy(), "Location", 0, CURLH_HEADER, -1, &location) == CURLHE_OK) {
    response.location = resolve_url(job_.url, location->value);
  }
  return response;
}

Failed Transfer::stopped_failure(Response response) const {
  Failed failed{.response = std::move(response)};
  switch (stopped_) {
    case Stopped::too_large:
      failed.error = ErrorClass::too_large;
      failed.message = fmt::format("it is larger than the {} bytes of --max-size", job_.max_size);
      break;
    case Stopped::bad_encoding:
      failed.error = ErrorClass::protocol;
      failed.message = fmt::format(
          "it came with Content-Encoding '{}', which cannot be decoded and was "
          "not asked for",
          header_value(easy(), "Content-Encoding"));
      break;
    default: return disk_failure(disk_error_, std::move(failed.response));
  }
  return failed;
}

Failed Transfer::curl_failure(CURLcode code, Response response) const {
  if (!refused_address_.empty() && !reached_allowed_) {
    return {.error = ErrorClass::refused,
            .message = fmt::format("{} is a private or reserved address", refused_address_),
            .response = std::move(response),
            .refused_address = refused_address_};
  }
  return transfer_failure(code, error_text_, std::move(response));
}

}  // namespace fanfetch
