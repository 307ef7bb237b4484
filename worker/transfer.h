#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/job.h"
#include "common/outcome.h"
#include "common/sha256.h"
#include "worker/curl_handles.h"
#include "worker/gunzip.h"
#include "worker/store/file_store.h"

struct curl_sockaddr;

namespace fanfetch {

/// One job, from the request to a whole part file or the reason why there is none. Streams: holds
/// no body in memory. libcurl calls back into it, so it stays where it is.
class Transfer {
 public:
  /// `easy`: from CurlHandles.
  Transfer(Job job, EasyHandle easy, FileStore& store);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  /// How it ended. REQUIRES: libcurl is done with it and said `code`; called once.
  [[nodiscard]] Outcome finish(CURLcode code);
  /// The handle, for the next job. The transfer is over then.
  [[nodiscard]] EasyHandle release() { return std::move(easy_); }

  /// Body bytes received since the last call.
  [[nodiscard]] std::uint64_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  /// What stopped the transfer from our side; libcurl then reports its own general error.
  enum class Stopped { no, too_large, disk, bad_encoding, enough };

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void set_options();
  [[nodiscard]] bool accept_body(std::span<const std::byte> bytes);
  [[nodiscard]] bool begin_file();
  [[nodiscard]] bool open_file();
  [[nodiscard]] bool store(std::span<const std::byte> bytes);
  [[nodiscard]] Response read_response() const;
  [[nodiscard]] Outcome finish_body(Response response);
  [[nodiscard]] Failed curl_failure(CURLcode code, Response response) const;
  [[nodiscard]] Failed stopped_failure(Response response) const;

  Job job_;
  EasyHandle easy_;
  FileStore& store_;
  HeaderList headers_;
  std::unique_ptr<StoredFile> file_;
  std::unique_ptr<Sha256> hash_;
  std::unique_ptr<Gunzip> gunzip_;  // none: the body is taken as it comes
  std::uint64_t received_ = 0;      // of the body, as it came
  std::uint64_t new_bytes_ = 0;     // of them not yet told
  std::uint64_t bytes_ = 0;         // decoded, in the file
  Stopped stopped_ = Stopped::no;
  int disk_error_ = 0;
  std::string refused_address_;   // the last one, if any
  bool reached_allowed_ = false;  // at least one address was not refused
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace fanfetch
