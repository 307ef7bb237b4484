#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// What a folder is held for.
enum class HeldFor : std::uint8_t { run, verify };

/// Who holds an output folder, as it has written itself into the lock file.
struct Holder {
  std::optional<int> pid;  ///< nullopt: it has not said.
  std::string host;     ///< Its name for its machine; empty: an older fanfetch, which does not say.
  std::string boot_id;  ///< Which machine, and since when it is up; empty: the same.
  HeldFor purpose = HeldFor::run;

  /// It may run on this machine.
  [[nodiscard]] bool may_be_here() const;
};

/// What this process writes into the lock file: `PID HOST BOOT-ID`, with `-` for what is not known,
/// and behind that `verify` if it is no run.
[[nodiscard]] std::string holder_text(HeldFor purpose = HeldFor::run);
/// The other way round, for bytes from anybody.
[[nodiscard]] Holder parse_holder(std::string_view text);

/// Whose run or repair holds `folder` at this moment; nullopt if nobody's does, or if this user may
/// not look. Takes no lock that a run would not wait for.
[[nodiscard]] std::optional<Holder> holder_of(const RunFolder& folder);

}  // namespace fanfetch
