#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

// What a process may still do once it has locked itself in, and which of the kernel's locks that
// takes. All of this is pure; lock_in.h obeys.

/// A folder that a locked process may still use, by a descriptor that it holds. It can open nothing
/// else, and make no link, folder, pipe, socket or device even there.
struct FolderRight {
  enum class Use : std::uint8_t {
    read,    ///< Read the files below it.
    change,  ///< Read, write, make and remove files in it.
  };
  int fd = -1;
  Use use = Use::read;
};

enum class Network : std::uint8_t {
  none,
  tcp,  ///< Connect to TCP ports over IPv4 and IPv6. Never bind, listen or accept.
};

/// What a kind of process needs.
struct SandboxRules {
  std::vector<FolderRight> folders;
  Network network = Network::none;
  /// The only ports to connect to; empty: any. Kernels without the rule for it let all pass.
  std::vector<std::uint16_t> ports;
  /// Record locks of files (SQLite's), which the descriptors that it holds allow.
  bool record_locks = false;
};

/// How much of it to ask the kernel for, least first. Lower levels are for machines on which the
/// higher ones do not work.
enum class SandboxLevel : std::uint8_t {
  off,
  descriptors,  ///< Refuses what could block others that share a descriptor.
  files,        ///< And what Landlock refuses.
  full,         ///< And every system call but those that are known to be needed.
};
[[nodiscard]] std::string_view name(SandboxLevel level);
[[nodiscard]] std::optional<SandboxLevel> sandbox_level(std::string_view name);
/// The level below; the lowest that is not off is followed by itself.
[[nodiscard]] SandboxLevel lowered(SandboxLevel level);

/// What a kernel, and this build, have to offer.
struct SandboxSupport {
  int landlock_abi = 0;  ///< 0: this kernel has none, or it is switched off.
  bool seccomp = true;
  bool sanitized = false;  ///< Sanitizers read files, start threads and trace.
};

// What holds a locked process back, as a set of bits: a worker reports it so.
namespace protection {
inline constexpr std::uint32_t kCalls = 1;  ///< Seccomp: no call but the needed ones.
inline constexpr std::uint32_t kFiles = 2;  ///< Landlock: no file but those of SandboxRules.
inline constexpr std::uint32_t kPorts = 4;  ///< Landlock: no port to serve, and none to connect
                                            ///< to but those of SandboxRules.
inline constexpr std::uint32_t kPeers = 8;  ///< Landlock: no signal to others, no abstract
                                            ///< UNIX socket of theirs.
inline constexpr std::uint32_t kAll = kCalls | kFiles | kPorts | kPeers;
}  // namespace protection
using Protections = std::uint32_t;

/// What is to be installed.
struct SandboxPlan {
  enum class Calls : std::uint8_t {
    all,          ///< No filter.
    descriptors,  ///< All but those that make a shared descriptor blocking.
    needed,       ///< An allow-list.
  };
  /// Landlock's masks; all 0: no ruleset.
  struct Landlock {
    std::uint64_t handled_files = 0, handled_net = 0, scoped = 0;
    std::uint64_t read = 0, change = 0;  ///< What the two uses of a folder allow.
  };
  Landlock landlock;
  Calls calls = Calls::all;
  bool undumpable = false;  ///< No core dump, and no tracer or reader of memory of the same user.
  bool no_processes = false;
  Protections reached = 0;  ///< By all of this.
};
[[nodiscard]] SandboxPlan plan_sandbox(const SandboxRules& rules, SandboxLevel level,
                                       const SandboxSupport& support);

/// What is missing of everything, and why: "the workers' files and ports are not restricted …".
/// Empty: nothing is.
[[nodiscard]] std::string missing_protections(Protections reached, const SandboxSupport& support);
/// Their short names, for machines.
[[nodiscard]] std::vector<std::string_view> names_of(Protections protections);

}  // namespace fanfetch
