#include "coordinator/commands/web/fixed_answers.h"

#include "coordinator/commands/web/assets.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {

std::span<const HeaderLine> safe_headers() {
  static constexpr HeaderLine kHeaders[] = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cache-Control", "no-store"}};
  return kHeaders;
}

FixedAnswer text_answer(int status, std::string_view text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::string(text) + "\n",
          .header = {}};
}

FixedAnswer json_answer(int status, std::string json) {
  return {
      .status = status, .content_type = "application/json", .body = std::move(json), .header = {}};
}

FixedAnswer json_refusal(int status, std::string_view message) {
  JsonText json;
  json.begin();
  json.key("ok").boolean(false);
  json.key("message").text(message);
  json.end();
  return json_answer(status, json.take());
}

std::optional<FixedAnswer> page_file(std::string_view path) {
  for (const Asset& asset : assets()) {
    if (path != asset.path) continue;
    return FixedAnswer{
        .content_type = asset.content_type, .body = std::string(asset.bytes), .header = {}};
  }
  return std::nullopt;
}

FixedAnswer refusal(Access why) {
  FixedAnswer answer;
  switch (why) {
    case Access::allowed:
    case Access::begin_session: break;
    case Access::no_token:
      answer = text_answer(
          401,
          "This dashboard opens at the address that 'fanfetch web' has printed, with its "
          "?token=, or with 'Authorization: Bearer TOKEN'.");
      answer.header = {"WWW-Authenticate", "Bearer"};
      return answer;
    case Access::wrong_host:
      return text_answer(421, "This is no host of this dashboard: go to localhost or 127.0.0.1.");
    case Access::wrong_origin: return json_refusal(403, "asked by a page of another origin");
    case Access::wrong_method:
      answer = text_answer(405, "This cannot be asked for in this manner.");
      answer.header = {"Allow", "GET, HEAD, POST"};
      return answer;
    case Access::wrong_content: return json_refusal(415, "Content-Type has to be application/json");
    case Access::read_only: return json_refusal(403, "the dashboard was started with --read-only");
  }
  return text_answer(500, "This is refused for no reason.");  // not reached
}

std::string_view answer_to_head(HeadFault fault) {
  return fault == HeadFault::too_large ? "HTTP/1.1 431 Request Header Fields Too Large\r\n"
                                         "Content-Length: 0\r\nConnection: close\r\n\r\n"
                                       : "HTTP/1.1 400 Bad Request\r\n"
                                         "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

}  // namespace fanfetch
