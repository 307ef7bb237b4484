#include "common/curl/end_cause.h"

#include <curl/curl.h>

namespace fanfetch {

EndCause end_cause(int curl_code) {
  switch (curl_code) {
    case CURLE_OK: return EndCause::complete;
    case CURLE_COULDNT_RESOLVE_HOST: return EndCause::name_lookup;
    case CURLE_COULDNT_RESOLVE_PROXY: return EndCause::proxy_lookup;
    case CURLE_COULDNT_CONNECT: return EndCause::connect;
    case CURLE_PROXY: return EndCause::socks;
    case CURLE_OPERATION_TIMEDOUT: return EndCause::timeout;
    case CURLE_GOT_NOTHING: return EndCause::no_response;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return EndCause::connection_lost;
    case CURLE_PARTIAL_FILE: return EndCause::cut_short;
    case CURLE_SSL_CONNECT_ERROR: return EndCause::tls_handshake;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return EndCause::tls_not_verified;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR: return EndCause::tls_setup;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR: return EndCause::stopped;
    default: return EndCause::protocol;
  }
}

bool is_final_proxy_refusal(long curl_proxy_code) {
  switch (curl_proxy_code) {
    case CURLPX_NO_AUTH:
    case CURLPX_USER_REJECTED:
    case CURLPX_REPLY_NOT_ALLOWED:
    case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
    case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
    case CURLPX_IDENTD_DIFFER: return true;
    default: return false;
  }
}

}  // namespace fanfetch
