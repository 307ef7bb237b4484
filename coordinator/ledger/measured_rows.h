#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "coordinator/ledger/database.h"
#include "coordinator/measure/host_sums.h"
#include "coordinator/measure/host_table.h"
#include "coordinator/measure/run_samples.h"

namespace fanfetch {

// What a run has measured, as the ledger keeps it. All are parts of a transaction of the caller's;
// errors are the database's.

/// The host that stands for those without a row. No host is called so.
inline constexpr std::string_view kOtherHosts = "*";

/// Those of `run`, and of all runs up to `last_old`.
void remove_measures(Database& database, std::int64_t run, std::int64_t last_old);
/// REQUIRES: remove_measures().
void write_samples(Database& database, std::int64_t run, const RunSamples& samples);
/// The same. Some 2 µs a host.
void write_hosts(Database& database, std::int64_t run, const HostTable& hosts);

/// What write_samples() wrote of `run`, in their order.
[[nodiscard]] std::vector<RunSample> read_samples(Database& database, std::int64_t run);

/// Visits what was measured of each host (see write_hosts()), newest run first; `failures` of the
/// sums stay empty.
void each_host_row(Database& database,
                   const std::function<void(std::int64_t run, std::string_view host,
                                            const HostSums& sums)>& visit);

}  // namespace fanfetch
