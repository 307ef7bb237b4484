#include "coordinator/reading/reader_thread.h"

#include <fmt/format.h>
#include <poll.h>

#include <cstdlib>
#include <exception>
#include <utility>

namespace fanfetch {
namespace {

constexpr std::size_t kQueue = 256;
constexpr int kJoinTimeoutMs = 1000;

}  // namespace

ReaderThread::ReaderThread(std::unique_ptr<Reader> reader, UniqueFd stop)
    : reader_(std::move(reader)), stop_(std::move(stop)), done_(make_eventfd()), items_(kQueue) {}

ReaderThread::~ReaderThread() {
  if (!thread_.joinable()) return;
  // An exception is on its way out; a reader that hangs must not use what is about to go.
  cancel();
  if (!join()) std::_Exit(EXIT_FAILURE);
}

void ReaderThread::start() {
  thread_ = std::thread([this] {
    read();
    post_eventfd(done_.get());
  });
}

/// What stops it in mid-list, a lack of memory say, ends the list like a source that cannot be
/// read: what was handed over before is finished.
void ReaderThread::read() {
  try {
    reader_->run([this](std::vector<ReaderItem>& items) { return items_.push(items); });
  } catch (const std::exception& error) {
    std::vector<ReaderItem> end;
    end.emplace_back(Error{fmt::format("the list cannot be read on: {}", error.what())});
    end.emplace_back(EndOfList{reader_->count()});
    items_.push(end);
  }
}

std::optional<ReaderItem> ReaderThread::take() {
  if (next_popped_ == popped_.size()) {
    items_.pop_all(popped_);
    next_popped_ = 0;
    if (popped_.empty()) return std::nullopt;
  }
  return std::move(popped_[next_popped_++]);
}

void ReaderThread::cancel() {
  popped_.clear();
  next_popped_ = 0;
  post_eventfd(stop_.get());
  items_.close();
}

bool ReaderThread::join() {
  if (!thread_.joinable()) {
    reader_.reset();
    return true;
  }
  pollfd done{.fd = done_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&done, 1, kJoinTimeoutMs) == 1) {
    thread_.join();
    reader_.reset();
    return true;
  }
  thread_.detach();
  return false;
}

}  // namespace fanfetch
