#include "common/curl/curl_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/curl/curl_handle.h"
#include "common/curl/plain_words.h"
#include "common/result.h"

namespace fanfetch {
namespace {

using Moved = CurlConnection::Moved;
using Status = CurlConnection::Status;

Moved of_socket(ssize_t moved) {
  if (moved > 0) return {Status::moved, static_cast<std::size_t>(moved)};
  if (moved == 0) return {Status::closed};
  if (errno == EAGAIN || errno == EINTR) return {Status::later};
  return {Status::broken, 0, errno_text(errno)};
}

}  // namespace

CurlConnection::CurlConnection(CurlEasy easy, CurlMulti& multi, bool tls) : multi_(multi) {
  CURL* const curl = easy.handle_->curl;
  curl_socket_t fd = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD) {
    multi_.remove(easy);
    throw CurlError("libcurl has no socket for a connection that it has made");
  }
  fd_ = fd;
  const char* peer = nullptr;
  curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &peer);
  if (peer != nullptr) peer_ = peer;
  if (tls) {
    easy_.emplace(std::move(easy));
  } else {
    easy.handle_->kept_socket = fd;
    socket_ = UniqueFd(fd);
    multi_.remove(easy);
  }
}

CurlConnection::~CurlConnection() {
  if (easy_) multi_.remove(*easy_);
}

Moved CurlConnection::receive(std::span<std::byte> buffer) {
  if (!is_tls()) return of_socket(::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT));
  std::size_t bytes = 0;
  easy_->handle_->error[0] = '\0';
  const CURLcode code = curl_easy_recv(easy_->handle_->curl, buffer.data(), buffer.size(), &bytes);
  if (code == CURLE_AGAIN) return {Status::later};
  if (code != CURLE_OK) return {Status::broken, 0, plain_break(easy_->handle_->words(code))};
  if (bytes > 0) easy_->handle_->note_delivery();
  return {bytes > 0 ? Status::moved : Status::closed, bytes};
}

Moved CurlConnection::send(std::span<const std::byte> bytes) {
  if (!is_tls()) {
    return of_socket(::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  std::size_t sent = 0;
  easy_->handle_->error[0] = '\0';
  const CURLcode code = curl_easy_send(easy_->handle_->curl, bytes.data(), bytes.size(), &sent);
  if (code == CURLE_AGAIN || (code == CURLE_OK && sent == 0)) return {Status::later};
  if (code != CURLE_OK) return {Status::broken, 0, plain_break(easy_->handle_->words(code))};
  return {Status::moved, sent};
}

bool CurlConnection::is_silent() {
  std::array<std::byte, 1> one;
  return receive(one).status == Status::later;
}

bool CurlConnection::close_is_proved() const {
  if (!is_tls()) return true;
  const SSL* const ssl = easy_->handle_->ssl();
  return ssl != nullptr && (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0 &&
         !RecordLimit::has_ended(ssl);
}

}  // namespace fanfetch
