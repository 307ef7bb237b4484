#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/check/content_check.h"
#include "worker/gunzip.h"
#include "worker/store/file_store.h"
#include "worker/store/part_writer.h"
#include "worker/transport/request.h"

namespace fanfetch {

/// The body of an answer on its way into a part file: is it the file at all, or the rest of one;
/// decodes it, holds it against the job's limits and its own first bytes, and writes it. Streams:
/// holds nothing of it in memory.
class Body {
 public:
  /// All is lent. `easy`: whose answer it is.
  Body(const Job& job, CURL* easy, FileStore& store) : job_(job), easy_(easy), store_(store) {}

  /// An earlier attempt's part, proved. REQUIRES: comes before the request is made.
  void go_on_with(PartWriter part);
  /// What to ask for.
  [[nodiscard]] const Rest& rest() const { return rest_; }
  /// What was there of it is of no use: the next answer is to be the whole.
  void start_over();

  /// The next bytes, as they came. False: no more are wanted; see the four below.
  [[nodiscard]] bool take(std::span<const std::byte> bytes);
  /// There are no more. `whole`: as far as libcurl can tell.
  void end(bool whole);

  /// The part does not belong to what the server has now.
  [[nodiscard]] bool goes_not_on() const { return stopped_ == Stopped::no_continuation; }
  /// Nobody can tell where it ends.
  [[nodiscard]] bool end_is_uncertain() const { return stopped_ == Stopped::uncertain_end; }
  /// It was not wanted and is long.
  [[nodiscard]] bool had_enough() const { return stopped_ == Stopped::enough; }
  /// Why it is not saved: refusal() says so.
  [[nodiscard]] bool is_refused() const {
    return rejection_ || (stopped_ != Stopped::no && stopped_ != Stopped::enough);
  }
  [[nodiscard]] Outcome refusal(Response response) const;

  /// A part that was begun earlier goes on with it.
  [[nodiscard]] bool is_rest() const { return kind_ == Kind::rest; }

  /// The answer came as libcurl expects: is the file whole, and welcome? Saved then.
  /// REQUIRES: is_rest(), or its status is that of a file.
  [[nodiscard]] Outcome finish(Response response);

  /// Leaves what the next attempt can go on from, and notes in `failed` how far this one got.
  void leave_part(Failed& failed);
  /// Leaves it as it is: this was not the answer to it.
  void keep_part();
  /// The run is being stopped: leaves all that has come for the next run to resume.
  void leave_part_at_stop();
  /// See PartWriter::checkpoint_in_time().
  void checkpoint_in_time(Instant now);

 private:
  /// What stopped it from our side; libcurl then reports its own general error.
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
  enum class Kind { unwanted, whole, rest };

  [[nodiscard]] bool begin();
  [[nodiscard]] bool begin_file();
  [[nodiscard]] bool begin_rest();
  [[nodiscard]] bool open_file();
  [[nodiscard]] bool robots_forbid();
  void expect_content(const std::string& content_type);
  [[nodiscard]] bool check(std::span<const std::byte> bytes);
  [[nodiscard]] bool is_too_large(std::uint64_t size);
  [[nodiscard]] bool write(std::span<const std::byte> bytes);
  [[nodiscard]] std::string why_truncated() const;
  [[nodiscard]] bool is_welcome(const std::optional<Sha256Digest>& digest);

  const Job& job_;
  CURL* easy_;
  FileStore& store_;
  Rest rest_;                            // what was asked for
  std::uint64_t secured_ = 0;            // where the job could go on from before it came
  std::optional<PartWriter> part_;       // from begin() on; before, that of an earlier attempt
  std::optional<ContentCheck> content_;  // of the decoded bytes; from begin() on
  std::optional<Rejection> rejection_;
  std::string suggested_name_;
  std::unique_ptr<Gunzip> gunzip_;  // none: it is taken as it comes
  Kind kind_ = Kind::unwanted;
  std::uint64_t received_ = 0;  // bytes, as they came
  Stopped stopped_ = Stopped::no;
  int disk_error_ = 0;
};

}  // namespace fanfetch
