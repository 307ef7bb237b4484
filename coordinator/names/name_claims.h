#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "common/outcome.h"
#include "coordinator/link/bloom_filter.h"
#include "coordinator/link/link.h"
#include "coordinator/names/content_name.h"

namespace fanfetch {

/// A name that its link may use: nobody else gets it until it is released.
struct ClaimedName {
  std::string name;
  std::uint64_t key = 0;  ///< See Link::name_key.
};

/// Whether the ledger has a file of another link with that key; the caller's own link is not
/// counted. It is asked only after the key was claimed, and must show all links that were settled
/// by then: a name goes from the claims to the ledger.
using TakenInLedger = std::function<bool(std::uint64_t key)>;

/// Whether a run began with an empty output folder and an empty ledger.
enum class BeganEmpty : std::uint8_t { no, yes };

/// The one place where a file's name is chosen. A name is free if no link in flight has claimed it,
/// no other link has it in the ledger (both compared when case-folded), and nothing lies under it
/// in the output folder. The plan claims a name for each link before it is fetched; settling claims
/// another one where the content asks for it. The rename itself replaces nothing, so a file that
/// appears later under a claimed name is safe, too.
/// Thread: any; the reader's and the ledger's share it, each with a TakenInLedger of its own, which
/// is called on the caller's thread and without a lock.
class NameClaims {
 public:
  /// `output_fd`: the output folder's descriptor, lent; -1: there is no folder yet. `began_empty`:
  /// neither the folder nor the ledger is asked about a name that was not claimed before.
  explicit NameClaims(int output_fd, BeganEmpty began_empty = BeganEmpty::no) : output_(output_fd) {
    if (began_empty == BeganEmpty::yes) claimed_before_.emplace();
  }

  /// Claims `wanted` or, if that is not free, the first free one of other_name(wanted, hash, n).
  /// `held`: the key of a name that the link has claimed already, which counts as free.
  /// May look into the output folder and the ledger.
  [[nodiscard]] ClaimedName claim(const std::string& wanted, const Sha256Digest& hash,
                                  const TakenInLedger& in_ledger,
                                  std::optional<std::uint64_t> held = std::nullopt);
  /// For a link whose body is whole: the planned name or, where name_for_content() gives another
  /// one, a claim of that in addition to the planned one.
  [[nodiscard]] ClaimedName claim_for_content(const Link& link, const Saved& saved,
                                              const ContentNameRules& rules,
                                              const TakenInLedger& in_ledger);
  /// Claims the name of a file that lies there already. False: another link has it.
  [[nodiscard]] bool claim_existing(std::uint64_t key, const TakenInLedger& in_ledger);

  /// A file has got a name that was not claimed, since the one that was could not be had.
  void note_unclaimed(std::uint64_t key);
  /// Gives up a claim. A key that is not claimed is ignored.
  void release(std::uint64_t key);
  /// Call after LinksInFlight::settled(), when the ledger has the link's name: gives up the planned
  /// name and the one that the file has got.
  void release(std::uint64_t planned, std::uint64_t final);

 private:
  [[nodiscard]] bool claim_free(const ClaimedName& name, const TakenInLedger& in_ledger);
  /// What insert() finds out about a name.
  enum class Found : std::uint8_t {
    claimed,  ///< It has an owner, and was not inserted.
    unused,   ///< This run has not claimed it before, and nothing was there when it began.
    unknown,  ///< It may be in the ledger or in the folder.
  };
  [[nodiscard]] Found insert(std::uint64_t key);

  const int output_;
  std::mutex mutex_;  // guards what follows
  std::unordered_set<std::uint64_t> keys_;
  std::optional<BloomFilter> claimed_before_;  // set: the run began empty
};

}  // namespace fanfetch
