#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/body.h"
#include "worker/store/file_store.h"
#include "worker/store/part_check.h"
#include "worker/transport/transport.h"

namespace fanfetch {

/// One job, from the request to a whole part file or the reason why there is none. Streams: holds
/// no body in memory. Resumes the part of an earlier attempt if the server lets it. The transport
/// calls back into it, so it stays where it is.
class Transfer : public ResponseTaker {
 public:
  /// Whoever watches over the transfer's time, and over its share of --limit-rate.
  /// What may hold its body back.
  enum class HeldBy : std::uint8_t { limit, nothing };
  class Supervisor {
   public:
    virtual ~Supervisor() = default;
    /// A request of it goes out.
    virtual void on_request(Transfer& transfer) noexcept = 0;
    /// Bytes of its body have come: may it have them at present? False, unless it is `held_by`
    /// nothing: it pauses, and asks again in resume().
    [[nodiscard]] virtual bool may_take(Transfer& transfer, std::size_t bytes,
                                        HeldBy held_by) noexcept = 0;
  };

  /// All but the job is lent.
  Transfer(Job job, FileStore& store, Transport& transport, Supervisor& supervisor);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] const Job& job() const { return job_; }

  /// The last request was answered, at least by a head.
  [[nodiscard]] bool has_head() const { return body_.has_head(); }

  enum class Ready { no, yes, failed };
  /// Looks for what an earlier attempt left. `no`: a slice of it was checked, call again; `failed`:
  /// it cannot be read, and finish() says so without a request.
  [[nodiscard]] Ready prepare();
  /// Sends the request. REQUIRES: prepare() has said `yes`, or finish() nullopt.
  void start();
  /// See Supervisor::may_take().
  void resume() { exchange_->resume(); }

  /// How it ended. nullopt: what there is of it is of no use after all, and another request is to
  /// be made: start(), see kMaxJobRequests. REQUIRES: the transport reported `end`; or the caller
  /// ends the transfer.
  [[nodiscard]] std::optional<Outcome> finish(const ExchangeEnd& end);
  /// Call about once a second, so that a kill costs seconds of a transfer.
  void checkpoint_in_time(Instant now) { body_.checkpoint_in_time(now); }
  /// The run is being stopped, or the job given up: leaves all that has come for the next attempt
  /// to resume. The transfer is over then, without an outcome.
  void leave_part_at_stop();

  /// What its requests have spent on what so far.
  [[nodiscard]] Timings timings() const;

  /// Body bytes that its response still has; nullopt: there is none yet, or it does not say.
  [[nodiscard]] std::optional<std::uint64_t> bytes_to_come() const { return body_.to_come(); }
  /// Body bytes received since the last call.
  [[nodiscard]] std::uint64_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  void on_request() noexcept override;
  [[nodiscard]] bool on_head(const ResponseHead& head) noexcept override {
    return body_.begin(head);
  }
  [[nodiscard]] Taken on_body(std::span<const std::byte> bytes) noexcept override;

  [[nodiscard]] bool starts_over(const ExchangeEnd& end);
  [[nodiscard]] Outcome conclude(const ExchangeEnd& end);
  /// The outcome of a response without a file.
  [[nodiscard]] Outcome conclude_status(Response response) const;

  Job job_;
  FileStore& store_;
  Transport& transport_;
  Supervisor& supervisor_;
  std::unique_ptr<Exchange> exchange_;  // the last one; nullptr: nothing was asked yet
  std::optional<PartCheck> check_;
  Body body_;
  std::uint64_t new_bytes_ = 0;  // of the bodies of all responses, not yet reported
  std::uint32_t requests_ = 0;   // sent so far, by all exchanges
  Timings earlier_timings_;      // of the exchanges before exchange_
  bool looked_ = false;          // for an old part
  int old_part_error_ = 0;       // an errno value: an old part is there and cannot be read
};

}  // namespace fanfetch
