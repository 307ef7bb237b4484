#include "coordinator/settle/final_names.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {

FinalName FinalNames::choose(const Link& link, const Saved& saved) {
  const std::string wanted = final_name(link, saved, rules_);
  if (wanted == link.name) return {.name = link.name, .key = link.name_key};
  FinalName chosen{.name = wanted, .key = name_key(wanted)};
  // Where only the case differs, the link has the name already. And a planned name may be what
  // follows: photo.jpg was taken when the link got photo-1a2b3c4d.jpg.
  for (unsigned n = 1; chosen.key != link.name_key && !take(chosen, link_id(link.hash)); ++n) {
    chosen.name = other_name(wanted, link.hash, n);
    chosen.key = name_key(chosen.name);
  }
  return chosen;
}

bool FinalNames::take(const FinalName& name, const LinkId& link) {
  std::uint64_t generation = 0;  // without a look, the ledger always answers as of now
  if (!in_flight_.take_name(name.key, generation)) return false;
  const bool taken = is_taken(name, link);
  if (taken) in_flight_.give_back_name(name.key);
  return !taken;
}

bool FinalNames::is_taken(const FinalName& name, const LinkId& link) {
  struct stat status {};
  if (::fstatat(output_fd_, name.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (!history_) {
    // A ledger that cannot be read ends the run elsewhere; no file is overwritten meanwhile.
    auto opened = History::open(ledger_);
    if (!opened) return false;
    history_ = std::move(*opened);
  }
  const auto own = history_->find(link);
  return history_->name_taken(name.key, own ? own->row : 0);
}

}  // namespace fanfetch
