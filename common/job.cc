#include "common/job.h"

#include <algorithm>
#include <cassert>

#include "common/wire.h"

namespace fanfetch {
namespace {

/// More headers than any user sets; limits what decode_job() allocates.
constexpr std::uint32_t kMaxHeaders = 256;
constexpr std::uint32_t kMaxAcceptTypes = 256;

enum class Kind : std::uint8_t {
  saved = 1,
  redirected = 2,
  failed = 3,
  kept = 4,
  skipped = 5,
  given_up = 6
};

void put_response(ByteWriter& out, const Response& response) {
  out.put(static_cast<std::int32_t>(response.http_status));
  out.put(response.content_type);
  out.put(response.etag);
  out.put(response.last_modified);
  out.put(response.location);
  out.put(response.retry_after);
}

void put_digest(ByteWriter& out, const std::optional<Sha256Digest>& digest) {
  out.put(static_cast<std::uint8_t>(digest.has_value()));
  if (digest) out.put_raw(*digest);
}

std::optional<Sha256Digest> get_digest(ByteReader& in) {
  if (in.get<std::uint8_t>() == 0) return std::nullopt;
  Sha256Digest digest{};
  in.get_raw(digest);
  return digest;
}

/// A time of a report that is not there. All others are up to 49 days.
constexpr std::uint32_t kNoTime = ~std::uint32_t{0};

void put_time(ByteWriter& out, std::optional<std::chrono::milliseconds> time) {
  const auto most = std::chrono::milliseconds(kNoTime - 1);
  out.put(time ? static_cast<std::uint32_t>(
                     std::clamp(*time, std::chrono::milliseconds(0), most).count())
               : kNoTime);
}

std::optional<std::chrono::milliseconds> get_time(ByteReader& in) {
  const auto time = in.get<std::uint32_t>();
  if (time == kNoTime) return std::nullopt;
  return std::chrono::milliseconds(time);
}

Response get_response(ByteReader& in) {
  Response response;
  response.http_status = in.get<std::int32_t>();
  response.content_type = in.get_string();
  response.etag = in.get_string();
  response.last_modified = in.get_string();
  response.location = in.get_string();
  response.retry_after = in.get_string();
  return response;
}

struct PutOutcome {
  ByteWriter& out;

  void operator()(const Saved& saved) const {
    out.put(Kind::saved);
    put_response(out, saved.response);
    out.put(saved.bytes);
    put_digest(out, saved.sha256);
    out.put(saved.type);
    out.put(saved.suggested_name);
    out.put(saved.note);
  }
  void operator()(const Kept& kept) const {
    out.put(Kind::kept);
    put_response(out, kept.response);
  }
  void operator()(const Skipped& skipped) const {
    assert(skipped.reason == ErrorClass::filtered && "the only reason that a worker reports");
    out.put(Kind::skipped);
    put_response(out, skipped.response);
    out.put(skipped.message);
  }
  void operator()(const Redirected& redirected) const {
    out.put(Kind::redirected);
    put_response(out, redirected.response);
  }
  void operator()(const GivenUp& given_up) const {
    out.put(Kind::given_up);
    put_response(out, given_up.response);
  }
  void operator()(const Failed& failed) const {
    out.put(Kind::failed);
    put_response(out, failed.response);
    out.put(failed.error);
    out.put(failed.retry);
    out.put(failed.message);
    out.put(failed.refused_address);
    out.put(failed.secured);
    put_digest(out, failed.unproved);
  }
};

Saved get_saved(ByteReader& in) {
  Saved saved;
  saved.response = get_response(in);
  saved.bytes = in.get<std::uint64_t>();
  saved.sha256 = get_digest(in);
  saved.type = in.get_string();
  saved.suggested_name = in.get_string();
  saved.note = in.get_string();
  return saved;
}

Skipped get_skipped(ByteReader& in) {
  Skipped skipped{.reason = ErrorClass::filtered};
  skipped.response = get_response(in);
  skipped.message = in.get_string();
  return skipped;
}

/// The classes of which a worker is the judge; the others are the coordinator's own.
bool is_workers(ErrorClass error) {
  switch (error) {
    case ErrorClass::refused:
    case ErrorClass::dns:
    case ErrorClass::connect:
    case ErrorClass::tls:
    case ErrorClass::timeout:
    case ErrorClass::http_4xx:
    case ErrorClass::http_5xx:
    case ErrorClass::rate_limited:
    case ErrorClass::too_large:
    case ErrorClass::truncated:
    case ErrorClass::protocol:
    case ErrorClass::wrong_type:
    case ErrorClass::placeholder:
    case ErrorClass::disk: return true;
    case ErrorClass::bad_url:
    case ErrorClass::filtered:
    case ErrorClass::duplicate:
    case ErrorClass::redirects:
    case ErrorClass::crashed_worker:
    case ErrorClass::no_link: break;
  }
  return false;
}

/// None, or what HeadReader takes for one.
bool is_status(int http_status) {
  return http_status == 0 || (http_status >= 100 && http_status <= 599);
}

const Response& response_of(const Outcome& outcome) {
  return std::visit([](const auto& one) -> const Response& { return one.response; }, outcome);
}

std::optional<Failed> get_failed(ByteReader& in) {
  Failed failed;
  failed.response = get_response(in);
  const auto error = in.get<std::uint8_t>();
  const auto retry = in.get<std::uint8_t>();
  failed.message = in.get_string();
  failed.refused_address = in.get_string();
  failed.secured = in.get<std::uint64_t>();
  failed.unproved = get_digest(in);
  if (error >= kErrorClasses || !is_workers(static_cast<ErrorClass>(error)) || retry > 1) {
    return std::nullopt;
  }
  failed.error = static_cast<ErrorClass>(error);
  failed.retry = static_cast<Retry>(retry);
  return failed;
}

}  // namespace

std::size_t encode(const Job& job, std::span<std::byte> buffer) {
  if (job.headers.size() > kMaxHeaders || job.addresses.size() > kMaxJobAddresses ||
      job.accept_types.size() > kMaxAcceptTypes || job.hop_extensions.size() > kMaxHopExtensions) {
    return 0;
  }
  ByteWriter out(buffer);
  out.put(job.url);
  out.put(job.part_name);
  out.put(job.userinfo);
  out.put(job.user_agent);
  out.put(job.proxy);
  out.put(static_cast<std::uint32_t>(job.headers.size()));
  for (const auto& header : job.headers) out.put(header);
  out.put(job.connect_host);
  out.put(job.connect_port);
  out.put(static_cast<std::uint32_t>(job.addresses.size()));
  for (const auto& address : job.addresses) out.put(address);
  out.put(job.if_none_match);
  out.put(job.if_modified_since);
  out.put(job.earlier_part);
  put_digest(out, job.unproved);
  out.put(job.link_extension);
  out.put(static_cast<std::uint32_t>(job.hop_extensions.size()));
  for (const auto& extension : job.hop_extensions) out.put(extension);
  out.put(static_cast<std::uint32_t>(job.accept_types.size()));
  for (const auto& type : job.accept_types) out.put(type);
  out.put(job.min_size);
  out.put(static_cast<std::uint8_t>(job.respect_robots_tag));
  out.put(job.check);
  out.put(static_cast<std::int64_t>(job.timeout.count()));
  out.put(static_cast<std::int64_t>(job.connect_timeout.count()));
  out.put(static_cast<std::int64_t>(job.stall_timeout.count()));
  out.put(job.min_speed);
  out.put(job.max_size);
  out.put(job.hash_content);
  out.put(job.verify_tls);
  out.put(job.http2);
  return out.fits() ? out.size() : 0;
}

std::optional<Job> decode_job(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  Job job;
  job.url = in.get_string();
  job.part_name = in.get_string();
  job.userinfo = in.get_string();
  job.user_agent = in.get_string();
  job.proxy = in.get_string();
  const auto headers = in.get<std::uint32_t>();
  if (headers > kMaxHeaders) return std::nullopt;
  job.headers.reserve(headers);
  for (std::uint32_t i = 0; i < headers; ++i) job.headers.push_back(in.get_string());
  job.connect_host = in.get_string();
  job.connect_port = in.get<std::uint16_t>();
  const auto addresses = in.get<std::uint32_t>();
  if (addresses > kMaxJobAddresses) return std::nullopt;
  for (std::uint32_t i = 0; i < addresses; ++i) job.addresses.push_back(in.get_string());
  job.if_none_match = in.get_string();
  job.if_modified_since = in.get_string();
  job.earlier_part = in.get<std::uint8_t>() != 0 ? EarlierPart::possible : EarlierPart::none;
  job.unproved = get_digest(in);
  job.link_extension = in.get_string();
  const auto hops = in.get<std::uint32_t>();
  if (hops > kMaxHopExtensions) return std::nullopt;
  for (std::uint32_t i = 0; i < hops; ++i) job.hop_extensions.push_back(in.get_string());
  const auto types = in.get<std::uint32_t>();
  if (types > kMaxAcceptTypes) return std::nullopt;
  job.accept_types.reserve(types);
  for (std::uint32_t i = 0; i < types; ++i) job.accept_types.push_back(in.get_string());
  job.min_size = in.get<std::uint64_t>();
  job.respect_robots_tag = in.get<std::uint8_t>() != 0;
  job.check = in.get<std::uint8_t>() != 0 ? CheckContent::yes : CheckContent::no;
  job.timeout = std::chrono::milliseconds(in.get<std::int64_t>());
  job.connect_timeout = std::chrono::milliseconds(in.get<std::int64_t>());
  job.stall_timeout = std::chrono::seconds(in.get<std::int64_t>());
  job.min_speed = in.get<std::uint32_t>();
  job.max_size = in.get<std::uint64_t>();
  job.hash_content = in.get<std::uint8_t>() != 0 ? HashContent::yes : HashContent::no;
  job.verify_tls = in.get<std::uint8_t>() != 0 ? VerifyTls::yes : VerifyTls::no;
  job.http2 = in.get<std::uint8_t>() != 0 ? Http2::yes : Http2::no;
  if (!in.complete()) return std::nullopt;
  return job;
}

std::size_t encode(const Outcome& outcome, std::span<std::byte> buffer) {
  ByteWriter out(buffer);
  std::visit(PutOutcome{out}, outcome);
  return out.fits() ? out.size() : 0;
}

std::optional<Outcome> decode_outcome(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  std::optional<Outcome> outcome;
  switch (static_cast<Kind>(in.get<std::uint8_t>())) {
    case Kind::saved: outcome = get_saved(in); break;
    case Kind::kept: outcome = Kept{get_response(in)}; break;
    case Kind::skipped: outcome = get_skipped(in); break;
    case Kind::redirected: outcome = Redirected{get_response(in)}; break;
    case Kind::given_up: outcome = GivenUp{get_response(in)}; break;
    case Kind::failed:
      if (auto failed = get_failed(in)) outcome = std::move(*failed);
      break;
  }
  if (!in.complete() || !outcome || !is_status(response_of(*outcome).http_status)) {
    return std::nullopt;
  }
  return outcome;
}

std::size_t encode(const JobReport& report, std::span<std::byte> buffer) {
  ByteWriter out(buffer);
  out.put(report.requests);
  put_time(out, report.timings.connect);
  put_time(out, report.timings.tls);
  put_time(out, report.timings.first_byte);
  out.put(report.bytes);
  if (!out.fits()) return 0;
  const std::size_t outcome = encode(report.outcome, buffer.subspan(out.size()));
  return outcome == 0 ? 0 : out.size() + outcome;
}

std::optional<JobReport> decode_report(std::span<const std::byte> bytes) {
  if (bytes.size() < kReportHeadBytes) return std::nullopt;
  auto outcome = decode_outcome(bytes.subspan(kReportHeadBytes));
  if (!outcome) return std::nullopt;
  ByteReader in(bytes.first(kReportHeadBytes));
  JobReport report{std::move(*outcome), std::min(in.get<std::uint32_t>(), kMaxJobRequests)};
  report.timings.connect = get_time(in);
  report.timings.tls = get_time(in);
  report.timings.first_byte = get_time(in);
  report.bytes = std::min(in.get<std::uint64_t>(), kMaxReportedBytes);
  return report;
}

}  // namespace fanfetch
