// libFuzzer harness of what the worker and the coordinator read from a response's header lines.
// Input: a byte that tells the status, then lines `Name: value`. See scripts/fuzz.

#include "common/clock.h"
#include "common/http/content_codings.h"
#include "common/http/response_head.h"
#include "common/job.h"
#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/link/retry_wait.h"
#include "tests/fuzz/fuzz_input.h"
#include "worker/check/robots_tag.h"
#include "worker/head/coding_plan.h"
#include "worker/head/content_disposition.h"
#include "worker/head/head_values.h"
#include "worker/head/header_text.h"
#include "worker/store/resume.h"

namespace fanfetch::fuzz {
namespace {

constexpr int kStatuses[] = {200, 206, 301, 304, 404, 429, 503};
const std::string kUrl = "https://example.org/a/b.jpg?x=1";

void check_name(std::string_view disposition) {
  const std::string name = suggested_name(disposition);
  REQUIRE(name.size() <= kMaxSuggestedBytes);
  REQUIRE(valid_utf8(name) == name);
  REQUIRE(name.find_first_of("/\\") == std::string::npos);
  REQUIRE(name.empty() || name.find_first_not_of(". \t") != std::string::npos);
}

void check_text(std::string_view text) {
  const std::string utf8 = to_utf8(text);
  REQUIRE(valid_utf8(utf8) == utf8);
  REQUIRE(to_utf8(utf8) == utf8);
  const auto words = decode_encoded_words(text);
  if (words) REQUIRE(valid_utf8(*words) == *words);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto decoded = decode_charset(text.substr(0, colon), text.substr(colon));
  if (decoded) REQUIRE(valid_utf8(*decoded) == *decoded);
}

void check_range(std::string_view value) {
  const auto range = parse_content_range(value);
  if (!range) return;
  REQUIRE(range->first <= range->last && range->last < range->total);
  const std::string written = "bytes " + std::to_string(range->first) + '-' +
                              std::to_string(range->last) + '/' + std::to_string(range->total);
  const auto again = parse_content_range(written);
  REQUIRE(again && again->first == range->first && again->last == range->last &&
          again->total == range->total);
}

void check_wait(std::string_view value) {
  using namespace std::chrono_literals;
  for (const auto now : {WallTime{}, WallTime(1'800'000'000s)}) {
    const auto wait = parse_retry_after(value, now);
    if (!wait) continue;
    REQUIRE(*wait >= 0s && *wait < 24h * 366 * 231);  // dates end in 2200
    const bool is_number = value.find_first_not_of("0123456789") == std::string_view::npos;
    REQUIRE(!is_number || *wait <= 24h * 365);
  }
}

void check_codings(const ResponseHead& head) {
  const auto codings = content_codings(head);
  const std::string disposition(head.first("Content-Disposition"));
  const std::string suggested = suggested_name(disposition);
  const std::string type(head.first("Content-Type"));
  const auto plan = plan_codings(
      codings,
      {.url = kUrl, .link_extension = "jpg", .suggested_name = suggested, .content_type = type});
  REQUIRE(plan.remove.size() <= codings.size());
  // The last that was applied is removed first, and none is skipped.
  for (std::size_t i = 0; i < plan.remove.size(); ++i) {
    REQUIRE(plan.remove[i] != Coding::bzip2 && plan.remove[i] != Coding::compress &&
            plan.remove[i] != Coding::xz);
    REQUIRE(plan.remove[i] == codings[codings.size() - 1 - i]);
  }
}

void check_outcome(const ResponseHead& head) {
  const Response response = response_of(head, kUrl);
  for (const std::string* value :
       {&response.content_type, &response.etag, &response.last_modified, &response.retry_after}) {
    REQUIRE(value->size() <= kMaxHeaderValue);
    REQUIRE(std::none_of(value->begin(), value->end(), is_control));
  }
  std::vector<std::byte> buffer(15 * 1024);  // a slot's payload
  const JobReport report{.outcome = Redirected{response}, .requests = 1};
  const std::size_t size = encode(report, buffer);
  REQUIRE(size > 0);
  const auto decoded = decode_report(std::span(buffer).first(size));
  REQUIRE(decoded && std::holds_alternative<Redirected>(decoded->outcome));
  REQUIRE(std::get<Redirected>(decoded->outcome).response.location == response.location);
}

void check_resume(const ResponseHead& head) {
  auto sidecar = resumable(head, "0123abcd");
  if (sidecar) {
    sidecar->checkpoints.push_back({.offset = 1});
    REQUIRE(is_strong_etag(sidecar->etag) && sidecar->length > 1);
    const auto bytes = encode(*sidecar);
    REQUIRE(bytes.size() <= max_sidecar_bytes());
    const auto read = decode_sidecar(bytes, "0123abcd");
    REQUIRE(read && read->etag == sidecar->etag && read->length == sidecar->length);
    REQUIRE(!decode_sidecar(bytes, "0123abce"));
  }
  const Sidecar part{.part_name = "p", .etag = "\"v1\"", .length = 1000};
  if (continues_part(head, part, 500)) {
    const auto range = parse_content_range(head.first("Content-Range"));
    REQUIRE(head.status() == 206 && range && range->first == 500 && range->total == 1000);
    REQUIRE(head.first("ETag").empty() || head.first("ETag") == part.etag);
  }
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch;
  using namespace fanfetch::fuzz;
  Input input(data, size);
  ResponseHead head(kStatuses[input.byte() % std::size(kStatuses)], HttpVersion::http_1_1);
  while (!input.empty() && head.size() < 16) {
    const std::string line = input.line();
    const std::size_t colon = std::min(line.find(':'), line.size());
    const auto value = std::string_view(line).substr(std::min(colon + 1, line.size()));
    if (!head.add(std::string_view(line).substr(0, colon), value)) break;
    check_name(value);
    check_text(value);
    check_range(value);
    check_wait(value);
  }
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto value = head.line(i).value;
    REQUIRE(std::none_of(value.begin(), value.end(), is_control));
    check_name(value);
    check_range(value);
    check_wait(value);
    if (is_same_word(head.line(i).name, "Content-Length")) {
      head.set_body_length(static_cast<std::uint64_t>(value.size()) << 20);
    }
  }
  check_codings(head);
  check_outcome(head);
  check_resume(head);
  const auto objection = robots_objection(head, "fanfetch");
  if (objection) {
    REQUIRE(*objection == "noai" || *objection == "noimageai" || *objection == "noindex" ||
            *objection == "none");
  }
  return 0;
}
