#include "common/sandbox/sandbox_rules.h"

#include <gtest/gtest.h>

#include "common/sandbox/landlock.h"

namespace fanfetch {
namespace {

using namespace landlock;  // NOLINT(google-build-using-namespace): the kernel's words
using Calls = SandboxPlan::Calls;
using protection::kAll;
using protection::kCalls;
using protection::kFiles;
using protection::kPeers;
using protection::kPorts;

const SandboxRules kWorker{.folders = {{6, FolderRight::Use::change}}, .network = Network::tcp};
const SandboxRules kProxied{
    .folders = {{6, FolderRight::Use::change}}, .network = Network::tcp, .ports = {3128}};
const SandboxRules kPicture{.folders = {{6, FolderRight::Use::change}}};

TEST(SandboxRules, WhatIsReachedByLevelAndKernel) {
  struct Row {
    SandboxLevel level;
    SandboxSupport support;
    Calls calls;
    Protections reached;
  };
  const Row rows[] = {
      {SandboxLevel::full, {.landlock_abi = 7}, Calls::needed, kAll},
      {SandboxLevel::full, {.landlock_abi = 6}, Calls::needed, kAll},
      {SandboxLevel::full, {.landlock_abi = 4}, Calls::needed, kCalls | kFiles | kPorts},
      {SandboxLevel::full, {.landlock_abi = 2}, Calls::needed, kCalls | kFiles},
      {SandboxLevel::full, {.landlock_abi = 1}, Calls::needed, kCalls | kFiles},
      {SandboxLevel::full, {.landlock_abi = 0}, Calls::needed, kCalls},
      {SandboxLevel::full,
       {.landlock_abi = 7, .seccomp = false},
       Calls::all,
       kFiles | kPorts | kPeers},
      {SandboxLevel::full, {.landlock_abi = 0, .seccomp = false}, Calls::all, 0},
      {SandboxLevel::full,
       {.landlock_abi = 7, .sanitized = true},
       Calls::descriptors,
       kPorts | kPeers},
      {SandboxLevel::files, {.landlock_abi = 7}, Calls::descriptors, kFiles | kPorts | kPeers},
      {SandboxLevel::descriptors, {.landlock_abi = 7}, Calls::descriptors, 0},
      {SandboxLevel::off, {.landlock_abi = 7}, Calls::all, 0},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::Message() << name(row.level) << ", ABI " << row.support.landlock_abi);
    const SandboxPlan plan = plan_sandbox(kWorker, row.level, row.support);
    EXPECT_EQ(row.calls, plan.calls);
    EXPECT_EQ(row.reached, plan.reached);
    EXPECT_EQ(row.level != SandboxLevel::off && !row.support.sanitized, plan.undumpable);
    EXPECT_EQ(plan.undumpable, plan.no_processes);
  }
}

/// What a kernel does not know, it refuses as a whole.
TEST(SandboxRules, NoKernelIsAskedForWhatItDoesNotKnow) {
  struct Row {
    int abi;
    std::uint64_t newest_of_files, net, scoped;
  };
  const Row rows[] = {
      {0, 0, 0, 0},
      {1, kMakeSym, 0, 0},
      {2, kRefer, 0, 0},
      {3, kTruncate, 0, 0},
      {4, kTruncate, kBindTcp, 0},
      {5, kIoctlDev, kBindTcp, 0},
      {6, kIoctlDev, kBindTcp, kScopeAbstractUnix | kScopeSignal},
      {9, kIoctlDev, kBindTcp, kScopeAbstractUnix | kScopeSignal},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.abi);
    const auto plan = plan_sandbox(kWorker, SandboxLevel::full, {.landlock_abi = row.abi}).landlock;
    EXPECT_EQ(row.newest_of_files == 0 ? 0 : 2 * row.newest_of_files - 1, plan.handled_files);
    EXPECT_EQ(row.net, plan.handled_net);
    EXPECT_EQ(row.scoped, plan.scoped);
    EXPECT_EQ(0u, plan.change & ~plan.handled_files);
    EXPECT_EQ(0u, plan.read & ~plan.handled_files);
    EXPECT_EQ(0u, plan.change & (kMakeSym | kMakeDir | kMakeFifo | kExecute | kReadDir | kRefer));
  }
}

TEST(SandboxRules, PortsAreRestrictedWhereTheyAreKnown) {
  const SandboxSupport modern{.landlock_abi = 7}, old{.landlock_abi = 3};
  const auto net_of = [](const SandboxRules& rules, const SandboxSupport& support) {
    return plan_sandbox(rules, SandboxLevel::full, support).landlock.handled_net;
  };
  EXPECT_EQ(kBindTcp, net_of(kWorker, modern));
  EXPECT_EQ(kBindTcp | kConnectTcp, net_of(kProxied, modern));
  EXPECT_EQ(kBindTcp | kConnectTcp, net_of(kPicture, modern)) << "none at all";
  EXPECT_EQ(0u, net_of(kProxied, old));
}

TEST(SandboxRules, LevelsHaveNamesAndAWayDown) {
  for (const auto level :
       {SandboxLevel::off, SandboxLevel::descriptors, SandboxLevel::files, SandboxLevel::full}) {
    EXPECT_EQ(level, sandbox_level(name(level)));
  }
  EXPECT_EQ(std::nullopt, sandbox_level("auto"));
  EXPECT_EQ(SandboxLevel::files, lowered(SandboxLevel::full));
  EXPECT_EQ(SandboxLevel::descriptors, lowered(SandboxLevel::files));
  EXPECT_EQ(SandboxLevel::descriptors, lowered(SandboxLevel::descriptors));
}

TEST(SandboxRules, SaysWhatIsMissingAndWhy) {
  const auto missing = [](const SandboxSupport& support) {
    return missing_protections(plan_sandbox(kWorker, SandboxLevel::full, support).reached, support);
  };
  EXPECT_EQ("", missing({.landlock_abi = 7}));
  EXPECT_EQ(
      "ports, signals (Linux 6.12 has all that it takes; this kernel's Landlock has ABI 2 of 6)",
      missing({.landlock_abi = 2}));
  EXPECT_EQ("files, ports, signals (this system has no Landlock, or a container forbids it)",
            missing({.landlock_abi = 0}));
  EXPECT_EQ("system calls, files (this is a build with sanitizers)",
            missing({.landlock_abi = 7, .sanitized = true}));
  EXPECT_EQ("system calls (no seccomp)", missing({.landlock_abi = 7, .seccomp = false}));
  EXPECT_EQ("system calls", missing_protections(kFiles | kPorts | kPeers, {.landlock_abi = 7}));
  EXPECT_EQ("files, ports, signals (this system has Landlock, and refuses to lock with it)",
            missing_protections(kCalls, {.landlock_abi = 7}));
  EXPECT_EQ((std::vector<std::string_view>{"calls", "peers"}), names_of(kCalls | kPeers));
}

}  // namespace
}  // namespace fanfetch
