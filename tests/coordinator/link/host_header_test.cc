#include "coordinator/link/host_header.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr auto kPlain = WasEncrypted::no;
constexpr auto kEncrypted = WasEncrypted::yes;

TEST(HostHeader, IsLeftBehindLikeEverySecret) {
  struct Row {
    std::optional<std::uint16_t> port;  // that the user named
    const char* start;
    const char* url;  // null: the start
    WasEncrypted was_encrypted;
    bool goes;
  };
  const Row kRows[] = {
      // The link's own request.
      {{}, "https://h/", nullptr, kPlain, true},
      {{}, "http://h:8080/", nullptr, kPlain, true},
      {{}, "http://x.h/", nullptr, kPlain, false},
      {8080, "http://h:8080/", nullptr, kPlain, true},
      {8080, "http://h/", nullptr, kPlain, false},
      {443, "https://h/", nullptr, kPlain, true},
      {443, "http://h/", nullptr, kPlain, false},
      // A redirect within the host.
      {{}, "http://h/", "http://h/b", kPlain, true},
      {{}, "http://h/", "https://h/", kPlain, true},
      {{}, "https://h/", "https://h:8443/", kPlain, false},
      {{}, "https://h:8443/", "https://h/", kPlain, false},
      {{}, "http://h:8080/", "http://h:8081/", kPlain, false},
      {{}, "http://h:8080/", "https://h/", kPlain, false},
      {{}, "https://h/", "http://h/", kPlain, false},
      {{}, "https://h:8443/", "http://h:8443/", kPlain, false},
      {8443, "https://h/", "https://h:8443/", kPlain, true},
      {8080, "https://h/", "http://h:8080/", kPlain, false},
      // From another host.
      {{}, "https://cdn/", "https://h/", kPlain, true},
      {{}, "http://cdn/", "http://h/", kPlain, true},
      {{}, "http://cdn:8080/", "http://h:8080/", kPlain, false},
      {{}, "https://cdn/", "https://h:8443/", kPlain, false},
      {{}, "https://cdn/", "http://h/", kPlain, false},
      {8443, "https://cdn/", "https://h:8443/", kPlain, true},
      // Over an encrypted hop, back to plain text.
      {{}, "http://cdn/", "http://h/", kEncrypted, false},
      {{}, "http://h/", "http://h/", kEncrypted, false},
      {80, "http://h/", "http://h/", kEncrypted, false},
      {{}, "http://cdn/", "https://h/", kEncrypted, true},
  };
  for (const Row& row : kRows) {
    const Url start = *parse_url(row.start);
    const Url url = row.url == nullptr ? start : *parse_url(row.url);
    EXPECT_EQ(goes_to({"h", "A: b", row.port}, url, start, row.was_encrypted), row.goes)
        << row.start << " " << url.request << " " << row.port.value_or(0);
  }
}

}  // namespace
}  // namespace fanfetch
