#include "worker/transport/engine/curl_multis.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

/// Then it is replaced. What is lost with it (some connections that might have been used again)
/// is little compared with the connections that were opened, and what libcurl has kept is still
/// quick to go through.
constexpr long kMostConnections = 4096;

}  // namespace

CurlMultis::CurlMultis(EventLoop& loop, unsigned connections, Sharing sharing)
    : loop_(loop), connections_(connections), sharing_(sharing) {
  make_current();
}

void CurlMultis::make_current() {
  all_.push_back(std::unique_ptr<One>(new One{LoopMulti(loop_, connections_)}));
  if (sharing_ == Sharing::yes) all_.back()->multi.share_connections();
}

void CurlMultis::add(CurlEasy& easy) {
  if (all_.back()->connections > kMostConnections && all_.size() <= kMostOld) make_current();
  One& one = *all_.back();
  one.multi.add(easy);
  ++one.transfers;
  of_[&easy] = &one;
}

void CurlMultis::remove(CurlEasy& easy) {
  One& one = *of_.extract(&easy).mapped();
  one.connections += easy.connections_opened();
  --one.transfers;
  one.multi.remove(easy);
}

void CurlMultis::collect(const std::function<void(void* owner, ExchangeEnd end)>& done) {
  // Old handles may be freed here: no call into one of them is under way.
  while (all_.size() > 1) {
    const auto idle = std::find_if(all_.begin(), all_.end() - 1,
                                   [](const auto& one) { return one->transfers == 0; });
    if (idle == all_.end() - 1) break;
    all_.erase(idle);
  }
  for (std::size_t i = 0; i < all_.size(); ++i) all_[i]->multi.collect(done);
}

}  // namespace fanfetch
