#include "coordinator/fleet/run/host_spreader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/human_text.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/run/spread_limits.h"
#include "coordinator/fleet/spread_plan.h"

namespace fanfetch {
namespace {

/// A host stands still no longer for the links that are under way.
constexpr std::chrono::minutes kLongestHold{2};

/// Where links of a whole host are. A port has two origins, by http and by https, and both are to
/// be spread; but where it is the usual one of a scheme, nobody answers by the other, whose
/// partition is not held up for nothing.
std::vector<unsigned> partitions_of_whole(Url url, unsigned partitions) {
  std::vector<unsigned> all{partition_of(url.origin(), partitions)};
  if (url.port == 80 || url.port == 443) return all;
  url.scheme = url.scheme == "http" ? "https" : "http";
  const unsigned other = partition_of(url.origin(), partitions);
  if (other != all.front()) all.push_back(other);
  return all;
}

std::string name_of(const SpreadHost& host) {
  const std::string text = to_text(host);
  return text.substr(0, text.rfind('='));
}

}  // namespace

HostSpreader::HostSpreader(FleetJob& job, LinkSender& links, unsigned usual)
    : job_(job), links_(links), usual_(usual), big_(job.spread_after) {}

SpreadHosts HostSpreader::hosts() const {
  SpreadHosts all = links_.spread_hosts();
  if (coming_) put_spread(all, coming_->host);
  return all;
}

void HostSpreader::on_look(const Look& look, const HostRules& rules, Instant now) {
  const FleetWindow& window = links_.window();
  if (job_.state == FleetJob::State::running) {
    big_.on_look(look.nodes, window.full(), window.outstanding() + window.parked(), now);
  } else {
    big_.forget_all();  // while nothing begins, no node has more work than another
  }
  if (is_writing_) return;
  const bool is_late = coming_ && now - coming_->held_since >= kLongestHold;
  if (is_late && !coming_->may_be_written) give_up();
  const bool is_lost = look.spread != job_.spread || is_unsure_;
  if (is_lost && !(coming_ && coming_->may_be_written)) return restore();
  if (coming_) return write();
  if (links_.is_moving()) return;
  // One at a time: each costs a look at all links.
  const auto partition = big_.due(now);
  if (partition && !begin(*partition, look.nodes, rules, now)) big_.forget(*partition);
}

/// False: it has no host that can be spread.
bool HostSpreader::begin(unsigned partition, std::uint64_t nodes, const HostRules& rules,
                         Instant now) {
  const SpreadHosts& known = links_.spread_hosts();
  if (known.size() >= kMostSpreadHosts) return false;
  const auto big = links_.biggest_host(partition);
  if (!big) return false;
  const Url& url = big->url;
  if (find_spread(known, url.host, url.port) != nullptr) return false;
  // What is outstanding came first, and tells of what is parked behind it.
  const FleetWindow& window = links_.window();
  const std::uint64_t all = window.outstanding() + window.parked();
  const std::uint64_t of_partition = window.outstanding(partition) + window.parked(partition);
  const double part = static_cast<double>(big->links) / static_cast<double>(big->of);
  const double its = part * static_cast<double>(of_partition);
  if (!BigPartitions::is_more_than_share(static_cast<std::uint64_t>(its), all, nodes)) return false;

  SpreadHost host = fitted({{.host = url.host, .port = url.port}}, rules, usual_).front();
  host.pieces = std::min(host.pieces, job_.partitions);
  if (host.pieces < 2) return false;
  coming_ = Coming{.host = std::move(host),
                   .found_in = partition,
                   .partitions = partitions_of_whole(url, job_.partitions),
                   .held_since = now};
  links_.hold(coming_->partitions);
  events_.on_notice(fmt::format(
      "{} has more links than one node's share, {:.0f} % of all for {} nodes: once the {} that are "
      "under way are done, it is spread over {} pieces",
      name_of(coming_->host), 100 * its / static_cast<double>(all), nodes,
      human_count(window.outstanding(partition)), coming_->host.pieces));
  write();
  return true;
}

/// Redis has lost how hosts are spread, or may lose it yet.
void HostSpreader::restore() {
  is_writing_ = true;
  events_.write(job_.spread, {}, [this](Written written) {
    is_writing_ = false;
    is_unsure_ = written == Written::unknown;
  });
}

/// Where it does not last, the next look comes here again.
void HostSpreader::write() {
  if (!links_.is_drained(coming_->partitions)) return;
  is_writing_ = true;
  const std::string text = to_text(spread_only(hosts()));
  events_.write(text, coming_->partitions, [this, text](Written written) {
    is_writing_ = false;
    if (written == Written::unknown) coming_->may_be_written = true;
    if (written != Written::lasts) return;
    job_.spread = text;
    is_unsure_ = false;
    move();
  });
}

void HostSpreader::give_up() {
  const Coming coming = *std::exchange(coming_, std::nullopt);
  events_.on_notice(fmt::format(
      "{} goes on as it was: it could not be spread within {}, as what was under way was not done; "
      "that is tried again",
      name_of(coming.host), human_time(kLongestHold)));
  big_.forget(coming.found_in);
  links_.release(coming.partitions);
}

void HostSpreader::move() {
  const Coming coming = *std::exchange(coming_, std::nullopt);
  events_.on_notice(fmt::format("{} is spread over {} pieces from now on, as with --spread {}",
                                name_of(coming.host), coming.host.pieces, to_text(coming.host)));
  links_.spread(coming.host, coming.partitions);
  big_.forget(coming.found_in);
}

}  // namespace fanfetch
