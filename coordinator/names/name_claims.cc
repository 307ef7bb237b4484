#include "coordinator/names/name_claims.h"

#include <sys/stat.h>

#include <utility>

#include "coordinator/link/beneath.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

bool anything_lies_at(int folder, const std::string& name) {
  struct stat status {};
  return folder >= 0 && status_beneath(folder, name, status) == 0;
}

}  // namespace

ClaimedName NameClaims::claim(const std::string& wanted, const Sha256Digest& hash,
                              const TakenInLedger& in_ledger, std::optional<std::uint64_t> held) {
  ClaimedName claimed{.name = wanted, .key = name_key(wanted)};
  for (unsigned n = 1; claimed.key != held && !claim_free(claimed, in_ledger); ++n) {
    claimed.name = other_name(wanted, hash, n);
    claimed.key = name_key(claimed.name);
  }
  return claimed;
}

ClaimedName NameClaims::claim_for_content(const Link& link, const Saved& saved,
                                          const ContentNameRules& rules,
                                          const TakenInLedger& in_ledger) {
  std::string wanted = name_for_content(link, saved, rules);
  if (wanted == link.name) return {.name = std::move(wanted), .key = link.name_key};
  // The planned name may be among those that are tried: it is the wanted one in another case, or
  // photo.jpg was taken when the plan claimed photo-1a2b3c4d.jpg.
  return claim(wanted, link.hash, in_ledger, link.name_key);
}

bool NameClaims::claim_existing(std::uint64_t key, const TakenInLedger& in_ledger) {
  const Found found = insert(key);
  if (found != Found::unknown) return found == Found::unused;
  if (!in_ledger(key)) return true;
  release(key);
  return false;
}

bool NameClaims::claim_free(const ClaimedName& name, const TakenInLedger& in_ledger) {
  const Found found = insert(name.key);
  // A file that somebody else has put there since the run began is safe: no rename replaces it.
  if (found != Found::unknown) return found == Found::unused;
  if (!in_ledger(name.key) && !anything_lies_at(output_, name.name)) return true;
  release(name.key);
  return false;
}

NameClaims::Found NameClaims::insert(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  if (!keys_.insert(key).second) return Found::claimed;
  return claimed_before_ && !claimed_before_->add(key) ? Found::unused : Found::unknown;
}

void NameClaims::note_unclaimed(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  if (claimed_before_) (void)claimed_before_->add(key);
}

void NameClaims::release(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  keys_.erase(key);
}

void NameClaims::release(std::uint64_t planned, std::uint64_t final) {
  const std::lock_guard lock(mutex_);
  keys_.erase(planned);
  keys_.erase(final);
}

}  // namespace fanfetch
