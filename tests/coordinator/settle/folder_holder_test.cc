#include "coordinator/settle/folder_holder.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fanfetch {
namespace {

TEST(FolderHolder, WritesWhatItReads) {
  const Holder holder = parse_holder(holder_text());
  EXPECT_EQ(holder.pid, ::getpid());
  EXPECT_FALSE(holder.host.empty());
  EXPECT_EQ(holder.boot_id.size(), 36u);
  EXPECT_TRUE(holder.may_be_here());
}

TEST(FolderHolder, SaysWhatItIsHeldFor) {
  EXPECT_EQ(parse_holder(holder_text()).purpose, HeldFor::run);
  EXPECT_EQ(parse_holder(holder_text(HeldFor::verify)).purpose, HeldFor::verify);
  const Holder holder = parse_holder("42 - - verify");
  EXPECT_EQ(holder.purpose, HeldFor::verify);
  EXPECT_EQ(holder.host + holder.boot_id, "");
  EXPECT_EQ(parse_holder("42 far").purpose, HeldFor::run);
}

TEST(FolderHolder, OneOfAnotherMachineIsNotHere) {
  const Holder holder = parse_holder("42 far 00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(holder.pid, 42);
  EXPECT_EQ(holder.host, "far");
  EXPECT_FALSE(holder.may_be_here());
}

TEST(FolderHolder, TakesWhatOlderProgramsAndPowerCutsLeave) {
  EXPECT_EQ(parse_holder("42").pid, 42);
  EXPECT_TRUE(parse_holder("42").may_be_here());
  EXPECT_FALSE(parse_holder("").pid);
  EXPECT_FALSE(parse_holder("x1 host").pid);
  EXPECT_FALSE(parse_holder("-1").pid);
  EXPECT_FALSE(parse_holder("0").pid);
  EXPECT_FALSE(parse_holder("99999999999").pid);
  EXPECT_EQ(parse_holder("1 " + std::string(5000, 'x')).host.size(), 255u);
}

}  // namespace
}  // namespace fanfetch
