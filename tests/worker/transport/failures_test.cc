#include "worker/transport/failures.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace fanfetch {
namespace {

struct Case {
  int status;
  ErrorClass error;
  Retry retry;
};

TEST(StatusFailure, EachFailureHasItsClassAndItsWorth) {
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

TEST(StatusFailure, KnowsFilesAndRedirects) {
  EXPECT_TRUE(is_whole_body(200));
  for (const int status : {201, 204, 206, 301, 404}) EXPECT_FALSE(is_whole_body(status)) << status;
  for (const int status : {301, 302, 303, 307, 308}) EXPECT_TRUE(is_redirect(status)) << status;
  for (const int status : {200, 300, 304, 305, 404}) EXPECT_FALSE(is_redirect(status)) << status;
}

struct CurlCase {
  CURLcode code;
  int http_status;
  ErrorClass error;
  Retry retry;
};

TEST(TransferFailure, EachOfLibcurlsHasItsClassAndItsWorth) {
  for (const auto& [code, status, error, retry] : {
           CurlCase{CURLE_COULDNT_RESOLVE_HOST, 0, ErrorClass::dns, Retry::yes},
           CurlCase{CURLE_COULDNT_RESOLVE_PROXY, 0, ErrorClass::dns, Retry::yes},
           CurlCase{CURLE_COULDNT_CONNECT, 0, ErrorClass::connect, Retry::yes},
           CurlCase{CURLE_GOT_NOTHING, 0, ErrorClass::connect, Retry::yes},
           CurlCase{CURLE_RECV_ERROR, 0, ErrorClass::connect, Retry::yes},
           CurlCase{CURLE_RECV_ERROR, 200, ErrorClass::truncated, Retry::yes},
           CurlCase{CURLE_HTTP2, 0, ErrorClass::connect, Retry::yes},
           CurlCase{CURLE_HTTP2_STREAM, 200, ErrorClass::truncated, Retry::yes},
           CurlCase{CURLE_PARTIAL_FILE, 200, ErrorClass::truncated, Retry::yes},
           CurlCase{CURLE_OPERATION_TIMEDOUT, 0, ErrorClass::timeout, Retry::yes},
           CurlCase{CURLE_SSL_CONNECT_ERROR, 0, ErrorClass::tls, Retry::yes},
           CurlCase{CURLE_PEER_FAILED_VERIFICATION, 0, ErrorClass::tls, Retry::no},
           CurlCase{CURLE_WEIRD_SERVER_REPLY, 0, ErrorClass::protocol, Retry::no},
       }) {
    const Failed failed = transfer_failure(code, "", {.http_status = status});
    EXPECT_EQ(failed.error, error) << code;
    EXPECT_EQ(failed.retry, retry) << code;
    EXPECT_FALSE(failed.message.empty());
  }
}

TEST(TransferFailure, ARefusalInTheMidstOfTlsIsTls) {
  const std::string text =
      "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";
  const Failed failed = transfer_failure(CURLE_RECV_ERROR, text, {});
  EXPECT_EQ(failed.error, ErrorClass::tls);
  EXPECT_EQ(failed.retry, Retry::no);
  EXPECT_NE(failed.message.find("--cert"), std::string::npos);
  EXPECT_EQ(transfer_failure(CURLE_RECV_ERROR, text, {.http_status = 200}).error,
            ErrorClass::truncated);
  EXPECT_EQ(transfer_failure(CURLE_RECV_ERROR, "OpenSSL SSL_read: SSL_ERROR_SYSCALL", {}).error,
            ErrorClass::connect);
}

TEST(DiskFailure, TellsTheOutputsTroubleFromTheLinks) {
  const auto ends_the_run = [](int error) {
    const Failed failed = disk_failure(error, {});
    return failed.error == ErrorClass::disk && failed.retry == Retry::no;
  };
  EXPECT_TRUE(ends_the_run(ENOSPC));
  EXPECT_TRUE(ends_the_run(EROFS));
  EXPECT_FALSE(ends_the_run(EMFILE));
  EXPECT_FALSE(ends_the_run(EFBIG));
}

}  // namespace
}  // namespace fanfetch
