#include "coordinator/settle/placement.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "common/crash_point.h"

namespace fanfetch {
namespace {

/// Far more names than any list makes equal; a bound, so that a bug cannot loop.
constexpr unsigned kMaxOtherNames = 10'000;

/// A part whose name is taken.
struct Taken {
  PartToPlace* part;
  std::string base;  ///< Of the other names.
};

std::string cannot_name(const std::string& name, int error) {
  return fmt::format("cannot give it the name '{}': {}", name, errno_text(error));
}

class Round {
 public:
  Round(const Placer& placer, std::vector<Taken>& taken, std::vector<Unplaced>& given_up)
      : placer_(placer), taken_(taken), given_up_(given_up) {}

  /// Error: no part can be placed any more.
  [[nodiscard]] Result<> place(PartToPlace& part, const std::string& base) {
    const int error = placer_.move(part.part, part.name, part.replaces);
    crash_point("between_renames");
    part.placed = error == 0;
    if (part.placed) return {};
    if (Placer::concerns_the_output(error)) return fail("{}", cannot_name(part.name, error));
    if (error == EEXIST) {
      taken_.push_back({&part, base});
    } else if (error == ENOTDIR || error == ELOOP) {
      std::string flat = base;
      std::replace(flat.begin(), flat.end(), '/', '_');
      taken_.push_back({&part, std::move(flat)});
    } else {
      give_up(part, error);
    }
    return {};
  }

 private:
  void give_up(PartToPlace& part, int error) {
    part.problem = cannot_name(part.name, error);
    placer_.discard(part.part);
    given_up_.push_back({part.row, part.problem});
  }

  const Placer& placer_;
  std::vector<Taken>& taken_;
  std::vector<Unplaced>& given_up_;
};

Result<> as_result(const Ledger::Done& done) {
  if (done) return {};
  return tl::unexpected(Error{done.error().message});
}

}  // namespace

Result<> place_parts(std::span<PartToPlace> parts, const Placer& placer, Ledger& ledger,
                     const NameRules& names) {
  std::vector<Taken> taken;
  std::vector<Unplaced> given_up;
  Round round(placer, taken, given_up);
  for (PartToPlace& part : parts) {
    if (auto placed = round.place(part, part.name); !placed) return placed;
  }
  for (unsigned n = 1; !taken.empty() && n < kMaxOtherNames; ++n) {
    std::vector<NewName> renamed;
    const std::vector<Taken> again = std::exchange(taken, {});
    for (const Taken& one : again) {
      one.part->name = names.other(one.base, one.part->hash, n);
      renamed.push_back({one.part->row, one.part->name, names.key(one.part->name)});
    }
    if (auto noted = as_result(ledger.rename(renamed)); !noted) return noted;
    for (const Taken& one : again) {
      if (auto placed = round.place(*one.part, one.base); !placed) return placed;
    }
  }
  for (const Taken& one : taken) {
    one.part->problem = cannot_name(one.part->name, EEXIST);
    placer.discard(one.part->part);
    given_up.push_back({one.part->row, one.part->problem});
  }
  if (given_up.empty()) return {};
  return as_result(ledger.give_up(given_up));
}

}  // namespace fanfetch
