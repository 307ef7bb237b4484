#include "coordinator/process/shortage.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <new>
#include <string>

#include "common/result.h"

namespace fanfetch {
namespace {

TEST(Shortage, IsToldByTheReasonOfASentence) {
  for (const int error : {EMFILE, ENFILE, ENOMEM, EAGAIN}) {
    EXPECT_TRUE(tells_of_shortage("cannot open 'x': " + errno_text(error) + "; mend that"));
  }
  EXPECT_TRUE(tells_of_shortage(std::bad_alloc().what()));
  EXPECT_TRUE(tells_of_shortage("cannot read the ledger 'x': out of memory"));
  for (const int error : {ENOENT, EACCES, ENOSPC, EIO, EROFS, EDQUOT}) {
    EXPECT_FALSE(tells_of_shortage("cannot open 'x': " + errno_text(error)));
  }
  EXPECT_FALSE(tells_of_shortage(""));
}

/// Names and servers' words may hold anything.
TEST(Shortage, IsNotToldByWhatIsQuoted) {
  for (const char* sentence : {"cannot open 'Too many open files.txt': No such file or directory",
                               "cannot read the list 'out of memory': No such file or directory",
                               "'x: Cannot allocate memory' is a file, not a folder",
                               "Imgur says 'out of memory' (500)", "out of memory of it"}) {
    EXPECT_FALSE(tells_of_shortage(sentence)) << sentence;
  }
}

TEST(Shortage, ItsAdviceFollowsTheReason) {
  EXPECT_EQ(with_advice_for_shortage("a: Too many open files; choose another folder"),
            "a: Too many open files: raise ulimit -n, or lower --jobs and --workers");
  EXPECT_EQ(with_advice_for_shortage("a: Too many open files in system"),
            "a: Too many open files in system: other programs have all that this machine can open");
  EXPECT_EQ(with_advice_for_shortage("a: Cannot allocate memory"),
            "a: Cannot allocate memory: see ulimit -v and the memory of this machine or container");
  EXPECT_EQ(with_advice_for_shortage("a: Resource temporarily unavailable"),
            "a: Resource temporarily unavailable: see ulimit -u and -v, and the process limit of "
            "this container");
}

}  // namespace
}  // namespace fanfetch
