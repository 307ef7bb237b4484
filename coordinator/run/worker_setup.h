#pragma once

#include <cstdint>

#include "coordinator/net/tls_files.h"
#include "coordinator/options/options.h"
#include "coordinator/pool/run_size.h"
#include "coordinator/pool/worker_process.h"
#include "coordinator/settle/output_folder.h"

namespace fanfetch {

// How many workers a run has, and what they are. Throws an Exit where there can be none.

/// As the user wants it, or as suits the machine.
[[nodiscard]] RunSize wanted_size(const Options& options);
/// Descriptors that each process may have: put_process_in_order() has seen to it.
[[nodiscard]] std::uint64_t descriptor_limit();
/// `wanted`, or as much of it as there are descriptors for.
[[nodiscard]] RunSize possible_size(const RunSize& wanted);
/// Lends the descriptors of `output` and `tls` to the workers.
[[nodiscard]] WorkerProgram worker_program(const Options& options, const OutputFolder& output,
                                           const TlsMaterial& tls);

}  // namespace fanfetch
