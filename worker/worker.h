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

/// The worker's loop: takes jobs from the channel, runs them side by side, reports how each ended.
/// It decides nothing but the order of bytes. One thread.
class Worker {
 public:
  /// Runs at most half the channel's slots at once; the rest wait in the ring, unblamed if this
  /// process dies.
  Worker(WorkerChannel channel, FileStore& store, TlsFiles tls_files);

  /// Until the coordinator says stop and all jobs are done, or says cut.
  void run();

 private:
  struct Running {
    SlotUse use;
    std::unique_ptr<Transfer> transfer;
  };

  void take_jobs();
  void begin(CURL* easy);
  void start(CURL* easy);
  void check_parts();
  void finish(CURL* easy, CURLcode code, const std::string& why = {});
  void after_batch();
  void leave();
  void beat();

  EventLoop loop_;
  WorkerChannel channel_;
  FileStore& store_;
  CurlHandles handles_;
  KnownHosts hosts_;
  std::size_t most_at_once_;
  CurlMultis multi_;
  Pacer pacer_;
  std::unordered_map<CURL*, Running> running_;
  std::deque<CURL*> checking_;  // of them, those whose old part is still being read
};

}  // namespace fanfetch
