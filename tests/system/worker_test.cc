// The worker program by itself: what it makes of one job after the other, each time as a new
// process, with nothing but the part folder from one to the next. What a coordinator never sends
// yet, or hides from its records, shows here.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "common/event_loop.h"
#include "common/job.h"
#include "common/sha256.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/worker_process.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMiB = 1024 * 1024;
const std::string kPath = "/big.iso";
const std::string kPart = to_hex(sha256("some link"));
const std::string kBody = noise(4 * kMiB);

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() { fs::create_directory(parts()); }

  [[nodiscard]] Job job() const {
    return {.url = origin_.url(kPath),
            .part_name = kPart,
            .connect_host = "127.0.0.1",
            .connect_port = origin_.port(),
            .addresses = {"127.0.0.1"}};
  }
  /// How it ended; Skipped (which a worker never says): it did not.
  Outcome ask(const Job& job, const std::function<void(int pid)>& before = {}) {
    auto channel = CoordinatorChannel::create(1);
    const UniqueFd folder(::open(parts().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const WorkerProgram program{.binary = UniqueFd(::open(binary_.c_str(), O_PATH | O_CLOEXEC)),
                                .arguments = {},
                                .descriptors = {folder.get(), folder.get(), -1, -1, -1}};
    auto process = WorkerProcess::start(program, *channel);
    EXPECT_TRUE(process);
    if (!process) return Skipped{};
    if (before) {
      EXPECT_TRUE(eventually([&] { return channel->heartbeat() > 0; }, kPatience));
      before(process->pid());
    }
    EXPECT_TRUE(channel->submit([&](auto buffer) { return encode(job, buffer); }, {1}, stop_by_));
    channel->wake_worker();
    std::vector<Outcome> done;
    const auto accept = [&](const CoordinatorChannel::Label&, std::span<const std::byte> bytes) {
      auto report = decode_report(bytes);
      if (report) done.push_back(std::move(report->outcome));
      return report ? Integrity::sound : Integrity::corrupt;
    };
    pollfd wait{.fd = channel->completed_fd(), .events = POLLIN, .revents = 0};
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience).count();
    if (while_it_runs_) while_it_runs_(*channel);
    while (done.empty() && ::poll(&wait, 1, static_cast<int>(limit)) > 0) {
      drain_eventfd(channel->completed_fd());
      EXPECT_EQ(Integrity::sound, channel->drain(accept));
    }
    received_ = channel->bytes_in();
    if (done.empty()) process->kill();
    channel->stop_worker(Stopping::finish);
    (void)process->reap();
    EXPECT_EQ(1u, done.size());
    return done.empty() ? Skipped{} : std::move(done[0]);
  }
  /// The answers of kPath, one a job.
  void serve(std::vector<Reply> replies) { origin_.serve_in_turn(kPath, std::move(replies)); }
  static Reply cut(Reply reply, std::size_t sent) {
    reply.cut_after = sent;
    reply.ending = Ending::close;
    return reply;
  }
  /// What a failed attempt secured; it was worth a retry.
  std::uint64_t secured(const Job& job) {
    const Outcome outcome = ask(job);
    const auto* failed = std::get_if<Failed>(&outcome);
    EXPECT_TRUE(failed != nullptr && failed->retry == Retry::yes);
    return failed == nullptr ? 0 : failed->secured;
  }
  void expect_saved(const Outcome& outcome, const std::string& body = kBody) {
    const auto* saved = std::get_if<Saved>(&outcome);
    ASSERT_NE(nullptr, saved);
    EXPECT_EQ(body.size(), saved->bytes);
    EXPECT_EQ(sha256(body), saved->sha256);
    EXPECT_EQ("", saved->note);
    const auto files = files_in(parts());
    ASSERT_EQ(1u, files.size()) << "no sidecar is left";
    EXPECT_TRUE(files.at(kPart) == body);
  }
  [[nodiscard]] fs::path parts() const { return folder_.path() / "part"; }
  [[nodiscard]] bool is_empty() const { return fs::is_empty(parts()); }

  TempDir folder_;
  FaultOrigin origin_;
  fs::path binary_ = fs::path(::getenv("FANFETCH")).parent_path() / "../worker/fanfetch-worker";
  std::uint64_t received_ = 0;  // by the last process
  // Of the next one:
  std::optional<BootInstant> stop_by_;
  std::function<void(CoordinatorChannel&)> while_it_runs_;
};

TEST_F(WorkerTest, GoesOnWhereAnEarlierProcessEnded) {
  serve({cut(in_pieces(kBody), 3 * kMiB), in_pieces(kBody)});
  EXPECT_EQ(3 * kMiB, secured(job()));
  expect_saved(ask(job()));
  EXPECT_EQ(kMiB, received_) << "only what is new counts";
  EXPECT_EQ(fmt::format("bytes={}-", 3 * kMiB), origin_.requests()[1].header("range"));
}

/// By itself: a coordinator that is stopped, or gone, says nothing any more.
TEST_F(WorkerTest, GivesAJobUpAtItsTimeAndLeavesWhatHasCome) {
  Reply stuck = in_pieces(kBody);
  stuck.gate = std::make_shared<Gate>();
  stuck.gate_after = 3 * kMiB;
  serve({stuck, in_pieces(kBody)});
  while_it_runs_ = [](CoordinatorChannel& channel) {
    ASSERT_TRUE(eventually([&] { return channel.bytes_in() == 3 * kMiB; }, kPatience));
    channel.set_stop_times([](TaskId) { return boot_now() + std::chrono::milliseconds(100); });
  };
  EXPECT_TRUE(std::holds_alternative<GivenUp>(ask(job())));
  while_it_runs_ = nullptr;
  expect_saved(ask(job()));
  EXPECT_EQ(kMiB, received_);
  EXPECT_EQ(fmt::format("bytes={}-", 3 * kMiB), origin_.requests()[1].header("range"));
}

TEST_F(WorkerTest, AsksForNothingOnceTheTimeOfAJobIsOver) {
  serve({in_pieces(kBody)});
  stop_by_ = boot_now();
  EXPECT_TRUE(std::holds_alternative<GivenUp>(ask(job())));
  EXPECT_EQ(0u, origin_.count());
  stop_by_ = boot_now() + std::chrono::hours(1);
  expect_saved(ask(job()));
}

/// Whatever a URL, a proxy or this machine's files may say: the coordinator has judged these
/// addresses, and no others.
TEST_F(WorkerTest, ConnectsToNothingButItsJobsAddresses) {
  struct Row {
    const char* host;          ///< Of the URL.
    const char* proxy;         ///< Its scheme; empty: none.
    const char* connect_host;  ///< Of the job.
    std::vector<std::string> addresses;
  };
  // Somebody listens at 127.0.0.1 alone, where `localhost` leads as well.
  const Row rows[] = {
      {"127.0.0.1", "", "127.0.0.1", {"127.0.0.2"}},
      {"127.0.0.1", "", "127.0.0.1", {}},
      {"127.0.0.1", "", "a.test", {"127.0.0.2"}},
      {"[::ffff:127.0.0.1]", "", "::ffff:127.0.0.1", {"127.0.0.2"}},
      {"2130706433", "", "2130706433", {"127.0.0.2"}},
      {"localhost", "", "localhost", {"127.0.0.2"}},
      {"localhost", "", "localhost", {}},
      {"localhost.", "", "localhost", {"127.0.0.2"}},
      {"localhost", "", "127.0.0.1", {"127.0.0.2"}},
      {"a.test", "http", "127.0.0.1", {"127.0.0.2"}},
      {"a.test", "http", "127.0.0.1", {}},
      {"a.test", "socks5h", "127.0.0.1", {"127.0.0.2"}},
      {"localhost", "socks5", "localhost", {"127.0.0.2"}},
  };
  serve({ok("picture")});
  const fs::path programs[] = {binary_, ::getenv("FANFETCH_LIBCURL_WORKER")};
  for (const fs::path& program : programs) {
    binary_ = program;
    for (const Row& row : rows) {
      SCOPED_TRACE(fmt::format("{} of {}, {} by '{}'", program.filename().string(), row.host,
                               row.connect_host, row.proxy));
      const std::string end = fmt::format(":{}", origin_.port());
      Job wanted = job();
      wanted.url = "http://" + std::string(row.host) + end + kPath;
      wanted.connect_host = row.connect_host;
      wanted.addresses = row.addresses;
      wanted.connect_timeout = 2s;
      if (*row.proxy != '\0') {
        wanted.proxy = fmt::format("{}://{}{}", row.proxy, row.connect_host, end);
      }
      const Outcome outcome = ask(wanted);
      EXPECT_TRUE(std::holds_alternative<Failed>(outcome));
    }
    EXPECT_EQ(0u, origin_.connections()) << program;
  }
  const Outcome outcome = ask(job());
  EXPECT_TRUE(std::holds_alternative<Saved>(outcome)) << "and there, it does";
}

TEST_F(WorkerTest, AShortageOfDescriptorsCostsNoPart) {
  serve({cut(in_pieces(kBody), 3 * kMiB), in_pieces(kBody)});
  EXPECT_EQ(3 * kMiB, secured(job()));
  const Outcome outcome = ask(job(), [](int pid) {
    rlimit files{};
    ASSERT_EQ(0, ::prlimit(pid, RLIMIT_NOFILE, nullptr, &files));
    files.rlim_cur = 1;
    ASSERT_EQ(0, ::prlimit(pid, RLIMIT_NOFILE, &files, nullptr));
  });
  const auto* failed = std::get_if<Failed>(&outcome);
  ASSERT_NE(nullptr, failed);
  EXPECT_EQ(ErrorClass::disk, failed->error) << failed->message;
  EXPECT_EQ(Retry::yes, failed->retry);
  EXPECT_EQ(1u, origin_.count()) << "nothing was asked for";
  expect_saved(ask(job()));
  EXPECT_EQ(fmt::format("bytes={}-", 3 * kMiB), origin_.requests()[1].header("range"));
}

TEST_F(WorkerTest, SecuredIsWhatTheAttemptAdded) {
  serve({cut(in_pieces(kBody), 2 * kMiB), cut(in_pieces(kBody), 1000), status(503),
         cut(in_pieces(kBody), 0)});
  EXPECT_EQ(2 * kMiB, secured(job()));
  EXPECT_EQ(1000u, secured(job()));
  EXPECT_EQ(0u, secured(job()));
  EXPECT_EQ(0u, secured(job()));
}

TEST_F(WorkerTest, NothingIsSecuredBelowAMebibyteOrWithoutAVersion) {
  Reply weak = in_pieces(kBody);
  weak.etag = "W/\"1\"";
  serve({cut(in_pieces(kBody), kMiB - 1), cut(weak, 3 * kMiB)});
  EXPECT_EQ(0u, secured(job()));
  EXPECT_TRUE(is_empty());
  EXPECT_EQ(0u, secured(job()));
  EXPECT_TRUE(is_empty());
}

/// Or else a server with a new version for each request would be asked for ever.
TEST_F(WorkerTest, AVersionInThePlaceOfAnotherAddsWhatItHasMore) {
  Reply second = in_pieces(kBody);
  second.etag = "\"2\"";
  Reply third = in_pieces(kBody);
  third.etag = "\"3\"";
  serve({cut(in_pieces(kBody), 2 * kMiB), cut(second, 2 * kMiB), cut(third, 3 * kMiB)});
  EXPECT_EQ(2 * kMiB, secured(job()));
  EXPECT_EQ(0u, secured(job()));
  EXPECT_EQ(kMiB, secured(job()));
}

TEST_F(WorkerTest, MaxSizeIsForTheWholeFile) {
  serve({cut(in_pieces(kBody), 3 * kMiB), in_pieces(kBody)});
  EXPECT_EQ(3 * kMiB, secured(job()));
  Job limited = job();
  limited.max_size = kBody.size() - 1;  // the rest alone is far smaller
  const Outcome outcome = ask(limited);
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_EQ(ErrorClass::too_large, std::get<Failed>(outcome).error);
  EXPECT_LT(received_, kMiB / 2) << "it is known before the rest has come";
  EXPECT_TRUE(is_empty());
}

TEST_F(WorkerTest, WhatIsUnchangedIsKept) {
  serve({status(304), status(304)});
  Job conditional = job();
  conditional.if_none_match = "W/\"7\"";
  EXPECT_TRUE(std::holds_alternative<Kept>(ask(conditional)));
  conditional.if_none_match = "";
  conditional.if_modified_since = "Tue, 15 Nov 1994 12:45:26 GMT";
  const Outcome outcome = ask(conditional);
  ASSERT_TRUE(std::holds_alternative<Kept>(outcome));
  EXPECT_EQ(304, std::get<Kept>(outcome).response.http_status);
  const auto requests = origin_.requests();
  EXPECT_EQ("W/\"7\"", requests[0].header("if-none-match"));
  EXPECT_EQ(std::nullopt, requests[0].header("if-modified-since"));
  EXPECT_EQ(std::nullopt, requests[1].header("if-none-match"));
  EXPECT_EQ(conditional.if_modified_since, requests[1].header("if-modified-since"));
}

TEST_F(WorkerTest, UnaskedA304IsNoAnswer) {
  serve({status(304)});
  const Outcome outcome = ask(job());
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_EQ(ErrorClass::protocol, std::get<Failed>(outcome).error);
}

TEST_F(WorkerTest, WhatHasChangedIsFetchedAndGoneOnWith) {
  Job conditional = job();
  conditional.if_none_match = "\"0\"";
  serve({cut(in_pieces(kBody), 3 * kMiB), in_pieces(kBody)});
  EXPECT_EQ(3 * kMiB, secured(conditional));
  expect_saved(ask(conditional));
  EXPECT_EQ("\"0\"", origin_.requests()[1].header("if-none-match"));
  EXPECT_EQ("\"1\"", origin_.requests()[1].header("if-range"));
}

TEST_F(WorkerTest, KeptLeavesNoPartOfAnotherVersion) {
  Job conditional = job();
  conditional.if_none_match = "\"0\"";
  serve({cut(in_pieces(kBody), 3 * kMiB), status(304)});
  EXPECT_EQ(3 * kMiB, secured(conditional));
  EXPECT_TRUE(std::holds_alternative<Kept>(ask(conditional)));
  EXPECT_TRUE(is_empty());
}

}  // namespace
}  // namespace fanfetch::system
