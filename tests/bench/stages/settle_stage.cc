// What is saved gets its row in the ledger and its name, in batches as of a run that began empty.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/unique_fd.h"
#include "common/url.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/links_in_flight.h"
#include "coordinator/names/name_claims.h"
#include "coordinator/process/write_all.h"
#include "coordinator/settle/batch_policy.h"
#include "coordinator/settle/batch_settler.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBody = "a body whose size counts for nothing here";

class SettleStage final : public Stage {
 public:
  SettleStage() {
    auto opened = open_ledger(kLedger);
    if (!opened) leave(opened.error().message);
    ledger_ = std::make_unique<SqliteLedger>(std::move(opened->database), kLedger);
    if (!ledger_->begin_run(kStart, 1)) leave("the ledger takes no run");
    settler_.emplace(*ledger_, placer_, hooks());
  }

  void run(std::uint64_t first, std::uint64_t count) override {
    for (std::uint64_t next = first; next < first + count;) {
      const std::uint64_t end = std::min<std::uint64_t>(next + BatchPolicy::kFull, first + count);
      std::vector<Settled> batch;
      for (; next < end; ++next) batch.emplace_back(finished(next));
      counted([&] { settler_->settle(batch); });
      if (settler_->output_error()) leave(*settler_->output_error());
    }
    if (saved_ != first + count) leave("not all links were saved");
  }

 private:
  static constexpr WallTime kStart{1'800'000'000s};
  static constexpr const char* kLedger = "out/.fanfetch/ledger.sqlite";

  static UniqueFd make_folder(const char* path) {
    std::filesystem::create_directories(path);
    return UniqueFd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  /// As it comes from the loop: planned, claimed, and its part is there.
  FinishedLink finished(std::uint64_t number) {
    const std::string name = file_name(number);
    FinishedLink all{.attempts = 1, .started_at = kStart, .duration = 12ms, .waited = 3ms};
    Link& link = all.link;
    link.index = number + 1;
    link.url = parse_url("http://img.example.org/album/" + name).value();
    link.listed = all.final_url = link.url.normal;
    link.hash = identity_of(link.url);
    ClaimedName claimed = claims_.claim(name, link.hash, [](std::uint64_t) { return false; });
    link.name = std::move(claimed.name);
    link.name_key = claimed.key;
    in_flight_.add(link_id(link.hash), link.index);
    all.requests = 1;
    all.timings.first_byte = 4ms;
    all.outcome = Saved{.response = {.http_status = 200,
                                     .content_type = "image/jpeg",
                                     .etag = "\"5f3c61b2-2800\"",
                                     .last_modified = "Sat, 21 Nov 2026 09:00:00 GMT"},
                        .bytes = kBody.size(),
                        .sha256 = sha256(name)};
    const UniqueFd part(
        ::openat(parts_.get(), to_hex(link.hash).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (write_all(part.get(), kBody).second != 0) leave("a part cannot be written");
    return all;
  }

  SettlerHooks hooks() {
    return {.claim_name =
                [this](const Link& link, const Saved& saved) {
                  return claims_.claim_for_content(link, saved, {},
                                                   [](std::uint64_t) { return false; });
                },
            .on_other_name = [](std::uint64_t) { leave("a name was taken"); },
            .sync = [] { return 0; },
            .output_lost = [] { return std::optional<std::string>(); },
            .free_reserve = [] { return false; },
            .on_record = [this](const Record& record) { saved_ += record.status == Status::saved; },
            .on_settled =
                [this](const LinkId& link, std::uint64_t planned, std::uint64_t final) {
                  if (in_flight_.settled(link)) claims_.release(planned, final);
                }};
  }

  const UniqueFd parts_ = make_folder("out/.fanfetch/part");
  const UniqueFd folder_ = make_folder("out");
  const Placer placer_{folder_.get(), parts_.get()};
  LinksInFlight in_flight_;
  NameClaims claims_{folder_.get(), BeganEmpty::yes};
  std::unique_ptr<SqliteLedger> ledger_;
  std::optional<BatchSettler> settler_;
  std::uint64_t saved_ = 0;
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view) { return std::make_unique<SettleStage>(); }

}  // namespace fanfetch::bench
