#include "worker/transport/failures.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace fanfetch {
namespace {

struct StatusCase {
  int status;
  ErrorClass error;
  Retry retry;
};

TEST(StatusFailure, EachFailureHasItsClassAndItsWorth) {
  for (const auto& [status, error, retry] : {
           StatusCase{404, ErrorClass::http_4xx, Retry::no},
           StatusCase{410, ErrorClass::http_4xx, Retry::no},
           StatusCase{403, ErrorClass::http_4xx, Retry::no},
           StatusCase{408, ErrorClass::http_4xx, Retry::yes},
           StatusCase{425, ErrorClass::http_4xx, Retry::yes},
           StatusCase{429, ErrorClass::rate_limited, Retry::yes},
           StatusCase{500, ErrorClass::http_5xx, Retry::yes},
           StatusCase{501, ErrorClass::http_5xx, Retry::no},
           StatusCase{502, ErrorClass::http_5xx, Retry::yes},
           StatusCase{503, ErrorClass::http_5xx, Retry::yes},
           StatusCase{204, ErrorClass::protocol, Retry::no},
           StatusCase{206, ErrorClass::protocol, Retry::no},
           StatusCase{304, ErrorClass::protocol, Retry::no},
           StatusCase{999, ErrorClass::protocol, Retry::no},
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
  for (const int status : {300, 301, 302, 303, 307, 308}) {
    EXPECT_TRUE(is_redirect(status)) << status;
  }
  for (const int status : {200, 304, 305, 404}) EXPECT_FALSE(is_redirect(status)) << status;
}

TEST(StatusFailure, AFileThatIsStillBeingMadeIsAskedForLater) {
  EXPECT_EQ(status_failure({.http_status = 202, .retry_after = "5"}).retry, Retry::yes);
  EXPECT_EQ(status_failure({.http_status = 202}).retry, Retry::no);
  EXPECT_EQ(status_failure({.http_status = 201, .retry_after = "5"}).retry, Retry::no);
}

struct EndCase {
  EndCause cause;
  int http_status;
  ErrorClass error;
  Retry retry;
};

TEST(TransferFailure, EachCauseHasItsClassAndItsWorth) {
  for (const auto& [cause, status, error, retry] : {
           EndCase{EndCause::name_lookup, 0, ErrorClass::dns, Retry::yes},
           EndCase{EndCause::proxy_lookup, 0, ErrorClass::dns, Retry::yes},
           EndCase{EndCause::connect, 0, ErrorClass::connect, Retry::yes},
           EndCase{EndCause::socks, 0, ErrorClass::connect, Retry::yes},
           EndCase{EndCause::no_response, 0, ErrorClass::connect, Retry::yes},
           EndCase{EndCause::connection_lost, 0, ErrorClass::connect, Retry::yes},
           EndCase{EndCause::connection_lost, 200, ErrorClass::truncated, Retry::yes},
           EndCase{EndCause::cut_short, 200, ErrorClass::truncated, Retry::yes},
           EndCase{EndCause::timeout, 0, ErrorClass::timeout, Retry::yes},
           EndCase{EndCause::tls_handshake, 0, ErrorClass::tls, Retry::yes},
           EndCase{EndCause::tls_not_verified, 0, ErrorClass::tls, Retry::no},
           EndCase{EndCause::tls_setup, 0, ErrorClass::tls, Retry::no},
           EndCase{EndCause::protocol, 0, ErrorClass::protocol, Retry::no},
           EndCase{EndCause::too_large, 0, ErrorClass::too_large, Retry::no},
           EndCase{EndCause::request_body, 0, ErrorClass::disk, Retry::no},
       }) {
    const Failed failed =
        exchange_failure({.cause = cause, .text = "words"}, {}, {.http_status = status});
    EXPECT_EQ(failed.error, error) << static_cast<int>(cause);
    EXPECT_EQ(failed.retry, retry) << static_cast<int>(cause);
    EXPECT_NE(failed.message.find("words"), std::string::npos);
    EXPECT_EQ(failed.response.http_status, status);
  }
}

TEST(TransferFailure, ARefusedAddressIsNamed) {
  const Failed failed =
      exchange_failure({.cause = EndCause::connect, .text = "no", .refused_address = "192.0.2.1"},
                       {.proxy = "http://p:1", .connect_host = "a.example"}, {});
  EXPECT_EQ(failed.error, ErrorClass::refused);
  EXPECT_EQ(failed.retry, Retry::no);
  EXPECT_EQ(failed.refused_address, "192.0.2.1");
  EXPECT_NE(failed.message.find("a.example"), std::string::npos);
}

TEST(TransferFailure, AProxyIsNamedWhereNothingShowsWhoseFaultItIs) {
  const Job job{.proxy = "http://p:1", .connect_host = "p", .connect_port = 1};
  const ExchangeEnd lost{.cause = EndCause::connection_lost, .text = "lost"};
  EXPECT_EQ(exchange_failure(lost, job, {}).message, "lost (by way of the proxy p:1)");
  EXPECT_EQ(exchange_failure(lost, job, {.http_status = 200}).message, "lost");
}

TEST(TransferFailure, ARefusalInTheMidstOfTlsIsTls) {
  const auto lost = [](const std::string& text, Response response) {
    return exchange_failure({.cause = EndCause::connection_lost, .text = text}, {},
                            std::move(response));
  };
  const std::string text =
      "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";
  const Failed failed = lost(text, {});
  EXPECT_EQ(failed.error, ErrorClass::tls);
  EXPECT_EQ(failed.retry, Retry::no);
  EXPECT_NE(failed.message.find("--cert"), std::string::npos);
  EXPECT_EQ(lost(text, {.http_status = 200}).error, ErrorClass::truncated);
  EXPECT_EQ(lost("OpenSSL SSL_read: SSL_ERROR_SYSCALL", {}).error, ErrorClass::connect);
  EXPECT_EQ(exchange_failure({.cause = EndCause::protocol, .text = "'x alert y'"}, {}, {}).error,
            ErrorClass::protocol)
      << "the server's own words";
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
