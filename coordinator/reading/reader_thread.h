#pragma once

#include <memory>
#include <optional>
#include <thread>

#include "common/unique_fd.h"
#include "coordinator/process/bounded_queue.h"
#include "coordinator/reading/reader.h"

namespace fanfetch {

/// Runs a Reader on a thread of its own, and holds what it has planned until the loop takes it.
/// Thread: the loop's, for all that is public.
class ReaderThread {
 public:
  /// `stop`: the eventfd behind the reader's SourceContext::stop_fd.
  ReaderThread(std::unique_ptr<Reader> reader, UniqueFd stop);
  /// REQUIRES: join() did not return false.
  ~ReaderThread();
  ReaderThread(const ReaderThread&) = delete;
  ReaderThread& operator=(const ReaderThread&) = delete;

  void start();
  /// The next item, or nullopt: there is none yet, see filled_fd().
  [[nodiscard]] std::optional<ReaderItem> take();
  /// Readable when there is something to take; to be drained before it is taken.
  [[nodiscard]] int filled_fd() const { return items_.filled_fd(); }

  /// The run needs no more: what was not taken is dropped, and the reader ends where it can.
  void cancel();
  /// Waits a little for its end. True: the reader is gone, and with it all that it had open, the
  /// ledger too. False: it hangs in a system call (a FIFO, NFS) and still uses this object, which
  /// must not be destroyed any more.
  [[nodiscard]] bool join();

 private:
  void read();

  std::unique_ptr<Reader> reader_;
  UniqueFd stop_;
  UniqueFd done_;
  BoundedQueue<ReaderItem> items_;
  std::vector<ReaderItem> popped_;  // the loop's
  std::size_t next_popped_ = 0;
  std::thread thread_;
};

}  // namespace fanfetch
