#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/body.h"
#include "worker/store/file_store.h"
#include "worker/store/part_check.h"
#include "worker/transport/exchange.h"

namespace fanfetch {

/// One job, from the request to a whole part file or the reason why there is none. Streams: holds
/// no body in memory. Resumes the part of an earlier attempt if the server lets it. The transport
/// calls back into it, so it stays where it is.
class Transfer : private ResponseTaker {
 public:
  enum class Ready { no, yes, failed };

  /// `easy`: from CurlHandles. The store and the hosts are lent.
  Transfer(Job job, CurlEasy easy, FileStore& store, KnownHosts& hosts);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What --limit-rate makes of a transfer. Whoever paces it also watches over its time, so
  /// libcurl does not.
  struct Pace {
    std::size_t largest_piece = 0;
    /// May it have this many bytes at present? False: it pauses, and asks again when the handle is
    /// resumed.
    std::function<bool(std::size_t bytes)> take;  ///< Empty: no limit.
  };
  /// REQUIRES: comes before prepare().
  void set_pace(Pace pace) { pace_ = std::move(pace); }

  /// For the CurlMulti; its owner is this transfer.
  [[nodiscard]] CurlEasy& easy() { return exchange_.easy(); }
  [[nodiscard]] const Job& job() const { return job_; }

  /// Makes the request; `no`: a slice of an old part was checked, call again; `failed`: an old part
  /// cannot be read, and finish() says so without a request. REQUIRES: comes before libcurl gets
  /// the handle.
  [[nodiscard]] Ready prepare();

  /// How it ended. nullopt: what there is of it is of no use after all; the request is made again
  /// for the whole, and libcurl is to have the handle again (see kMaxJobRequests).
  /// REQUIRES: libcurl reported `end`; or the caller ends the transfer, and takes the handle from
  /// libcurl next.
  [[nodiscard]] std::optional<Outcome> finish(ExchangeEnd end);
  /// Call about once a second, so that a kill costs seconds of a transfer.
  void checkpoint_in_time(Instant now) { body_.checkpoint_in_time(now); }
  /// The run is being stopped: leaves all that has come for the next run to resume. The transfer is
  /// over then, without an outcome.
  void leave_part_at_stop();
  /// The handle, for the next job. The transfer is over then.
  [[nodiscard]] CurlEasy release() { return exchange_.release(); }

  /// Body bytes received since the last call.
  [[nodiscard]] std::uint64_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  [[nodiscard]] bool on_head(const ResponseHead& head) noexcept override {
    return body_.begin(head);
  }
  [[nodiscard]] Taken on_body(std::span<const std::byte> bytes) noexcept override;

  void ask();
  [[nodiscard]] bool must_start_over() const;
  [[nodiscard]] Outcome conclude(const ExchangeEnd& end);
  /// The outcome of a response without a file.
  [[nodiscard]] Outcome conclude_status(Response response) const;

  Job job_;
  FileStore& store_;
  Pace pace_;
  Exchange exchange_;
  std::optional<PartCheck> check_;
  Body body_;
  std::uint64_t new_bytes_ = 0;  // of the bodies of all responses, not yet reported
  std::uint32_t requests_ = 0;   // made so far
  bool looked_ = false;          // for an old part
  int old_part_error_ = 0;       // an errno value: an old part is there and cannot be read
};

}  // namespace fanfetch
