#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/check/content_check.h"
#include "worker/curl_handles.h"
#include "worker/gunzip.h"
#include "worker/known_hosts.h"
#include "worker/request.h"
#include "worker/store/file_store.h"
#include "worker/store/part_check.h"
#include "worker/store/part_writer.h"

struct curl_sockaddr;

namespace fanfetch {

/// One job, from the request to a whole part file or the reason why there is none. Streams: holds
/// no body in memory. Goes on with the part of an earlier attempt if the server lets it. libcurl
/// calls back into it, so it stays where it is.
class Transfer {
 public:
  enum class Ready { no, yes };

  /// `easy`: from CurlHandles. The store and the hosts are lent.
  Transfer(Job job, EasyHandle easy, FileStore& store, KnownHosts& hosts);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What --limit-rate makes of a transfer. Whoever paces it also watches over its time, so
  /// libcurl does not.
  struct Pace {
    std::size_t largest_piece = 0;
    /// May it have so many bytes now? False: it pauses, and asks again when libcurl is told to go
    /// on with the handle.
    std::function<bool(std::size_t bytes)> take;  ///< None: no limit.
  };
  /// REQUIRES: comes before prepare().
  void set_pace(Pace pace) { pace_ = std::move(pace); }

  [[nodiscard]] CURL* easy() const { return easy_.get(); }
  [[nodiscard]] const Job& job() const { return job_; }

  /// Makes the request; `no`: a slice of an old part was checked, call again. REQUIRES: comes
  /// before libcurl gets the handle.
  [[nodiscard]] Ready prepare();

  /// How it ended. None: what is there of it is of no use after all; the request is made anew for
  /// the whole, and libcurl is to have the handle once more (this happens twice at most).
  /// REQUIRES: libcurl is done with it and said `code`; or it is taken from libcurl next, with a
  /// `code` of ours and `why`, if libcurl has not said it.
  [[nodiscard]] std::optional<Outcome> finish(CURLcode code, const std::string& why = {});
  /// The handle, for the next job. The transfer is over then.
  [[nodiscard]] EasyHandle release() { return std::move(easy_); }

  /// Body bytes received since the last call.
  [[nodiscard]] std::uint64_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  /// What stopped the transfer from our side; libcurl then reports its own general error.
  enum class Stopped {
    no,
    too_large,
    disk,
    bad_encoding,
    enough,
    rejected,
    no_continuation,
    uncertain_end,
  };
  /// What the bytes that come are.
  enum class Body { unwanted, whole, rest };

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void ask(Rest rest);
  void use_addresses();
  void start_over();

  [[nodiscard]] bool accept_body(std::span<const std::byte> bytes);
  [[nodiscard]] bool begin_body();
  [[nodiscard]] bool begin_file();
  [[nodiscard]] bool begin_rest();
  [[nodiscard]] bool robots_forbid();
  void expect_content(const std::string& content_type);
  [[nodiscard]] bool check(std::span<const std::byte> bytes);
  [[nodiscard]] bool is_too_large(std::uint64_t size);
  [[nodiscard]] bool open_file();
  [[nodiscard]] bool store(std::span<const std::byte> bytes);

  [[nodiscard]] Outcome conclude(CURLcode code);
  [[nodiscard]] Outcome finish_body(Response response);
  [[nodiscard]] bool is_welcome(const std::optional<Sha256Digest>& digest);
  [[nodiscard]] Outcome rejected(Response response) const;
  [[nodiscard]] Failed curl_failure(CURLcode code, Response response) const;
  [[nodiscard]] Failed stopped_failure(Response response) const;
  void leave_part(Failed& failed);

  Job job_;
  EasyHandle easy_;
  FileStore& store_;
  Pace pace_;
  KnownHosts& hosts_;
  HeaderList headers_;
  HeaderList addresses_;  // for CURLOPT_RESOLVE
  bool uses_host_ = false;
  std::optional<PartCheck> check_;
  std::optional<PartWriter> part_;       // from begin_body() on; before, that of an earlier attempt
  std::optional<ContentCheck> content_;  // of the decoded bytes; from begin_body() on
  std::optional<Rejection> rejection_;
  std::string suggested_name_;
  std::unique_ptr<Gunzip> gunzip_;  // none: the body is taken as it comes
  Rest rest_;                       // what was asked for
  std::uint64_t secured_ = 0;       // where this attempt could go on from when it began
  Body body_ = Body::unwanted;
  std::uint64_t received_ = 0;   // of this answer's body, as it came
  std::uint64_t new_bytes_ = 0;  // of all bodies, not yet told
  Stopped stopped_ = Stopped::no;
  int disk_error_ = 0;
  std::string refused_address_;  // libcurl wanted to connect there, though the job does not say so
  bool looked_ = false;          // for an old part
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace fanfetch
