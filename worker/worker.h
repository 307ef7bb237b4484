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
/// It decides nothing but the order of bytes. One thread.
class Worker {
 public:
  /// Runs at most as many jobs in parallel as half the channel's slots; the others wait in the
  /// ring, and get no blame if this process dies.
  Worker(WorkerChannel channel, FileStore& store, TlsFiles tls_files);

  /// Returns when the coordinator says finish and all jobs are done, or when it says cut.
  void run();

 private:
  struct Running {
    SlotUse use;
    std::unique_ptr<Transfer> transfer;
  };

  void take_jobs();
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
  std::size_t most_transfers_;
  CurlMultis multi_;
  Pacer pacer_;
  std::unordered_map<Transfer*, Running> running_;
  std::deque<Transfer*> checking_;  // of them, those whose old part is still being read
};

}  // namespace fanfetch
