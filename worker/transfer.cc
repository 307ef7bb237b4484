#include "worker/transfer.h"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "common/crash_point.h"
#include "common/ip_network.h"
#include "common/result.h"
#include "worker/answer.h"
#include "worker/check/placeholders.h"
#include "worker/check/robots_tag.h"
#include "worker/failures.h"
#include "worker/proxy_failures.h"
#include "worker/resume.h"

namespace fanfetch {
namespace {

/// Of a body that is not wanted (an error page) so much is read, to keep the connection; then it is
/// cheaper to close it.
constexpr std::uint64_t kUnwantedBodyBytes = 64 * 1024;

constexpr int kPartialContent = 206;
constexpr int kNotModified = 304;
constexpr int kProxyAuthenticationRequired = 407;
constexpr int kRangeNotSatisfiable = 416;

/// Files whose gzip is their content, not a way to carry it.
bool is_gzip_file(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.ends_with(".gz") || path.ends_with(".tgz") || path.ends_with(".svgz");
}

bool is_gzip(const std::string& encoding) {
  return ::strcasecmp(encoding.c_str(), "gzip") == 0 ||
         ::strcasecmp(encoding.c_str(), "x-gzip") == 0;
}

/// Of a body that was not hashed as it came. None: it cannot be read.
std::optional<Sha256Digest> hash_of(PartWriter& part) {
  Sha256 hash;
  std::array<std::byte, 16 * 1024> bytes;
  for (std::uint64_t at = 0; at < part.size();) {
    const ssize_t got = part.read(at, bytes);
    if (got <= 0) return std::nullopt;
    hash.update(std::span(bytes).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
  }
  return hash.finish();
}

/// What it stands for; none: it is the picture itself.
std::optional<std::string_view> placeholder(PartWriter& part, std::optional<Sha256Digest> digest) {
  static const Placeholders known(known_placeholders());
  if (!known.has_size(part.size())) return std::nullopt;
  if (!digest) digest = hash_of(part);
  return digest ? known.find(part.size(), *digest) : std::nullopt;
}

}  // namespace

Transfer::Transfer(Job job, EasyHandle easy, FileStore& store, KnownHosts& hosts)
    : job_(std::move(job)), easy_(std::move(easy)), store_(store), hosts_(hosts) {}

Transfer::~Transfer() {
  if (uses_host_) hosts_.forget(job_);
}

// --- The request ---

Transfer::Ready Transfer::prepare() {
  if (!std::exchange(looked_, true)) {
    if (auto old = store_.reopen(job_.part_name)) check_.emplace(std::move(*old));
  }
  if (check_) {
    const PartCheck::State state = check_->step();
    if (state == PartCheck::State::busy) return Ready::no;
    if (state == PartCheck::State::proved) part_.emplace(check_->take());
    check_.reset();
  }
  if (part_) secured_ = part_->size();
  ask(part_ ? Rest{part_->size(), part_->sidecar()->etag} : Rest{});
  return Ready::yes;
}

void Transfer::ask(Rest rest) {
  rest_ = std::move(rest);
  headers_ = set_request(easy(), job_, rest_);
  use_addresses();
  curl_easy_setopt(easy(), CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy(), CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETDATA, this);
  if (pace_.take) {
    curl_easy_setopt(easy(), CURLOPT_BUFFERSIZE, static_cast<long>(pace_.largest_piece));
    curl_easy_setopt(easy(), CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(easy(), CURLOPT_LOW_SPEED_TIME, 0L);
  }
}

/// libcurl learns whom to connect to. It comes right before libcurl gets the handle, and so reads
/// the list.
void Transfer::use_addresses() {
  if (std::exchange(uses_host_, true)) hosts_.forget(job_);
  addresses_ = make_list(hosts_.use(job_));
  set_addresses(easy(), job_, addresses_.get());
}

/// The part does not belong to what the server has now, or the end of what it sends cannot be told.
void Transfer::start_over() {
  part_.reset();
  content_.reset();
  received_ = 0;
  body_ = Body::unwanted;
  stopped_ = Stopped::no;
  error_text_[0] = '\0';
  ask({});
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  // The coordinator has chosen the addresses; whatever went wrong here, no other one is reached.
  const auto ip = ip_of(address->addr);
  if (!ip || !transfer.hosts_.may_reach(transfer.job_, *ip)) {
    transfer.refused_address_ = ip ? to_text(*ip) : "an address of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size * count);
  if (transfer.pace_.take && !transfer.pace_.take(bytes.size())) return CURL_WRITEFUNC_PAUSE;
  // Any other number than all makes libcurl stop with CURLE_WRITE_ERROR.
  return transfer.accept_body(bytes) ? bytes.size() : bytes.size() + 1;
}

// --- The body ---

bool Transfer::accept_body(std::span<const std::byte> bytes) {
  const bool first = received_ == 0;
  received_ += bytes.size();
  new_bytes_ += bytes.size();
  if (first && !begin_body()) return false;
  if (body_ == Body::unwanted) {
    if (received_ > kUnwantedBodyBytes) stopped_ = Stopped::enough;
    return stopped_ == Stopped::no;
  }
  if (!gunzip_) return store(bytes);
  const auto result = gunzip_->write(bytes, [this](auto decoded) { return store(decoded); });
  if (result == Gunzip::Result::broken) stopped_ = Stopped::bad_encoding;
  return result == Gunzip::Result::good;
}

/// The headers are here. Is what follows the file, its rest, or neither?
bool Transfer::begin_body() {
  const int status = http_status(easy());
  if (is_whole_body(status)) return begin_file();
  if (rest_.offset == 0 || (status != kPartialContent && status != kRangeNotSatisfiable)) {
    return true;
  }
  if (!goes_on(read_body_headers(easy()), *part_->sidecar(), rest_.offset)) {
    stopped_ = Stopped::no_continuation;
    return false;
  }
  return begin_rest();
}

/// The head came with an earlier attempt; that run may have wanted other types.
bool Transfer::begin_rest() {
  if (robots_forbid()) return true;
  body_ = Body::rest;
  const std::string type = header_value(easy(), "Content-Type");
  expect_content(type.empty() ? part_->sidecar()->content_type : type);
  std::array<std::byte, kHeadBytes> head;
  const ssize_t got = part_->read(0, head);
  return check(std::span(head).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)))) &&
         !is_too_large(part_->sidecar()->length);
}

/// What follows is not wanted then, and read as little as an error page.
bool Transfer::robots_forbid() {
  if (!job_.respect_robots_tag) return false;
  const auto objection =
      robots_objection(header_values(easy(), "X-Robots-Tag"), product_name(job_.user_agent));
  if (!objection) return false;
  rejection_ = Rejection{ErrorClass::filtered, fmt::format("its X-Robots-Tag says {}", *objection)};
  return true;
}

void Transfer::expect_content(const std::string& content_type) {
  suggested_name_ = read_suggested_name(easy());
  content_.emplace(ContentClaims{.url = job_.url,
                                 .link_extension = job_.link_extension,
                                 .suggested_name = suggested_name_,
                                 .content_type = content_type},
                   job_.accept_types);
}

bool Transfer::check(std::span<const std::byte> bytes) {
  if (content_->take(bytes)) return true;
  rejection_ = content_->rejection();
  stopped_ = Stopped::rejected;
  return false;
}

bool Transfer::begin_file() {
  if (robots_forbid()) return true;
  if (has_uncertain_end(easy())) {
    stopped_ = Stopped::uncertain_end;
    return false;
  }
  if (is_too_large(announced_length(easy()).value_or(0))) return false;
  const std::string encoding = header_value(easy(), "Content-Encoding");
  if (is_gzip(encoding)) {
    if (!is_gzip_file(job_.url)) gunzip_ = std::make_unique<Gunzip>();
  } else if (!is_identity(encoding)) {
    stopped_ = Stopped::bad_encoding;
    return false;
  }
  return open_file();
}

bool Transfer::is_too_large(std::uint64_t size) {
  if (job_.max_size == 0 || size <= job_.max_size) return false;
  stopped_ = Stopped::too_large;
  return true;
}

bool Transfer::open_file() {
  body_ = Body::whole;
  expect_content(header_value(easy(), "Content-Type"));
  part_.reset();  // an earlier attempt's is outdated, and goes before the new one comes
  auto file = store_.create(job_.part_name, disk_error_);
  if (!file) {
    stopped_ = Stopped::disk;
    return false;
  }
  std::optional<Sidecar> sidecar;
  // Most files are small, and need not be looked at so closely.
  if (announced_length(easy()).value_or(0) > PartWriter::kFirstCheckpoint) {
    sidecar = resumable(read_body_headers(easy()), job_.part_name);
  }
  if (sidecar) {
    part_.emplace(std::move(file), std::move(*sidecar));
  } else {
    part_.emplace(std::move(file), job_.hash_content == HashContent::yes ? PartWriter::Hash::yes
                                                                         : PartWriter::Hash::no);
  }
  return true;
}

bool Transfer::store(std::span<const std::byte> bytes) {
  if (!check(bytes)) return false;
  if (is_too_large(part_->size() + bytes.size())) return false;
  if (body_ == Body::rest && part_->size() + bytes.size() > part_->sidecar()->length) {
    stopped_ = Stopped::no_continuation;  // chunks that hold more than their range
    return false;
  }
  disk_error_ = part_->append(bytes);
  if (disk_error_ != 0) stopped_ = Stopped::disk;
  return stopped_ == Stopped::no;
}

// --- The end ---

std::optional<Outcome> Transfer::finish(CURLcode code, const std::string& why) {
  if (!why.empty()) error_text_[why.copy(error_text_, sizeof error_text_ - 1)] = '\0';
  if (received_ == 0 && rest_.offset > 0) (void)begin_body();  // it had none
  const bool empty_file = code == CURLE_OK && received_ == 0 && is_whole_body(http_status(easy()));
  if (stopped_ == Stopped::uncertain_end || (empty_file && has_uncertain_end(easy()))) {
    job_.http2 = Http2::no;
    start_over();
    return std::nullopt;
  }
  if (stopped_ == Stopped::no_continuation) {
    start_over();
    return std::nullopt;
  }
  Outcome outcome = conclude(code);
  if (auto* failed = std::get_if<Failed>(&outcome)) leave_part(*failed);
  // The place it points to may have the rest.
  if (std::holds_alternative<Redirected>(outcome) && part_) part_->keep();
  return outcome;
}

Outcome Transfer::conclude(CURLcode code) {
  Response response = read_response(easy(), job_.url);
  if (rejection_) return rejected(std::move(response));
  if (stopped_ != Stopped::no && stopped_ != Stopped::enough) {
    return stopped_failure(std::move(response));
  }
  if (code != CURLE_OK && stopped_ != Stopped::enough) {
    return curl_failure(code, std::move(response));
  }
  if (is_redirect(response.http_status) && !response.location.empty()) {
    return Redirected{std::move(response)};
  }
  if (response.http_status == kNotModified && is_conditional(job_)) {
    return Kept{std::move(response)};
  }
  if (body_ == Body::rest || is_whole_body(response.http_status)) {
    return finish_body(std::move(response));
  }
  if (response.http_status == kProxyAuthenticationRequired && !job_.proxy.empty()) {
    return proxy_wants_password(proxy_of(job_), std::move(response));
  }
  return status_failure(std::move(response));
}

Outcome Transfer::finish_body(Response response) {
  if (body_ == Body::unwanted) {  // it is empty
    if (robots_forbid()) return rejected(std::move(response));
    if (!open_file()) return stopped_failure(std::move(response));
  }
  if (const auto length = announced_length(easy()); length && received_ != *length) {
    return truncated_failure(fmt::format("it ends after {} of {} bytes", received_, *length),
                             std::move(response));
  }
  if (gunzip_ && !gunzip_->complete()) {
    return truncated_failure("its gzip encoding ends too early", std::move(response));
  }
  const auto& sidecar = part_->sidecar();
  if (sidecar && part_->size() != sidecar->length) {
    return truncated_failure(
        fmt::format("it ends after {} of {} bytes", part_->size(), sidecar->length),
        std::move(response));
  }
  std::optional<Sha256Digest> digest;
  if (job_.hash_content == HashContent::yes) digest = part_->digest();
  if (!is_welcome(digest)) return rejected(std::move(response));
  disk_error_ = part_->commit();
  if (disk_error_ != 0) {
    stopped_ = Stopped::disk;
    return stopped_failure(std::move(response));
  }
  crash_point("part_written");
  Saved saved{.response = std::move(response),
              .bytes = part_->size(),
              .sha256 = digest,
              .type = std::string(mime_type(content_->kind())),
              .suggested_name = suggested_name_};
  saved.length_verified = sidecar || announced_length(easy()).has_value() ||
                          !header_value(easy(), "Transfer-Encoding").empty();
  if (body_ == Body::rest) fill_in(saved.response, *sidecar);
  return saved;
}

/// The body is whole: is it what it should be, and what the user wants?
bool Transfer::is_welcome(const std::optional<Sha256Digest>& digest) {
  if (!content_->end()) {
    rejection_ = content_->rejection();
  } else if (const auto what = placeholder(*part_, digest)) {
    rejection_ = Rejection{ErrorClass::placeholder, fmt::format("it is {}", *what)};
  } else if (part_->size() < job_.min_size) {
    rejection_ = Rejection{ErrorClass::filtered,
                           fmt::format("it has {} bytes, fewer than the {} of --min-size",
                                       part_->size(), job_.min_size)};
  }
  return !rejection_;
}

Outcome Transfer::rejected(Response response) const {
  if (rejection_->error == ErrorClass::filtered) {
    return Skipped{.reason = ErrorClass::filtered,
                   .message = rejection_->message,
                   .response = std::move(response)};
  }
  return Failed{
      .error = rejection_->error, .message = rejection_->message, .response = std::move(response)};
}

/// What of the body can be gone on from?
void Transfer::leave_part(Failed& failed) {
  if (!part_) return;
  if (failed.retry == Retry::yes) {
    const std::uint64_t secured = part_->keep_all();
    failed.secured = secured > secured_ ? secured - secured_ : 0;
  } else if (failed.error == ErrorClass::disk) {
    part_->keep();  // for the next run, on a disk that has been mended
  }
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
  if (!refused_address_.empty()) {
    return {.error = ErrorClass::refused,
            .message = fmt::format("{} is none of the addresses that {} may be reached at",
                                   refused_address_, job_.connect_host),
            .response = std::move(response),
            .refused_address = refused_address_};
  }
  Failed failed = transfer_failure(code, error_text_, std::move(response));
  if (job_.proxy.empty()) return failed;
  const ProxyName proxy = proxy_of(job_);
  ProxySigns signs;
  long number = 0;
  curl_easy_getinfo(easy(), CURLINFO_HTTP_CONNECTCODE, &number);
  signs.connect_status = static_cast<int>(number);
  number = 0;
  curl_easy_getinfo(easy(), CURLINFO_PROXY_ERROR, &number);
  signs.socks = static_cast<CURLproxycode>(number);
  if (auto proxys = proxy_failure(code, error_text_, proxy, signs)) return std::move(*proxys);
  if (failed.response.http_status == 0) {
    failed.message += fmt::format(" (by way of the proxy {})", proxy.place);
  }
  return failed;
}

}  // namespace fanfetch
