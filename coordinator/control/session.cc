#include "coordinator/control/session.h"

#include <algorithm>
#include <utility>

#include "coordinator/control/answer.h"
#include "coordinator/control/request.h"

namespace fanfetch {

std::size_t ControlSession::room() const {
  if (last_ || !unsent().empty()) return 0;
  return kMaxRequestBytes + 1 - std::min(input_.size(), kMaxRequestBytes + 1);
}

void ControlSession::received(std::string_view bytes, Instant now) {
  // Parts of a request do not count: who sends a byte now and then is silent, too.
  if (bytes.find('\n') != bytes.npos) since_ = now;
  input_ += bytes;
}

bool ControlSession::answer_next(LiveRun& run) {
  if (last_ || !unsent().empty()) return false;
  const std::size_t end = input_.find('\n', searched_);
  if (end == input_.npos) {
    searched_ = input_.size();
    if (input_.size() <= kMaxRequestBytes) return false;
    refuse(refusal(Refusal::bad_request, "a request of more than 64 KiB"));
    return true;
  }
  const std::string line = input_.substr(0, end);
  input_.erase(0, end + 1);
  searched_ = 0;
  say(answer(run, line));
  return true;
}

void ControlSession::refuse(std::string answer) {
  say(std::move(answer));
  last_ = true;
}

void ControlSession::say(std::string answer) {
  overrun_ = answer.size() > kMaxUnsent;
  unsent_ = std::move(answer);
  sent_ = 0;
}

void ControlSession::sent(std::size_t bytes, Instant now) {
  sent_ += bytes;
  if (bytes > 0) since_ = now;
}

}  // namespace fanfetch
