#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "common/event_loop.h"
#include "worker/pace/pacer.h"
#include "worker/store/file_store.h"
#include "worker/transfer.h"
#include "worker/transport/curl_handles.h"
#include "worker/transport/curl_multis.h"
#include "worker/worker_channel.h"

namespace fanfetch {

/// The worker's loop: takes jobs from the channel, runs them in parallel, reports how each ended.
/// It decides nothing about other links. One thread.
class Worker {
 public:
  /// Runs as many jobs in parallel as the channel has slots.
  Worker(WorkerChannel channel, FileStore& store, TlsFiles tls_files);

  /// Returns when the coordinator says finish and all jobs are done, or when it says cut.
  void run();

 private:
  struct Running {
    SlotUse use;
    std::unique_ptr<Transfer> transfer;
    JobProgress progress;   // what the coordinator is to know of it,
    JobProgress published;  // and what it was told
  };

  void take_jobs();
  [[nodiscard]] bool may_take(Transfer& transfer, std::size_t bytes);
  [[nodiscard]] std::uint64_t publish_progress();
  void begin(Transfer& transfer);
  void start(Transfer& transfer);
  void check_parts();
  void resume(Transfer& transfer);
  void finish(Transfer& transfer, ExchangeEnd end);
  void after_batch();
  void leave();
  void beat();

  EventLoop loop_;
  WorkerChannel channel_;
  FileStore& store_;
  CurlHandles handles_;
  KnownHosts hosts_;
  CurlMultis multi_;
  Pacer pacer_;
  std::unordered_map<Transfer*, Running> running_;
  std::deque<Transfer*> checking_;  // of them, those whose old part is still being read
};

}  // namespace fanfetch
