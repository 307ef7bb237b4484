#include "worker/body.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/crash_point.h"
#include "common/result.h"
#include "worker/check/placeholders.h"
#include "worker/check/robots_tag.h"
#include "worker/head/answer.h"
#include "worker/store/resume.h"
#include "worker/transport/failures.h"

namespace fanfetch {
namespace {

/// Of a body that is not wanted (an error page) so much is read, to keep the connection; then it is
/// cheaper to close it.
constexpr std::uint64_t kUnwantedBodyBytes = 64 * 1024;

constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;

/// Files whose gzip is their content, not a way to carry it.
bool is_gzip_file(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.ends_with(".gz") || path.ends_with(".tgz") || path.ends_with(".svgz");
}

/// What it stands for; none: it is the picture itself.
std::optional<std::string_view> placeholder(PartWriter& part, std::optional<Sha256Digest> digest) {
  static const Placeholders known(known_placeholders());
  if (!known.has_size(part.size())) return std::nullopt;
  if (!digest) digest = part.read_digest();
  return digest ? known.find(part.size(), *digest) : std::nullopt;
}

}  // namespace

void Body::go_on_with(PartWriter part) {
  part_.emplace(std::move(part));
  secured_ = part_->size();
  rest_ = {part_->size(), part_->sidecar()->etag};
}

void Body::start_over() {
  part_.reset();
  content_.reset();
  rejection_.reset();
  gunzip_.reset();
  rest_ = {};
  received_ = 0;
  kind_ = Kind::unwanted;
  stopped_ = Stopped::no;
}

// --- It begins ---

/// The headers are here. Is what follows the file, its rest, or neither?
bool Body::begin() {
  const int status = http_status(easy_);
  if (is_whole_body(status)) return begin_file();
  if (rest_.offset == 0 || (status != kPartialContent && status != kRangeNotSatisfiable)) {
    return true;
  }
  if (!goes_on(read_body_headers(easy_), *part_->sidecar(), rest_.offset)) {
    stopped_ = Stopped::no_continuation;
    return false;
  }
  return begin_rest();
}

/// The head came with an earlier attempt; that run may have wanted other types.
bool Body::begin_rest() {
  if (robots_forbid()) return true;
  kind_ = Kind::rest;
  const std::string type = header_value(easy_, "Content-Type");
  expect_content(type.empty() ? part_->sidecar()->content_type : type);
  std::array<std::byte, kHeadBytes> head;
  const ssize_t got = part_->read(0, head);
  return check(std::span(head).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)))) &&
         !is_too_large(part_->sidecar()->length);
}

bool Body::begin_file() {
  if (robots_forbid()) return true;
  if (has_uncertain_end(easy_)) {
    stopped_ = Stopped::uncertain_end;
    return false;
  }
  if (is_too_large(announced_length(easy_).value_or(0))) return false;
  const std::string encoding = header_value(easy_, "Content-Encoding");
  if (is_gzip(encoding)) {
    if (!is_gzip_file(job_.url)) gunzip_ = std::make_unique<Gunzip>();
  } else if (!is_identity(encoding)) {
    stopped_ = Stopped::bad_encoding;
    return false;
  }
  return open_file();
}

bool Body::open_file() {
  kind_ = Kind::whole;
  expect_content(header_value(easy_, "Content-Type"));
  part_.reset();  // an earlier attempt's is outdated, and goes before the new one comes
  auto file = store_.create(job_.part_name, disk_error_);
  if (!file) {
    stopped_ = Stopped::disk;
    return false;
  }
  std::optional<Sidecar> sidecar;
  // Most files are small, and need not be looked at so closely.
  if (announced_length(easy_).value_or(0) > PartWriter::kFirstCheckpoint) {
    sidecar = resumable(read_body_headers(easy_), job_.part_name);
  }
  if (sidecar) {
    part_.emplace(std::move(file), std::move(*sidecar));
  } else {
    part_.emplace(std::move(file), job_.hash_content == HashContent::yes ? PartWriter::Hash::yes
                                                                         : PartWriter::Hash::no);
  }
  return true;
}

/// What follows is not wanted then, and read as little as an error page.
bool Body::robots_forbid() {
  if (!job_.respect_robots_tag) return false;
  const auto objection =
      robots_objection(header_values(easy_, "X-Robots-Tag"), product_name(job_.user_agent));
  if (!objection) return false;
  rejection_ = Rejection{ErrorClass::filtered, fmt::format("its X-Robots-Tag says {}", *objection)};
  return true;
}

void Body::expect_content(const std::string& content_type) {
  suggested_name_ = read_suggested_name(easy_);
  content_.emplace(ContentClaims{.url = job_.url,
                                 .link_extension = job_.link_extension,
                                 .suggested_name = suggested_name_,
                                 .content_type = content_type},
                   job_.accept_types);
}

// --- It comes ---

bool Body::take(std::span<const std::byte> bytes) {
  const bool first = received_ == 0;
  received_ += bytes.size();
  if (first && !begin()) return false;
  if (kind_ == Kind::unwanted) {
    if (received_ > kUnwantedBodyBytes) stopped_ = Stopped::enough;
    return stopped_ == Stopped::no;
  }
  if (!gunzip_) return write(bytes);
  const auto result = gunzip_->write(bytes, [this](auto decoded) { return write(decoded); });
  if (result == Gunzip::Result::broken) stopped_ = Stopped::bad_encoding;
  return result == Gunzip::Result::good;
}

bool Body::write(std::span<const std::byte> bytes) {
  if (!check(bytes)) return false;
  if (is_too_large(part_->size() + bytes.size())) return false;
  if (kind_ == Kind::rest && part_->size() + bytes.size() > part_->sidecar()->length) {
    stopped_ = Stopped::no_continuation;  // chunks that hold more than their range
    return false;
  }
  disk_error_ = part_->append(bytes);
  if (disk_error_ != 0) stopped_ = Stopped::disk;
  return stopped_ == Stopped::no;
}

bool Body::check(std::span<const std::byte> bytes) {
  if (content_->take(bytes)) return true;
  rejection_ = content_->rejection();
  stopped_ = Stopped::rejected;
  return false;
}

bool Body::is_too_large(std::uint64_t size) {
  if (job_.max_size == 0 || size <= job_.max_size) return false;
  stopped_ = Stopped::too_large;
  return true;
}

// --- It is over ---

void Body::end(bool whole) {
  if (received_ > 0) return;
  if (rest_.offset > 0) (void)begin();
  if (whole && is_whole_body(http_status(easy_)) && has_uncertain_end(easy_)) {
    stopped_ = Stopped::uncertain_end;
  }
}

Outcome Body::finish(Response response) {
  if (kind_ == Kind::unwanted && (robots_forbid() || !open_file())) {  // it is empty
    return refusal(std::move(response));
  }
  if (std::string why = why_truncated(); !why.empty()) {
    return truncated_failure(std::move(why), std::move(response));
  }
  std::optional<Sha256Digest> digest;
  if (job_.hash_content == HashContent::yes) digest = part_->digest();
  if (!is_welcome(digest)) return refusal(std::move(response));
  disk_error_ = part_->commit();
  if (disk_error_ != 0) {
    stopped_ = Stopped::disk;
    return refusal(std::move(response));
  }
  crash_point("part_written");
  Saved saved{.response = std::move(response),
              .bytes = part_->size(),
              .sha256 = digest,
              .type = std::string(mime_type(content_->kind())),
              .suggested_name = suggested_name_};
  const auto& sidecar = part_->sidecar();
  saved.length_verified = sidecar || announced_length(easy_).has_value() ||
                          !header_value(easy_, "Transfer-Encoding").empty();
  if (kind_ == Kind::rest) fill_in(saved.response, *sidecar);
  return saved;
}

/// Empty: all is there.
std::string Body::why_truncated() const {
  if (const auto length = announced_length(easy_); length && received_ != *length) {
    return fmt::format("it ends after {} of {} bytes", received_, *length);
  }
  if (gunzip_ && !gunzip_->complete()) return "its gzip encoding ends too early";
  const auto& sidecar = part_->sidecar();
  if (sidecar && part_->size() != sidecar->length) {
    return fmt::format("it ends after {} of {} bytes", part_->size(), sidecar->length);
  }
  return "";
}

/// The body is whole: is it what it should be, and what the user wants?
bool Body::is_welcome(const std::optional<Sha256Digest>& digest) {
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

Outcome Body::refusal(Response response) const {
  if (rejection_ && rejection_->error == ErrorClass::filtered) {
    return Skipped{.reason = ErrorClass::filtered,
                   .message = rejection_->message,
                   .response = std::move(response)};
  }
  Failed failed{.response = std::move(response)};
  if (rejection_) {
    failed.error = rejection_->error;
    failed.message = rejection_->message;
  } else if (stopped_ == Stopped::too_large) {
    failed.error = ErrorClass::too_large;
    failed.message = fmt::format("it is larger than the {} bytes of --max-size", job_.max_size);
  } else if (stopped_ == Stopped::bad_encoding) {
    failed.error = ErrorClass::protocol;
    failed.message = fmt::format(
        "it came with Content-Encoding '{}', which cannot be decoded and was not asked for",
        header_value(easy_, "Content-Encoding"));
  } else {
    return disk_failure(disk_error_, std::move(failed.response));
  }
  return failed;
}

void Body::leave_part(Failed& failed) {
  if (!part_) return;
  if (failed.retry == Retry::yes) {
    const std::uint64_t secured = part_->keep_all();
    failed.secured = secured > secured_ ? secured - secured_ : 0;
  } else if (failed.error == ErrorClass::disk) {
    part_->keep();  // for the next run, on a disk that has been mended
  }
}

void Body::keep_part() {
  if (part_) part_->keep();
}

void Body::leave_part_at_stop() {
  if (part_) part_->keep_every_byte();
}

void Body::checkpoint_in_time(Instant now) {
  if (part_) part_->checkpoint_in_time(now);
}

}  // namespace fanfetch
