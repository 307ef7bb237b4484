#include "common/curl/end_cause.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(EndCause, EachOfLibcurlsCodesHasItsCause) {
  struct Case {
    CURLcode code;
    EndCause cause;
  };
  for (const auto& [code, cause] : {
           Case{CURLE_OK, EndCause::complete},
           Case{CURLE_COULDNT_RESOLVE_HOST, EndCause::name_lookup},
           Case{CURLE_COULDNT_RESOLVE_PROXY, EndCause::proxy_lookup},
           Case{CURLE_COULDNT_CONNECT, EndCause::connect},
           Case{CURLE_PROXY, EndCause::socks},
           Case{CURLE_OPERATION_TIMEDOUT, EndCause::timeout},
           Case{CURLE_GOT_NOTHING, EndCause::no_response},
           Case{CURLE_HTTP2, EndCause::connection_lost},
           Case{CURLE_HTTP2_STREAM, EndCause::connection_lost},
           Case{CURLE_SEND_ERROR, EndCause::connection_lost},
           Case{CURLE_RECV_ERROR, EndCause::connection_lost},
           Case{CURLE_PARTIAL_FILE, EndCause::cut_short},
           Case{CURLE_SSL_CONNECT_ERROR, EndCause::tls_handshake},
           Case{CURLE_PEER_FAILED_VERIFICATION, EndCause::tls_not_verified},
           Case{CURLE_SSL_CACERT_BADFILE, EndCause::tls_not_verified},
           Case{CURLE_SSL_CERTPROBLEM, EndCause::tls_setup},
           Case{CURLE_SSL_CIPHER, EndCause::tls_setup},
           Case{CURLE_SSL_ISSUER_ERROR, EndCause::tls_setup},
           Case{CURLE_WRITE_ERROR, EndCause::stopped},
           Case{CURLE_WEIRD_SERVER_REPLY, EndCause::protocol},
           Case{CURLE_OUT_OF_MEMORY, EndCause::protocol},
       }) {
    EXPECT_EQ(end_cause(code), cause) << code;
  }
}

TEST(EndCause, OnlyAProxysRulesAreFinal) {
  for (const CURLproxycode code :
       {CURLPX_NO_AUTH, CURLPX_USER_REJECTED, CURLPX_REPLY_NOT_ALLOWED, CURLPX_IDENTD_DIFFER}) {
    EXPECT_TRUE(is_final_proxy_refusal(code)) << code;
  }
  for (const CURLproxycode code : {CURLPX_OK, CURLPX_REPLY_HOST_UNREACHABLE,
                                   CURLPX_REPLY_GENERAL_SERVER_FAILURE, CURLPX_CLOSED}) {
    EXPECT_FALSE(is_final_proxy_refusal(code)) << code;
  }
}

}  // namespace
}  // namespace fanfetch
