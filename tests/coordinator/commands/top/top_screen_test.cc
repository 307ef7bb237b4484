#include "coordinator/commands/top/top_screen.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

std::string text_of(const TopLine& line) {
  std::string all;
  for (const TopSpan& span : line) all += span.text;
  return all;
}

std::string text_of(const std::vector<TopLine>& screen) {
  std::string all;
  for (const TopLine& line : screen) all += text_of(line) + '\n';
  return all;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A run with much of everything.
TopModel busy_run(std::size_t hosts = 500, std::size_t workers = 64, std::size_t failures = 64) {
  TopModel model("downloads");
  TopStatus status{.run = 3, .pid = 1234, .state = "running", .saved = 45, .kept = 1, .failed = 2};
  status.total = 91;
  status.time_left = 65'000ms;
  status.links_per_second = 9;
  status.bytes_per_second = 1 << 20;
  status.received_bytes = 4 << 20;
  status.in_flight = 12;
  status.held = 40;
  status.hosts_waiting = 3;
  status.longest_wait = 72min;
  for (int i = 0; i < 400; ++i) model.on_status(status);
  std::vector<TopHost> all;
  for (std::size_t i = 0; i < hosts; ++i) {
    all.push_back({.host = fmt::format("https://a-host-with-a-long-name-{}.example.org:443", i),
                   .in_flight = i,
                   .limit = 16,
                   .waiting = 1'000'000,
                   .done = 123'456'789,
                   .failed = 7,
                   .state = i % 2 == 0 ? "open" : "paused",
                   .paused_for = i % 2 == 0 ? std::nullopt : std::optional(72min)});
  }
  model.on_hosts(std::move(all), Instant{});
  std::vector<TopWorker> processes(workers);
  for (TopWorker& worker : processes) worker.state = "serving";
  model.on_workers(std::move(processes));
  std::vector<TopFailure> last(failures);
  for (TopFailure& failure : last) {
    failure = {.error = "rate_limited",
               .url = "https://example.org/" + std::string(300, 'x'),
               .message = "HTTP 429"};
  }
  model.on_failures(std::move(last));
  return model;
}

/// A driver's run with that many nodes, the last of which is silent.
TopModel driver(std::size_t nodes, std::optional<std::chrono::milliseconds> age = 1s) {
  TopModel model = busy_run(0, 0, 2);
  TopStatus status = model.status();
  status.hosts_waiting = 0;
  SeenFleet& fleet = status.fleet.emplace();
  fleet.age = age;
  fleet.view.partitions = fleet.view.owned = 32;
  fleet.view.backlog = 1234;
  fleet.view.nodes.assign(nodes, {.name = "one-1a2b", .state = NodeState::running});
  if (nodes > 0) fleet.view.nodes.back() = {.name = "two-3c4d", .state = NodeState::silent};
  model.on_status(status);
  return model;
}

TEST(TopScreen, FitsAnyTerminal) {
  for (const bool unicode : {false, true}) {
    for (const std::size_t rows : {0u, 1u, 5u, 16u, 24u, 60u}) {
      for (const std::size_t columns : {0u, 1u, 20u, 60u, 80u, 200u}) {
        for (const TopModel& model :
             {busy_run(), busy_run(0, 0, 0), busy_run(1, 1, 1), driver(0), driver(1000)}) {
          const auto screen = top_screen(model, {rows, columns, unicode});
          EXPECT_EQ(rows, screen.size());
          for (const TopLine& line : screen) EXPECT_LE(width(line), columns) << text_of(line);
        }
      }
    }
  }
}

TEST(TopScreen, TheLeastTerminalShowsAll) {
  const std::string text = text_of(top_screen(busy_run(), {kTopRows, kTopColumns}));
  for (const char* part :
       {" fanfetch  downloads  run 3 (pid 1234)", "running", "48 of 91 (52%)", "left",
        "saved 45  kept 1  skipped 0  failed 2", "in flight 12", "9.0/s  1.0 MiB/s  4.0 MiB",
        "3 hosts wait (longest 1h12m)", "HOSTS by in flight", "499/16", "paused 1h12m",
        "WORKERS 64:", "LAST FAILURES", "rate_limited   https://example.org/", "q quit",
        "p pause"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
}

TEST(TopScreen, OfADriverHasNodesInPlaceOfHostsAndWorkers) {
  const std::string text = text_of(top_screen(driver(2), {kTopRows, kTopColumns}));
  for (const char* part :
       {"48 of 91 (52%)", "saved 45", " waiting 1,234  with nodes 0", "32 of 32 partitions",
        "NODES 2", "one-1a2b", "running", "two-3c4d", "silent", "LAST FAILURES", "p pause"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
  for (const char* part : {"HOSTS", "WORKERS", "sort"}) {
    EXPECT_FALSE(has(text, part)) << part << " in\n" << text;
  }
  EXPECT_TRUE(has(text_of(top_screen(driver(0, std::nullopt), {24, 80})),
                  "\n the fleet's Redis has not answered yet\n waiting"));
  EXPECT_TRUE(has(text_of(top_screen(driver(2, 65s), {24, 80})),
                  "\n the fleet's Redis has not answered for 1m05s; before that:\n waiting"));
}

TEST(TopScreen, ALongFolderIsCutAtItsBeginning) {
  TopModel model("/a/folder/with/a/long/name/that/would/fill/the/line/downloads");
  model.on_status({.run = 3, .pid = 1234, .state = "running"});
  const std::string title = text_of(top_screen(model, {24, 60}).front());
  EXPECT_TRUE(title.starts_with(" fanfetch  ..")) << title;
  EXPECT_TRUE(has(title, "/downloads  run 3 (pid 1234) ")) << title;
  EXPECT_TRUE(title.ends_with("running ")) << title;
  EXPECT_EQ(60u, title.size());
}

TEST(TopScreen, MoreRoomShowsMore) {
  const std::string text = text_of(top_screen(busy_run(), {60, 200}));
  for (const char* part : {"waiting", "1000k", "123M", "WORKERS  pid"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
  EXPECT_TRUE(has(text, std::string(40, '#'))) << "the bar, or the rates";
}

TEST(TopScreen, AsciiIsAscii) {
  const auto screen = top_screen(busy_run(), {24, 80, false});
  for (const char byte : text_of(screen)) EXPECT_GE(byte, 0);
  EXPECT_TRUE(has(text_of(top_screen(busy_run(), {24, 80, true})), "█"));
}

TEST(TopScreen, SaysWhatKeysDoNow) {
  TopModel model = busy_run();
  ReadAnswer settings;
  settings.settings = {{"jobs", "64", "64"}, {"limit-rate", "2M", "off"}};
  model.on_answer(settings, false);
  const auto last = [&model] { return text_of(top_screen(model, {24, 80}).back()); };
  EXPECT_TRUE(has(last(), "+- jobs 64  l limit 2M")) << last();
  model.on_status({.state = "paused", .paused_for = 90s});
  EXPECT_TRUE(has(last(), "p resume")) << last();
  EXPECT_TRUE(has(text_of(top_screen(model, {24, 80}).front()), "paused for 1m30s"));
  (void)model.on_key('l');
  (void)model.on_key('5');
  EXPECT_TRUE(has(last(), "limit-rate (512K, 2M, off): 5_")) << last();
}

TEST(TopScreen, ATimetableSaysWhatHolds) {
  TopModel model = busy_run();
  TopStatus status = model.status();
  status.rate = "512K until 18:00";
  model.on_status(status);
  ReadAnswer settings;
  settings.settings = {{"limit-rate", "08:00,512K 18:00,off", "off", "512K until 18:00"}};
  model.on_answer(settings, false);
  for (const std::size_t columns : {60u, 200u}) {
    const std::string text = text_of(top_screen(model, {24, columns}));
    EXPECT_TRUE(has(text, "4.0 MiB  limit 512K until 18:00 ")) << text;
    EXPECT_TRUE(has(text, "l limit by clock  i r e w sort")) << text;
  }
}

TEST(TopScreen, AListThatIsStillReadHasNoShare) {
  TopModel model("downloads");
  model.on_status({.state = "running", .saved = 1'000});
  const std::string text = text_of(top_screen(model, {24, 80}));
  EXPECT_TRUE(has(text, "1000 done  the list is still being read")) << text;
  EXPECT_FALSE(has(text, "%")) << text;
  model.on_status({.state = "running", .total = 0});
  EXPECT_TRUE(has(text_of(top_screen(model, {24, 80})), "0 of 0 (100%)"));
}

TEST(TopScreen, TheTroubledStandOut) {
  TopModel model("downloads");
  model.on_hosts({{.host = "bad", .done = 4, .failed = 2, .state = "open"},
                  {.host = "fine", .done = 4, .failed = 1, .state = "open"},
                  {.host = "gone", .state = "given_up"}},
                 Instant{});
  const auto screen = top_screen(model, {24, 80});
  const auto style_of = [&](std::string_view host) {
    for (const TopLine& line : screen) {
      if (text_of(line).starts_with(fmt::format(" {} ", host))) return line[0].style;
    }
    return TopStyle::heading;
  };
  EXPECT_EQ(TopStyle::bad, style_of("bad"));
  EXPECT_EQ(TopStyle::plain, style_of("fine"));
  EXPECT_EQ(TopStyle::warning, style_of("gone"));
  EXPECT_TRUE(has(text_of(screen), "given up"));
}

}  // namespace
}  // namespace fanfetch
