#include "worker/http_status.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

struct Case {
  int status;
  ErrorClass error;
  Retry retry;
};

TEST(HttpStatus, EachFailureHasItsClassAndItsWorth) {
  for (const auto& [status, error, retry] : {
           Case{404, ErrorClass::http_4xx, Retry::no},
           Case{410, ErrorClass::http_4xx, Retry::no},
           Case{403, ErrorClass::http_4xx, Retry::no},
           Case{408, ErrorClass::http_4xx, Retry::yes},
           Case{425, ErrorClass::http_4xx, Retry::yes},
           Case{429, ErrorClass::rate_limited, Retry::yes},
           Case{500, ErrorClass::http_5xx, Retry::yes},
           Case{501, ErrorClass::http_5xx, Retry::no},
           Case{502, ErrorClass::http_5xx, Retry::yes},
           Case{503, ErrorClass::http_5xx, Retry::yes},
           Case{204, ErrorClass::protocol, Retry::no},
           Case{206, ErrorClass::protocol, Retry::no},
           Case{304, ErrorClass::protocol, Retry::no},
           Case{999, ErrorClass::protocol, Retry::no},
       }) {
    const Failed failed = status_failure({.http_status = status});
    EXPECT_EQ(failed.error, error) << status;
    EXPECT_EQ(failed.retry, retry) << status;
    EXPECT_EQ(failed.response.http_status, status);
    EXPECT_NE(failed.message.find(std::to_string(status)), std::string::npos);
  }
}

TEST(HttpStatus, KnowsFilesAndRedirects) {
  EXPECT_TRUE(is_whole_body(200));
  for (const int status : {201, 204, 206, 301, 404}) EXPECT_FALSE(is_whole_body(status)) << status;
  for (const int status : {301, 302, 303, 307, 308}) EXPECT_TRUE(is_redirect(status)) << status;
  for (const int status : {200, 300, 304, 305, 404}) EXPECT_FALSE(is_redirect(status)) << status;
}

}  // namespace
}  // namespace fanfetch
