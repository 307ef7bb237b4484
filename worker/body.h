#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/decode/decoder_chain.h"
#include "common/http/exchange_end.h"
#include "common/http/response_head.h"
#include "common/job.h"
#include "common/outcome.h"
#include "worker/body_plan.h"
#include "worker/check/content_check.h"
#include "worker/store/file_store.h"
#include "worker/store/part_writer.h"
#include "worker/store/resume.h"

namespace fanfetch {

/// The body of a response on its way into a part file. Decides by the head whether it is the file,
/// the rest of one, or neither; decodes it, holds it against the job's limits and its own first
/// bytes, and writes it. Streams: holds no body in memory. Knows of the transport only the head,
/// the bytes and the end: begin(), take()…, end(), in this order.
class Body {
 public:
  /// All is lent.
  Body(const Job& job, FileStore& store) : job_(job), store_(store) {}

  /// An earlier attempt's part, proved. REQUIRES: comes before the request is made.
  void resume_from(PartWriter part);
  /// What to ask for.
  [[nodiscard]] const Rest& rest() const { return rest_; }
  /// Drops what there was of it: the next response is to be the whole.
  void start_over();

  /// Decides what the body is by its head, which is lent until start_over(), or for good. False: no
  /// byte of it is wanted.
  [[nodiscard]] bool begin(const ResponseHead& head);
  /// The next bytes, as they came. False: no more are wanted; the three below say why. REQUIRES:
  /// begin() said that they are wanted.
  [[nodiscard]] bool take(std::span<const std::byte> bytes);
  void end(const ExchangeEnd& end);

  /// The part does not belong to what the server has now.
  [[nodiscard]] bool part_is_outdated() const { return stopped_ == Stopped::outdated_part; }
  /// A cut could not be told from its end.
  [[nodiscard]] bool end_is_uncertain() const { return stopped_ == Stopped::uncertain_end; }
  /// It must not be saved: refusal() says why.
  [[nodiscard]] bool is_refused() const { return rejection_ || stopped_ != Stopped::no; }
  [[nodiscard]] Outcome refusal(Response response) const;

  /// It is the file, or the rest of one.
  [[nodiscard]] bool is_wanted() const { return kind_ != Kind::unwanted; }

  /// Bytes of it that have not come yet; nullopt: there is no head yet, or it does not say.
  [[nodiscard]] std::optional<std::uint64_t> to_come() const;

  /// Saves it if the file is whole and welcome. REQUIRES: end() said `complete`; is_wanted().
  [[nodiscard]] Outcome finish(Response response);

  /// Leaves what the next attempt can resume, and notes in `failed` how far this one got;
  /// a part that is outdated goes.
  void leave_part(Failed& failed);
  /// Leaves the part as it was found: this was not the response to it.
  void keep_part();
  /// The run is being stopped: leaves all that has come for the next run to resume.
  void leave_part_at_stop();
  /// See PartWriter::checkpoint_in_time().
  void checkpoint_in_time(Instant now);

  [[nodiscard]] bool has_head() const { return head_ != nullptr; }

 private:
  /// What stopped it from our side; the transport then reports `stopped`.
  enum class Stopped {
    no,
    too_large,
    disk,
    bad_coding,
    expands,
    rejected,
    outdated_part,
    uncertain_end,
  };
  /// What the bytes are.
  enum class Kind { unwanted, whole, rest };

  [[nodiscard]] bool stop(Stopped why);
  [[nodiscard]] bool begin_rest();
  [[nodiscard]] bool open_file();
  void expect_content(const std::string& content_type);
  void expect_codings();
  [[nodiscard]] BodyPlan plan() const;
  [[nodiscard]] bool check(std::span<const std::byte> bytes);
  [[nodiscard]] bool write(std::span<const std::byte> bytes);
  [[nodiscard]] std::string why_truncated() const;
  [[nodiscard]] std::optional<std::uint64_t> whole_size() const;
  [[nodiscard]] std::string too_large_text() const;
  [[nodiscard]] std::string note() const;
  [[nodiscard]] bool is_welcome(const std::optional<Sha256Digest>& digest);

  const Job& job_;
  FileStore& store_;
  Rest rest_;                            // what was asked for
  std::uint64_t secured_ = 0;            // bytes that the job could resume from before it came
  const ResponseHead* head_ = nullptr;   // nullptr: not yet
  std::optional<PartWriter> part_;       // being written; before that, an earlier attempt's
  std::optional<ContentCheck> content_;  // of the decoded bytes; from the first ones on
  std::optional<Rejection> rejection_;
  std::string suggested_name_;
  std::string note_;                      // for Saved::note
  std::optional<DecoderChain> decoders_;  // nullopt: it is written as it comes
  Kind kind_ = Kind::unwanted;
  std::uint64_t received_ = 0;  // bytes, as they came
  bool length_verified_ = false;
  bool close_unproved_ = false;
  Stopped stopped_ = Stopped::no;
  int disk_error_ = 0;
};

}  // namespace fanfetch
