// A worker, from the jobs in its channel to their outcomes there, files of 10 KB. It gets one job
// at a time: what comes together in one turn of its loop is then the same each time.
// What its other ends do is done in another thread, and so not counted.

#include <fcntl.h>

#include <memory>
#include <thread>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/unique_fd.h"
#include "tests/bench/stages/other_ends.h"
#include "tests/bench/stages/stage.h"
#include "worker/store/part_file.h"
#include "worker/worker.h"

namespace fanfetch::bench {
namespace {

class WorkerStage final : public Stage {
 public:
  void run(std::uint64_t first, std::uint64_t count) override {
    OtherEnds ends(folder_);
    auto channel = WorkerChannel::attach(ends.region(), ends.submitted(), ends.completed());
    Worker worker(std::move(channel.value()), store_, {});
    std::thread others([&] { ends.run(first, count); });
    counted([&] { worker.run(); });
    others.join();
  }

 private:
  CurlGlobal global_;
  const int folder_ = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  PartFolder store_{UniqueFd(folder_)};
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view) { return std::make_unique<WorkerStage>(); }

}  // namespace fanfetch::bench
