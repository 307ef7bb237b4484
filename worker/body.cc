#include "worker/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/crash_point.h"
#include "common/http/content_codings.h"
#include "common/human_text.h"
#include "worker/check/placeholders.h"
#include "worker/head/coding_plan.h"
#include "worker/head/content_disposition.h"
#include "worker/head/head_values.h"
#include "worker/store/resume.h"
#include "worker/transport/failures.h"

namespace fanfetch {
namespace {

/// A coding makes what cannot be compressed a little larger.
constexpr std::uint64_t kPadding = 64 * 1024;

/// What the file is a placeholder for; nullopt: it is none.
std::optional<std::string_view> placeholder(PartWriter& part, std::optional<Sha256Digest> digest) {
  static const Placeholders known(known_placeholders());
  if (!known.has_size(part.size())) return std::nullopt;
  if (!digest) digest = part.read_digest();
  return digest ? known.find(part.size(), *digest) : std::nullopt;
}

}  // namespace

void Body::resume_from(PartWriter part) {
  part_.emplace(std::move(part));
  secured_ = part_->size();
  rest_ = {part_->size(), part_->sidecar()->etag};
}

void Body::start_over() {
  part_.reset();
  content_.reset();
  rejection_.reset();
  decoders_.reset();
  note_.clear();
  head_ = nullptr;
  rest_ = {};
  received_ = 0;
  kind_ = Kind::unwanted;
  stopped_ = Stopped::no;
}

std::optional<std::uint64_t> Body::to_come() const {
  if (head_ == nullptr || !is_wanted()) return std::nullopt;
  const auto length = head_->body_length();
  if (!length) return std::nullopt;
  return *length - std::min(*length, received_);
}

// --- It begins ---

BodyPlan Body::plan() const {
  std::optional<AskedRest> rest;
  if (rest_.offset > 0) rest.emplace(AskedRest{*part_->sidecar(), rest_.offset});
  return plan_body(job_, *head_, rest);
}

bool Body::begin(const ResponseHead& head) {
  head_ = &head;
  switch (plan()) {
    case BodyPlan::ignore: return false;
    case BodyPlan::forbidden: rejection_ = robots_rejection(job_, head); return false;
    case BodyPlan::store: return open_file();
    case BodyPlan::resume: return begin_rest();
    case BodyPlan::outdated_part: return stop(Stopped::outdated_part);
    case BodyPlan::uncertain_end: return stop(Stopped::uncertain_end);
    case BodyPlan::too_large: return stop(Stopped::too_large);
    case BodyPlan::too_coded: return stop(Stopped::bad_coding);
  }
  return false;
}

bool Body::stop(Stopped why) {
  stopped_ = why;
  return false;
}

/// The file's first bytes came with an earlier attempt; that run may have wanted other types.
bool Body::begin_rest() {
  kind_ = Kind::rest;
  const std::string type = kept_value(*head_, "Content-Type");
  expect_content(type.empty() ? part_->sidecar()->content_type : type);
  std::array<std::byte, kHeadBytes> first;
  const ssize_t got = part_->read(0, first);
  return check(std::span(first).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
}

bool Body::open_file() {
  kind_ = Kind::whole;
  expect_content(kept_value(*head_, "Content-Type"));
  expect_codings();
  part_.reset();  // an earlier attempt's is outdated, and goes before the new one comes
  auto file = store_.create(job_.part_name, disk_error_);
  if (!file) return stop(Stopped::disk);
  std::optional<Sidecar> sidecar;
  // Most files are small, and need not be looked at so closely.
  if (head_->body_length().value_or(0) > PartWriter::kFirstCheckpoint) {
    sidecar = resumable(*head_, job_.part_name);
  }
  if (sidecar) {
    part_.emplace(std::move(file), std::move(*sidecar));
  } else {
    part_.emplace(std::move(file), job_.hash_content == HashContent::yes ? PartWriter::Hash::yes
                                                                         : PartWriter::Hash::no);
  }
  return true;
}

void Body::expect_content(const std::string& content_type) {
  // Whole, not cut: percent-encoded, a name is three times as long.
  suggested_name_ = suggested_name(head_->first("Content-Disposition"));
  content_.emplace(ContentClaims{.url = job_.url,
                                 .link_extension = job_.link_extension,
                                 .suggested_name = suggested_name_,
                                 .content_type = content_type,
                                 .check = job_.check},
                   job_.accept_types);
}

void Body::expect_codings() {
  CodingPlan plan =
      plan_codings(content_codings(*head_), {.url = job_.url,
                                             .link_extension = job_.link_extension,
                                             .hop_extensions = job_.hop_extensions,
                                             .suggested_name = suggested_name_,
                                             .content_type = head_->first("Content-Type")});
  if (!plan.remove.empty()) decoders_.emplace(plan.remove, job_.max_size);
  note_ = std::move(plan.note);
}

// --- It comes ---

bool Body::take(std::span<const std::byte> bytes) {
  received_ += bytes.size();
  if (!decoders_) return write(bytes);
  // Decoders skip what lies behind the end of their stream, however long.
  const std::uint64_t most = job_.max_size;
  if (most != 0 && received_ > most + most / 64 + kPadding) return stop(Stopped::too_large);
  switch (decoders_->write(bytes, [this](auto decoded) { return write(decoded); })) {
    case DecoderChain::Result::good: return true;
    case DecoderChain::Result::refused: return false;
    case DecoderChain::Result::too_large: return stop(Stopped::too_large);
    case DecoderChain::Result::expands: return stop(Stopped::expands);
    case DecoderChain::Result::broken: break;
  }
  return stop(Stopped::bad_coding);
}

bool Body::write(std::span<const std::byte> bytes) {
  if (!check(bytes)) return false;
  const std::uint64_t size = part_->size() + bytes.size();
  if (job_.max_size != 0 && size > job_.max_size) return stop(Stopped::too_large);
  if (kind_ == Kind::rest && size > part_->sidecar()->length) {
    return stop(Stopped::outdated_part);  // chunks that hold more than their range
  }
  disk_error_ = part_->append(bytes);
  return disk_error_ == 0 || stop(Stopped::disk);
}

bool Body::check(std::span<const std::byte> bytes) {
  if (content_->take(bytes)) return true;
  rejection_ = content_->rejection();
  return stop(Stopped::rejected);
}

// --- It is over ---

void Body::end(const ExchangeEnd& end) {
  length_verified_ = end.length_verified;
  close_unproved_ = end.close_unproved;
}

Outcome Body::finish(Response response) {
  if (std::string why = why_truncated(); !why.empty()) {
    return truncated_failure(std::move(why), std::move(response));
  }
  std::optional<Sha256Digest> digest;
  if (job_.hash_content == HashContent::yes) digest = part_->digest();
  if (close_unproved_ && !part_->sidecar()) {
    const auto unproved = digest ? digest : part_->read_digest();
    if (!unproved || unproved != job_.unproved) {
      return unproved_failure(unproved, std::move(response));
    }
  }
  if (!is_welcome(digest)) return refusal(std::move(response));
  disk_error_ = part_->commit();
  if (disk_error_ != 0) {
    stopped_ = Stopped::disk;
    return refusal(std::move(response));
  }
  crash_point("part_written");
  const auto& sidecar = part_->sidecar();
  Saved saved{.response = std::move(response),
              .bytes = part_->size(),
              .sha256 = digest,
              .type = std::string(mime_type(content_->kind())),
              .suggested_name = suggested_name_,
              .note = note()};
  if (kind_ == Kind::rest) fill_in(saved.response, *sidecar);
  return saved;
}

/// Empty: all is there.
std::string Body::why_truncated() const {
  if (const auto length = head_->body_length(); length && received_ != *length) {
    return "it ends after " + human_part(received_, *length);
  }
  const bool may_be_empty = received_ == 0 && length_verified_;
  if (const auto coding = decoders_ && !may_be_empty ? decoders_->cut_off() : std::nullopt) {
    return fmt::format("its Content-Encoding {} ends too early", name(*coding));
  }
  const auto& sidecar = part_->sidecar();
  if (sidecar && part_->size() != sidecar->length) {
    return "it ends after " + human_part(part_->size(), sidecar->length);
  }
  return "";
}

/// Saved::note.
std::string Body::note() const {
  std::string note = note_;
  const auto add = [&](std::string_view sentence) {
    note += note.empty() ? "" : "; ";
    note += sentence;
  };
  if (part_->sidecar() || length_verified_) return note;
  if (close_unproved_) {
    add("the server does not close its connections properly: the same bytes came twice");
  } else {
    add("the server gave no length: the file ends where the connection did");
  }
  return note;
}

/// The body is whole: is it what it should be, and what the user wants?
bool Body::is_welcome(const std::optional<Sha256Digest>& digest) {
  if (!content_->end()) {
    rejection_ = content_->rejection();
  } else if (const auto what = placeholder(*part_, digest)) {
    rejection_ =
        Rejection{.error = ErrorClass::placeholder, .message = fmt::format("it is {}", *what)};
  } else if (part_->size() < job_.min_size) {
    rejection_ = Rejection{
        .error = ErrorClass::filtered,
        .message = fmt::format("it has {}, less than --min-size {}",
                               human_exact_bytes(part_->size()), option_size(job_.min_size))};
  }
  return !rejection_;
}

/// Of the file, as its server says; nullopt: it does not, or only of its coded form.
std::optional<std::uint64_t> Body::whole_size() const {
  if (!content_codings(*head_).empty()) return std::nullopt;
  const bool is_rest = rest_.offset > 0 && head_->status() == kPartialContent;
  return is_rest ? part_->sidecar()->length : head_->body_length();
}

/// With its size, where that is known: it may have been given up before its end.
std::string Body::too_large_text() const {
  const std::string most = "more than --max-size " + option_size(job_.max_size);
  const auto size = whole_size();
  if (!size || *size <= job_.max_size) return "it has " + most;
  const bool looks_equal = human_bytes(*size) == human_bytes(job_.max_size);
  return fmt::format("it has {}, {}", looks_equal ? human_exact_bytes(*size) : human_bytes(*size),
                     most);
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
    failed.retry = rejection_->retry;
    failed.message = rejection_->message;
  } else if (stopped_ == Stopped::too_large) {
    failed.error = ErrorClass::too_large;
    failed.message = too_large_text();
  } else if (stopped_ == Stopped::expands) {
    failed.error = ErrorClass::too_large;
    failed.message = decoders_->problem();
  } else if (stopped_ == Stopped::bad_coding) {
    failed.error = ErrorClass::protocol;
    failed.message =
        decoders_ ? decoders_->problem()
                  : fmt::format("its Content-Encoding has more than {} codings", kMaxCodings);
  } else if (part_is_outdated()) {
    failed.error = ErrorClass::truncated;
    failed.retry = Retry::yes;
    failed.message = "the server has another file by now than the part that is there";
  } else if (end_is_uncertain()) {
    failed.error = ErrorClass::protocol;
    // Where it was asked for, another attempt may do it again by HTTP/1.1; here that was used up.
    failed.retry = job_.http2 == Http2::yes ? Retry::yes : Retry::no;
    failed.message = job_.http2 == Http2::yes
                         ? "its end cannot be told from a cut by HTTP/2"
                         : "its response is in HTTP/2, which was not asked for";
  } else {
    return disk_failure(disk_error_, std::move(failed.response));
  }
  return failed;
}

void Body::leave_part(Failed& failed) {
  if (!part_) return;
  if (part_is_outdated()) return part_.reset();
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
