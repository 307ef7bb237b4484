#include "coordinator/report/failure_text.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Record failure_at(std::string url, ErrorClass error = ErrorClass::http_4xx) {
  return {.index = 7,
          .url = std::move(url),
          .attempts = 1,
          .error = error,
          .message = "the server says 404"};
}

std::string line(const Record& record) { return plain_text(FailureLines().line(record)); }

TEST(HostAndPath, OfWhatListsHold) {
  struct Row {
    const char *url, *host, *path;
  };
  const Row kRows[] = {{"http://a.test/x?y#z", "a.test", "/x?y#z"},
                       {"https://user:***@a.test:8080/x", "a.test:8080", "/x"},
                       {"http://[::1]:80?x@y", "[::1]:80", "?x@y"},
                       {"http://a.test", "a.test", ""},
                       {"http:///x", "", "http:///x"},
                       {"nonsense", "", "nonsense"},
                       {"", "", ""}};
  for (const auto& [url, host, path] : kRows) {
    EXPECT_EQ(host_and_path(url).host, host) << url;
    EXPECT_EQ(host_and_path(url).path, path) << url;
  }
}

TEST(FailureLines, ClassHostPathAndReasonInColumns) {
  FailureLines lines;
  EXPECT_EQ(plain_text(lines.line(failure_at("http://a.test/x"))),
            "http_4xx        a.test  /x: the server says 404 (1 attempt)");
  Record crashed = failure_at("http://longer.test", ErrorClass::crashed_worker);
  crashed.attempts = 3;
  crashed.message = "it died";
  EXPECT_EQ(plain_text(lines.line(crashed)),
            "crashed_worker  longer.test  /: it died (3 attempts)");
  EXPECT_EQ(plain_text(lines.line(failure_at("http://a.test/x"))),
            "http_4xx        a.test       /x: the server says 404 (1 attempt)");
  EXPECT_EQ(lines.line(crashed)[0].ink, Ink::bad);
}

TEST(FailureLines, ALongHostDoesNotPushAllOthersAway) {
  FailureLines lines;
  (void)lines.line(failure_at("http://" + std::string(200, 'h') + "/x"));
  EXPECT_EQ(
      plain_text(lines.line(failure_at("http://a.test/x"))),
      "http_4xx        a.test                            /x: the server says 404 (1 attempt)");
}

TEST(FailureLines, OfAnEntryThatIsNoUrl) {
  EXPECT_EQ(line(failure_at("nonsense", ErrorClass::bad_url)),
            "bad_url         -  nonsense: the server says 404 (1 attempt)");
  Record none = failure_at("");
  none.attempts = 0;
  none.message.reset();
  EXPECT_EQ(line(none), "http_4xx        -  item 7");
  none.url.reset();
  EXPECT_EQ(line(none), "http_4xx        -  item 7");
}

TEST(FailureLines, AreCleanWhateverTheServerSays) {
  Record record = failure_at("http://h\x1b/\x1b[2J\n\xff", ErrorClass::protocol);
  record.message = "bad\r\nTook 0s: 99 saved\xe2\x80\xae";
  EXPECT_EQ(line(record),
            R"(protocol        h\x1b  /\x1b[2J\n\xff: bad\r\nTook 0s: 99 saved\u202e (1 attempt))");
  record.url = "http://h/" + std::string(8000, 'x');
  EXPECT_LT(line(record).size(), 1100u);
}

}  // namespace
}  // namespace fanfetch
