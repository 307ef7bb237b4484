#include "coordinator/run/worker_setup.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "coordinator/net/proxy_policy.h"
#include "coordinator/process/cpu_count.h"
#include "coordinator/run/or_exit.h"

namespace fanfetch {
namespace {

/// Transfers for which one more worker pays.
constexpr unsigned kJobsPerWorker = 8;

}  // namespace

RunSize wanted_size(const Options& options) {
  const unsigned fit = std::min(usable_cpus(), std::max(options.jobs / kJobsPerWorker, 1u));
  return {std::min(options.workers.value_or(fit), options.jobs), options.jobs};
}

std::uint64_t descriptor_limit() {
  rlimit files{};
  return ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : RLIM_INFINITY;
}

RunSize possible_size(const RunSize& wanted) {
  const auto size = fit_descriptors(wanted, descriptor_limit());
  if (size) return *size;
  throw exit_with(kExitUnable,
                  fmt::format("a run needs {} descriptors, and may have {}: raise ulimit -n",
                              least_descriptors(), descriptor_limit()));
}

/// As FetchWorkerFd has it.
WorkerProgram worker_program(const Options& options, const OutputFolder& output,
                             const TlsMaterial& tls) {
  const bool locked_in = options.sandbox != SandboxChoice::off;
  return {.binary = or_exit(open_worker_binary(), kExitUnable),
          .sandbox = locked_in ? SandboxLevel::full : SandboxLevel::off,
          .ports = ProxyPolicy(options.route.proxy).only_ports(),
          .arguments = {},
          .descriptors = {output.part_fd(), output.lock_fd(), tls.ca.memfd.get(),
                          tls.cert.memfd.get(), tls.key.memfd.get()}};
}

}  // namespace fanfetch
