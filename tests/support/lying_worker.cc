// A worker that was taken over, as far as its channel and its folder of parts go: it beats and
// answers each job with a 404, but for a lie (see kLies) that is named in the job's URL, which it
// tells the first time, whichever process it is.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>

#include "common/channel/region.h"
#include "common/event_loop.h"
#include "common/worker_start.h"
#include "worker/worker_channel.h"

namespace {

using namespace fanfetch;

/// Both what the real worker has, and the bare memory.
struct Liar {
  WorkerChannel channel;
  ChannelRegion raw;
  bool takes_jobs = true;

  void finish(SlotUse use, Outcome outcome) { channel.finish(use, {std::move(outcome), 1}); }
  void finish(SlotUse use) { finish(use, Failed{.error = ErrorClass::http_4xx, .message = "no"}); }
  /// The part of a job as whole, with four bytes.
  void save(SlotUse use) { finish(use, Saved{.response = {.http_status = 200}, .bytes = 4}); }
  /// The entry that was pushed last.
  [[nodiscard]] std::atomic<std::uint64_t>& last_entry() const {
    const RingMemory ring = raw.complete_ring();
    return ring.entries[(ring.head->load() - 1) % ring.capacity];
  }
};

void write_part(const std::string& name, std::string_view text) {
  const UniqueFd file(::openat(kPartFolderFd, name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  (void)!::write(file.get(), text.data(), text.size());
}

constexpr char kOdd[] =
    "\x1b[2J\x1b]0;title\x07\r\n\x80\xff\xc3(\x00\xe2\x80\xae\x9b"
    "1m";
const std::string kOddText(kOdd, sizeof kOdd - 1);

struct Lie {
  std::string_view word;
  void (*tell)(Liar& liar, SlotUse use, const std::string& part);
};

constexpr Lie kLies[] = {
    // In its channel: no sound worker writes that.
    {"garbage",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       for (std::byte& byte : liar.raw.slot(use.slot).payload) byte = std::byte{0xa5};
     }},
    {"too-long",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.raw.slot(use.slot).result_bytes = 0xffffffff;
     }},
    {"cut-short",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       --liar.raw.slot(use.slot).result_bytes;
     }},
    {"empty",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.raw.slot(use.slot).result_bytes = 0;
     }},
    {"class-of-others",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use, Failed{.error = ErrorClass::no_link});
     }},
    {"no-class",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use, Failed{.error = static_cast<ErrorClass>(99)});
     }},
    {"no-status",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use, Saved{.response = {.http_status = -1}});
     }},
    {"head-runs-away",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.raw.header().complete_head += 1ull << 40;
     }},
    {"head-runs-back",
     [](Liar& liar, SlotUse, const std::string&) { liar.raw.header().complete_head -= 1; }},
    {"no-such-slot",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.last_entry() = SlotUse{0xffff, use.generation}.pack();
     }},
    {"old-generation",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.last_entry() = SlotUse{use.slot, use.generation - 1}.pack();
     }},
    {"next-generation",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish({use.slot, use.generation + 1});
     }},
    {"not-held",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish({(use.slot + 1) % liar.raw.slots(), use.generation});
     }},
    {"twice",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.finish(use);
     }},
    {"given-up",  // though no time was set
     [](Liar& liar, SlotUse use, const std::string&) { liar.finish(use, GivenUp{}); }},
    {"taken-back",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.raw.slot(use.slot).state = pack_state(use.generation, Phase::started);
     }},

    // Sound words.
    {"odd-text",
     [](Liar& liar, SlotUse use, const std::string&) {
       const Response odd{.http_status = 404,
                          .content_type = kOddText,
                          .etag = kOddText,
                          .last_modified = kOddText,
                          .location = kOddText,
                          .retry_after = kOddText};
       liar.finish(use, Failed{.error = ErrorClass::http_4xx,
                               .message = kOddText,
                               .response = odd,
                               .refused_address = kOddText});
     }},
    {"odd-location",
     [](Liar& liar, SlotUse use, const std::string&) {
       const std::string location = "http://127.0.0.1/" + kOddText;
       liar.finish(use, Redirected{{.http_status = 302, .location = location}});
     }},
    {"odd-name",
     [](Liar& liar, SlotUse use, const std::string& part) {
       write_part(part, "body");
       liar.finish(use, Saved{.response = {.http_status = 200, .content_type = kOddText},
                              .bytes = 4,
                              .type = "../" + kOddText,
                              .suggested_name = "../../" + kOddText + "/x",
                              .note = kOddText});
     }},
    {"much-done",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.raw.header().bytes_in = ~std::uint64_t{0};
       liar.raw.header().held_back = ~std::uint32_t{0};
       liar.raw.slot(use.slot).to_come = ~std::uint64_t{0} - 1;
       liar.raw.header().heartbeat = ~std::uint64_t{0};
       liar.finish(use);
     }},
    {"wakes-for-nothing",
     [](Liar&, SlotUse, const std::string&) {
       for (;;) post_eventfd(kCompletedFd);
     }},
    {"never-served",
     [](Liar& liar, SlotUse, const std::string&) {
       liar.raw.header().heartbeat = 0;
       ::_exit(kCannotWorkLockedIn);
     }},
    {"takes-no-more",
     [](Liar& liar, SlotUse use, const std::string&) {
       liar.finish(use);
       liar.takes_jobs = false;
     }},

    // In the folder of parts.
    {"no-part", [](Liar& liar, SlotUse use, const std::string&) { liar.save(use); }},
    {"longer-part",
     [](Liar& liar, SlotUse use, const std::string& part) {
       write_part(part, "bodies");
       liar.save(use);
     }},
    {"hard-link",  // of a file of four bytes that lies outside
     [](Liar& liar, SlotUse use, const std::string& part) {
       (void)!::linkat(kPartFolderFd, "../../../precious", kPartFolderFd, part.c_str(), 0);
       liar.save(use);
     }},
    {"symbolic-link",
     [](Liar& liar, SlotUse use, const std::string& part) {
       (void)!::symlinkat("four", kPartFolderFd, part.c_str());
       liar.save(use);
     }},
    {"pipe",
     [](Liar& liar, SlotUse use, const std::string& part) {
       ::mkfifoat(kPartFolderFd, part.c_str(), 0600);
       liar.finish(use, Saved{.response = {.http_status = 200}});
     }},
    {"folder",
     [](Liar& liar, SlotUse use, const std::string& part) {
       ::mkdirat(kPartFolderFd, part.c_str(), 0700);
       struct stat status {};
       ::fstatat(kPartFolderFd, part.c_str(), &status, 0);
       liar.finish(use, Saved{.response = {.http_status = 200},
                              .bytes = static_cast<std::uint64_t>(status.st_size)});
     }},
};

/// A file in the part folder outlives the process.
bool is_first_time(std::string_view word) {
  const std::string file = "told-" + std::string(word);
  return UniqueFd(::openat(kPartFolderFd, file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600))
      .valid();
}

void answer(Liar& liar, const WorkerChannel::Taken& taken) {
  for (const Lie& lie : kLies) {
    if (taken.job.url.find("/" + std::string(lie.word) + ".") == std::string::npos) continue;
    if (is_first_time(lie.word)) return lie.tell(liar, taken.use, taken.job.part_name);
  }
  liar.finish(taken.use);
}

}  // namespace

int main() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto raw = ChannelRegion::attach(UniqueFd(::fcntl(kRegionFd, F_DUPFD_CLOEXEC, kFirstOwnFd)));
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!raw || !channel) return 1;
  Liar liar{std::move(*channel), std::move(*raw)};
  while (liar.channel.stopping() == Stopping::run) {
    liar.channel.beat();
    while (liar.takes_jobs) {
      const auto taken = liar.channel.take();
      if (!taken) break;
      answer(liar, *taken);
    }
    liar.channel.wake_coordinator();
    post_eventfd(kCompletedFd);  // also after a lie that finished nothing
    pollfd wait{.fd = liar.channel.submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 200);
    drain_eventfd(liar.channel.submitted_fd());
  }
}
