#include "coordinator/pool/sandbox_watch.h"

#include <fmt/format.h>

namespace fanfetch {

Result<std::optional<Protections>> SandboxWatch::on_locked_in(unsigned number,
                                                              Protections reached) {
  reached &= protection::kAll;
  if ((required_ & ~reached) != 0) {
    return fail("--sandbox=require: worker {} does not have all of its sandbox, only: {}", number,
                fmt::join(names_of(reached), ", "));
  }
  const Protections common = common_.value_or(reached) & reached;
  if (common_ == common) return std::nullopt;
  common_ = common;
  return common;
}

Result<std::optional<SandboxWatch::Lowered>> SandboxWatch::on_failed(SandboxLevel tried,
                                                                     SandboxLevel now,
                                                                     std::string_view how) const {
  if (common_) return std::nullopt;
  if (required_ != 0) {
    return fail(
        "--sandbox=require: the workers' sandbox does not work on this machine (a worker {})", how);
  }
  const SandboxLevel less = lowered(tried);
  if (tried != now || less == now) return std::nullopt;
  return Lowered{less, fmt::format("the workers' sandbox does not work on this machine: they get "
                                   "less of it from now on ('{}'); --sandbox=require refuses to "
                                   "run so",
                                   name(less))};
}

}  // namespace fanfetch
