// The heads of responses, as a worker reads them. Variants: `short`, as nginx sends it; `long`, as
// networks that deliver for others send it.

#include <span>
#include <string>

#include "common/http/response_reader.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

constexpr std::string_view kShort =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
    "Content-Type: image/jpeg\r\n"
    "Content-Length: 10240\r\n"
    "Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n"
    "Connection: keep-alive\r\n"
    "ETag: \"5f3c61b2-2800\"\r\n"
    "Accept-Ranges: bytes\r\n"
    "\r\n";

constexpr std::string_view kLong =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
    "Content-Type: image/jpeg\r\n"
    "Content-Length: 10240\r\n"
    "Connection: keep-alive\r\n"
    "Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n"
    "ETag: \"d41d8cd98f00b204e9800998ecf8427e\"\r\n"
    "Cache-Control: public, max-age=31536000, immutable\r\n"
    "Expires: Mon, 22 Nov 2027 10:00:00 GMT\r\n"
    "Accept-Ranges: bytes\r\n"
    "Age: 86400\r\n"
    "Via: 1.1 varnish, 1.1 cache-ams21052-AMS, 1.1 cache-fra-eddf8230071-FRA\r\n"
    "X-Served-By: cache-ams21052-AMS, cache-fra-eddf8230071-FRA\r\n"
    "X-Cache: HIT, HIT\r\n"
    "X-Cache-Hits: 12, 345\r\n"
    "X-Timer: S1700000000.123456,VS0,VE1\r\n"
    "Vary: Accept-Encoding, Accept, Origin\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
    "Access-Control-Expose-Headers: Content-Length, ETag, X-Cache, X-Request-Id\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\n"
    "Strict-Transport-Security: max-age=63072000; includeSubDomains; preload\r\n"
    "Content-Security-Policy: default-src 'none'; img-src 'self'; style-src 'unsafe-inline'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"
    "Report-To: {\"group\":\"default\",\"max_age\":604800,"
    "\"endpoints\":[{\"url\":\"https://reports.example.org/v4?s=0123456789abcdef\"}]}\r\n"
    "NEL: {\"success_fraction\":0.01,\"report_to\":\"default\",\"max_age\":604800}\r\n"
    "Set-Cookie: session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly; Secure\r\n"
    "Set-Cookie: region=eu-central; Path=/; Max-Age=86400; SameSite=Lax\r\n"
    "Server: nginx\r\n"
    "X-Request-Id: 7d2f0a4e-1c3b-4d5e-8f60-718293a4b5c6\r\n"
    "Alt-Svc: h3=\":443\"; ma=86400\r\n"
    "\r\n";

class HeadStage final : public Stage {
 public:
  explicit HeadStage(std::string_view head) : head_(head) {}

  void run(std::uint64_t, std::uint64_t count) override {
    for (std::uint64_t i = 0; i < count; ++i) {
      counted([this] {
        ResponseReader reader;
        auto bytes = std::as_bytes(std::span(head_));
        (void)reader.next(bytes);
        if (!reader.is_framed() || !bytes.empty()) leave("a head was not read");
      });
    }
  }

 private:
  const std::string head_;
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view variant) {
  return std::make_unique<HeadStage>(variant == "long" ? kLong : kShort);
}

}  // namespace fanfetch::bench
