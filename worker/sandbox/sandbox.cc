#include "worker/sandbox/sandbox.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <memory>

namespace fanfetch {

Result<> keep_descriptors_nonblocking() {
  const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                 &seccomp_release);
  if (!filter) return fail("cannot make a seccomp filter");
  const auto refuse = SCMP_ACT_ERRNO(EPERM);
  // The kernel reads only the lower half of either command, so the filter must too.
  constexpr scmp_datum_t kLowerHalf = 0xffffffff;
  int error = seccomp_rule_add(filter.get(), refuse, SCMP_SYS(fcntl), 2,
                               SCMP_A1(SCMP_CMP_MASKED_EQ, kLowerHalf, F_SETFL),
                               SCMP_A2(SCMP_CMP_MASKED_EQ, O_NONBLOCK, 0));
  if (error == 0) {
    error = seccomp_rule_add(filter.get(), refuse, SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, kLowerHalf, FIONBIO));
  }
  if (error == 0) error = seccomp_load(filter.get());  // sets no_new_privs first
  if (error != 0) return fail("cannot load a seccomp filter: {}", errno_text(-error));
  return {};
}

}  // namespace fanfetch
