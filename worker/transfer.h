#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/body.h"
#include "worker/store/file_store.h"
#include "worker/store/part_check.h"
#include "worker/transport/curl_handles.h"
#include "worker/transport/known_hosts.h"
#include "worker/transport/request.h"

struct curl_sockaddr;

namespace fanfetch {

/// One job, from the request to a whole part file or the reason why there is none. Streams: holds
/// no body in memory. Goes on with the part of an earlier attempt if the server lets it. libcurl
/// calls back into it, so it stays where it is.
class Transfer {
 public:
  enum class Ready { no, yes, failed };

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

  /// Makes the request; `no`: a slice of an old part was checked, call again; `failed`: an old part
  /// cannot be read, and finish() says so without a request. REQUIRES: comes before libcurl gets
  /// the handle.
  [[nodiscard]] Ready prepare();

  /// How it ended. None: what is there of it is of no use after all; the request is made anew for
  /// the whole, and libcurl is to have the handle once more (this happens twice at most).
  /// REQUIRES: libcurl is done with it and said `code`; or it is taken from libcurl next, with a
  /// `code` of ours and `why`, if libcurl has not said it.
  [[nodiscard]] std::optional<Outcome> finish(CURLcode code, const std::string& why = {});
  /// Call about once a second, so that a kill costs seconds of a transfer.
  void checkpoint_in_time(Instant now) { body_.checkpoint_in_time(now); }
  /// The run is being stopped: leaves all that has come for the next run to resume. The transfer is
  /// over then, without an outcome.
  void leave_part_at_stop();
  /// The handle, for the next job. The transfer is over then.
  [[nodiscard]] EasyHandle release() { return std::move(easy_); }

  /// Body bytes received since the last call.
  [[nodiscard]] std::uint64_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  // Called from C: an exception could not get through.
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose,
                                      curl_sockaddr* address) noexcept;

  void ask();
  void use_addresses();
  void start_over();

  [[nodiscard]] Outcome conclude(CURLcode code);
  [[nodiscard]] Failed curl_failure(CURLcode code, Response response) const;

  Job job_;
  EasyHandle easy_;
  FileStore& store_;
  Pace pace_;
  KnownHosts& hosts_;
  HeaderList headers_;
  HeaderList addresses_;  // for CURLOPT_RESOLVE
  bool uses_host_ = false;
  std::optional<PartCheck> check_;
  Body body_;
  std::uint64_t new_bytes_ = 0;  // of the bodies of all answers, not yet told
  std::string refused_address_;  // libcurl wanted to connect there, though the job does not say so
  bool looked_ = false;          // for an old part
  int old_part_error_ = 0;       // an errno value: an old part is there and cannot be read
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace fanfetch
