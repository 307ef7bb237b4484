#include "coordinator/reading/slice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "coordinator/reading/reader.h"
#include "tests/coordinator/reading/planner_fixture.h"

namespace fanfetch {
namespace {

TEST(Slice, IsCountedFromOneToItsLast) {
  EXPECT_EQ(parse_slice("1/1").value(), (Slice{1, 1}));
  EXPECT_EQ(parse_slice("3/8").value(), (Slice{3, 8}));
  EXPECT_EQ(parse_slice("1000000/1000000").value(), (Slice{1'000'000, 1'000'000}));
  EXPECT_EQ(parse_slice("0/4").error().message,
            "slices are counted from 1: $((JOB_COMPLETION_INDEX + 1))/4; sbatch --array=1-4");
  EXPECT_EQ(parse_slice("5/4").error().message, "'5/4' is no slice: the last one of 4 is 4/4");
  for (const char* text : {"", "/", "1", "1/", "/4", "a/4", "1/b", "1/0", "0/0", "-1/4", "1/-4",
                           "+1/4", " 1/4", "1/4 ", "1/4/2", "1.5/4", "1/1000001", "4294967297/4"}) {
    EXPECT_FALSE(parse_slice(text)) << text;
  }
}

TEST(Slice, IsWrittenForTheLedgerAndReadAgain) {
  for (const Slice slice : {Slice{2, 8, SliceBy::origin}, Slice{1, 1, SliceBy::link}}) {
    EXPECT_EQ(slice_from_text(to_text(slice)), slice);
  }
  EXPECT_EQ(to_text({2, 8, SliceBy::origin}), "2/8 by origin");
  for (const char* text : {"", "2/8", "2/8 by", "2/8 by host", "9/8 by link", "2/8 by link "}) {
    EXPECT_EQ(slice_from_text(text), std::nullopt) << text;
  }
}

/// Runs of different versions, on different machines, share a list: checked by another program.
TEST(Slice, OfAKeyNeverChanges) {
  EXPECT_EQ(slice_of("http://example.org:80", 8), 7u);
  EXPECT_EQ(slice_of("https://example.org:443", 8), 3u);
  EXPECT_EQ(slice_of("http://example.org/a.jpg", 1000), 875u);
  EXPECT_EQ(slice_of("", 7), 2u);
}

TEST(Slice, ThoseOfSeveralFoldersSayWhichAreMissing) {
  EXPECT_EQ(slices_text({}), "");
  const Slice some[] = {{5, 8}, {1, 8}, {2, 8}, {3, 8}, {2, 8}};
  EXPECT_EQ(slices_text(some), "of 8 slices by origin are here: 1-3, 5; missing: 4, 6-8\n");
  const Slice all[] = {{2, 2, SliceBy::link}, {1, 2, SliceBy::link}};
  EXPECT_EQ(slices_text(all), "all 2 slices by link are here\n");
  const Slice mixed[] = {{1, 2}, {1, 2, SliceBy::link}};
  EXPECT_EQ(slices_text(mixed),
            "of 2 slices by origin are here: 1; missing: 2\n"
            "of 2 slices by link are here: 1; missing: 2\n");
}

/// How many of `count` slices take the entry.
unsigned takers(std::vector<SliceChooser>& slices, const ListedItem& item, std::uint64_t index) {
  unsigned takers = 0;
  for (SliceChooser& slice : slices) takers += slice.takes(item, index) ? 1 : 0;
  return takers;
}

std::vector<SliceChooser> choosers(unsigned count, SliceBy by) {
  std::vector<SliceChooser> slices;
  for (unsigned number = 1; number <= count; ++number)
    slices.emplace_back(Slice{number, count, by});
  return slices;
}

TEST(SliceChooser, EachEntryFallsToOneSlice) {
  for (const SliceBy by : {SliceBy::origin, SliceBy::link}) {
    auto slices = choosers(7, by);
    std::uint64_t index = 0;
    for (int n = 0; n < 500; ++n) {
      const ListedItem link(fmt::format("http://h{}.test/{}.jpg", n % 50, n));
      EXPECT_EQ(takers(slices, link, ++index), 1u) << *link.url;
    }
    for (const char* bad : {"", "no link", "http://", "http://user:***@h/x"}) {
      EXPECT_EQ(takers(slices, ListedItem(bad), ++index), 1u) << bad;
    }
    EXPECT_EQ(takers(slices, ListedItem("http://h/x", "the line is too long"), ++index), 1u);
    ListedItem none;
    none.problem = "it has no link";
    EXPECT_EQ(takers(slices, none, ++index), 1u);
  }
}

TEST(SliceChooser, AHostIsOneSlicesAlone) {
  auto slices = choosers(16, SliceBy::origin);
  std::set<std::size_t> used;
  for (int host = 0; host < 40; ++host) {
    std::set<std::size_t> owners;
    for (int n = 0; n < 20; ++n) {
      const ListedItem link(fmt::format("HTTP://H{}.test:80/{}", host, n));
      for (std::size_t at = 0; at < slices.size(); ++at) {
        if (slices[at].takes(link, 1)) owners.insert(at);
      }
    }
    EXPECT_EQ(owners.size(), 1u) << host;
    used.insert(owners.begin(), owners.end());
  }
  EXPECT_GT(used.size(), 10u) << "40 hosts spread over 16 slices";
}

TEST(SliceChooser, BySingleLinksAHostIsSharedAndEachSpellingFallsAlike) {
  auto slices = choosers(2, SliceBy::link);
  int first = 0;
  for (int n = 0; n < 1000; ++n) {
    first += slices[0].takes(ListedItem(fmt::format("http://h/{}.jpg", n)), 1) ? 1 : 0;
    const ListedItem other(fmt::format("HTTP://H:80/x/../{}.jpg#f", n));
    EXPECT_EQ(slices[0].takes(other, 1),
              slices[0].takes(ListedItem(fmt::format("http://h/{}.jpg", n)), 1));
  }
  EXPECT_NEAR(first, 500, 80);
}

/// Yields links of one host, as many as are `left`.
class ManyLinks final : public Source {
 public:
  explicit ManyLinks(int& left) : left_(left) {}
  Result<std::optional<ListedItem>> next() override {
    if (left_ == 0) return std::nullopt;
    return ListedItem(fmt::format("http://h/{}.jpg", left_--));
  }

 private:
  int& left_;
};

class SlicedReaderTest : public PlannerFixture {
 protected:
  /// What a reader of that slice hands on of a list of `count` links, if the run `wants_more`.
  std::vector<ReaderItem> read(Slice slice, int count, bool wants_more = true) {
    left_ = count;
    std::vector<ReaderSource> sources;
    sources.push_back(
        {.spec = {}, .filter = LinkFilter::make({}).value(), .open = [&](const auto&) {
           return Result<std::unique_ptr<Source>>(std::make_unique<ManyLinks>(left_));
         }});
    Reader reader(std::move(sources), SourceContext(), Planner(context()), slice);
    std::vector<ReaderItem> all;
    reader.run([&](std::vector<ReaderItem>& items) {
      for (ReaderItem& item : items)
        all.push_back(std::move(item));  // as a dry run, it empties none
      return wants_more;
    });
    return all;
  }
  int left_ = 0;  // of the list, not read
};

TEST_F(SlicedReaderTest, PlansItsOwnEntriesAloneUnderTheirPlacesInTheWholeList) {
  const auto items = read({2, 3, SliceBy::link}, 30);
  std::set<std::uint64_t> places;
  for (const ReaderItem& item : items) {
    if (const auto* link = std::get_if<Link>(&item)) places.insert(link->index);
  }
  EXPECT_GT(*places.rbegin(), places.size()) << "places count the others, too";
  EXPECT_EQ(std::get<EndOfList>(items.back()).total, places.size());
  EXPECT_EQ(std::get<Notice>(items.at(items.size() - 2)).text,
            fmt::format("slice 2/3 by link: {} of the list's 30 entries", places.size()));
}

TEST_F(SlicedReaderTest, HandsOnEachEntryOnceWhereFewAreItsOwn) {
  const auto items = read({1, 1000, SliceBy::link}, 20'000);
  std::set<std::uint64_t> places;
  std::size_t links = 0;
  for (const ReaderItem& item : items) {
    if (const auto* link = std::get_if<Link>(&item)) {
      places.insert(link->index);
      ++links;
    }
  }
  EXPECT_GT(links, 5u);
  EXPECT_EQ(links, places.size());
}

/// A host of fifty million links may be another slice's: the run must not wait for its end.
TEST_F(SlicedReaderTest, AStopIsNoticedAmongTheEntriesOfOthers) {
  const unsigned own = slice_of("http://h:80", 2);
  (void)read({3 - own, 2, SliceBy::origin}, 1'000'000, false);
  EXPECT_GT(left_, 900'000);
  const auto items = read({3 - own, 2, SliceBy::origin}, 10'000);
  EXPECT_EQ(items.size(), 2u) << "a notice and the end";
}

}  // namespace
}  // namespace fanfetch
