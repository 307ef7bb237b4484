#include "coordinator/reading/reader_thread.h"

#include <filesystem>
#include <new>

#include "common/event_loop.h"
#include "tests/coordinator/reading/planner_fixture.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class ReaderThreadTest : public PlannerFixture {
 protected:
  /// Over no list, with a planner that has the ledger open.
  [[nodiscard]] std::unique_ptr<Reader> reader() {
    return std::make_unique<Reader>(std::vector<ReaderSource>(), SourceContext(),
                                    Planner(context()));
  }
  /// How many descriptors of this process are of the ledger's files.
  [[nodiscard]] std::size_t ledger_descriptors() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      std::error_code gone;  // the iterator's own
      count += fs::read_symlink(entry.path(), gone).string().starts_with(path_) ? 1 : 0;
    }
    return count;
  }
};

/// A damaged ledger is moved aside afterwards, which nobody may have open.
TEST_F(ReaderThreadTest, ClosesTheLedgerWhenItHasEnded) {
  ledger_.reset();
  ASSERT_EQ(ledger_descriptors(), 0u);
  ReaderThread thread(reader(), make_eventfd());
  EXPECT_GT(ledger_descriptors(), 0u);
  thread.start();
  ASSERT_TRUE(thread.join());
  EXPECT_EQ(ledger_descriptors(), 0u);
  ASSERT_TRUE(thread.take()) << "what it has read is still there";
}

TEST_F(ReaderThreadTest, ClosesItAlsoWhenItNeverBegan) {
  ledger_.reset();
  ReaderThread thread(reader(), make_eventfd());
  ASSERT_TRUE(thread.join());
  EXPECT_EQ(ledger_descriptors(), 0u);
}

/// A lack of memory, say: nobody above the thread could catch it.
TEST_F(ReaderThreadTest, AnExceptionEndsTheListAsOneThatCannotBeRead) {
  SourceContext sources;
  sources.fetch_page = [](const PageRequest&) -> Result<Page> { throw std::bad_alloc(); };
  std::vector<ReaderSource> list;
  list.push_back({.spec = {.kind = SourceSpec::Kind::api, .argument = "http://a.test/"},
                  .filter = std::move(*LinkFilter::make({}))});
  ReaderThread thread(
      std::make_unique<Reader>(std::move(list), std::move(sources), Planner(context())),
      make_eventfd());
  thread.start();
  ASSERT_TRUE(thread.join());
  auto item = thread.take();
  ASSERT_TRUE(item);
  EXPECT_EQ(std::get<Error>(*item).message, "the list cannot be read on: std::bad_alloc");
  item = thread.take();
  ASSERT_TRUE(item);
  EXPECT_EQ(std::get<EndOfList>(*item).total, 0u);
}

}  // namespace
}  // namespace fanfetch
