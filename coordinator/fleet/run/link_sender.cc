#include "coordinator/fleet/run/link_sender.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/link_entry.h"
#include "coordinator/fleet/run/link_scripts.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

constexpr std::size_t kTakenAtOnce = 512;
constexpr std::size_t kMostLinksSending = 4000;
/// A few milliseconds; there may be twenty million of them.
constexpr unsigned kMovedAtOnce = 512;
/// Of a parked link, beyond what travels.
constexpr std::string_view kColumns = "columns";

}  // namespace

LinkSender::LinkSender(const FleetJob& job, LinkSpool spool, unsigned attempts, SpreadHosts spread)
    : partitions_(job.partitions),
      attempts_(attempts),
      spread_(std::move(spread)),
      window_(job.partitions, {}),
      spool_(std::move(spool)),
      loss_(job.rules.takeover),
      queue_(job, scripts::kSend, kMostLinksSending, nullptr),
      again_(job, scripts::kSend, kMostLinksSending, nullptr) {}

void LinkSender::start(EventLoop& loop, FleetLine& line, Events events) {
  loop_ = &loop;
  events_ = std::move(events);
  queue_.start(loop, line);
  again_.start(loop, line);
}

std::size_t LinkSender::size() const {
  return window_.outstanding() + window_.parked() + held_back_.size();
}

std::size_t LinkSender::room() const { return held_back_.empty() ? kTakenAtOnce : 0; }

// --- From the reader ---

void LinkSender::add(Link link) {
  if (!held_back_.empty() || !place(link)) held_back_.push_back(std::move(link));
}

void LinkSender::place_held_back() {
  while (!held_back_.empty() && place(held_back_.front())) held_back_.pop_front();
}

/// False: there is no room, and `link` is as it was.
bool LinkSender::place(Link& link) {
  // Listed twice: what became of the first one is recorded, and not heard of yet.
  if (sent_.has(link_id(link.hash))) return false;
  link.piece = piece_of(link_id(link.hash), pieces_of(spread_, link.url));
  auto fields = encode(LinkEntry{.link = link, .attempts = attempts_, .headers = {}});
  if (!fields) {
    refuse(std::move(link), std::move(fields.error().message));
    return true;
  }
  const unsigned partition = partition_of(link, partitions_);
  // What there is room for goes to a link that is moved, which makes more.
  switch (window_.on_link(partition, !is_stuck_ && spool_.has_room())) {
    case FleetWindow::Way::send: send(std::move(link), partition, std::move(*fields)); break;
    case FleetWindow::Way::park: return park(link, partition, std::move(*fields));
    case FleetWindow::Way::wait: return false;
  }
  return true;
}

void LinkSender::refuse(Link link, std::string why) {
  Record record;
  record.index = link.index;
  record.url = link.listed;
  record.error = ErrorClass::refused;
  record.retryable = false;
  record.message = std::move(why);
  record.columns = link.columns;
  record.stood = link.failed_before;
  events_.settle(FetchedElsewhere{.link = std::move(link), .record = std::move(record)});
}

void LinkSender::send(Link link, unsigned partition, FleetFields fields) {
  queue_.push({.partition = partition, .replaces = {}, .fields = std::move(fields)});
  sent_.add(std::move(link), partition);
}

// --- The spool ---

/// False: the disk refused it, and may take it later.
bool LinkSender::park(const Link& link, unsigned partition, FleetFields fields) {
  if (write(link, partition, std::move(fields))) return true;
  window_.not_parked(partition);
  return false;
}

bool LinkSender::write(const Link& link, unsigned partition, FleetFields fields) {
  if (link.columns) fields.emplace_back(kColumns, *link.columns);
  const auto parked = spool_.park(partition, to_bytes(fields));
  if (parked) return true;
  if (loop_->now() >= next_spool_word_) {
    next_spool_word_ = loop_->now() + kTellEvery;
    events_.on_notice(parked.error().message + "; the list is read on when links are done");
  }
  return false;
}

void LinkSender::refill() {
  while (const auto some = window_.refill()) {
    for (unsigned i = 0; i < some->count; ++i) {
      if (is_damaged_) return;
      auto taken = unpark(some->partition);
      if (!taken) return fail_spool(taken.error());
      send(std::move(taken->link), some->partition, std::move(taken->fields));
    }
  }
}

void LinkSender::fail_spool(const Error& error) {
  is_damaged_ = true;
  events_.on_gone(error.message);
}

Result<LinkSender::Parked> LinkSender::unpark(unsigned partition) {
  const auto bytes = spool_.take(partition);
  if (!bytes) return tl::unexpected(bytes.error());
  auto fields = fields_from_bytes(*bytes);
  std::shared_ptr<const std::string> columns;
  if (fields && !fields->empty() && fields->back().first == kColumns) {
    columns = std::make_shared<const std::string>(std::move(fields->back().second));
    fields->pop_back();
  }
  auto entry = fields ? decode_link(*fields) : fail("it was cut off");
  if (!entry) return fail("the spool beside the ledger was damaged: {}", entry.error().message);
  Link& link = entry->link;
  link.name_key = name_key(link.name);
  link.columns = std::move(columns);
  return Parked{.link = std::move(link), .fields = std::move(*fields)};
}

// --- A host that is spread in mid-run ---

void LinkSender::hold(const std::vector<unsigned>& partitions) {
  for (const unsigned partition : partitions) window_.hold(partition);
}

void LinkSender::release(const std::vector<unsigned>& partitions) {
  for (const unsigned partition : partitions) window_.release(partition);
  refill();
}

bool LinkSender::is_drained(const std::vector<unsigned>& partitions) const {
  return std::ranges::all_of(partitions, [this](unsigned partition) {
    // What is sent again may have its result before.
    return window_.outstanding(partition) == 0 && again_.size(partition) == 0;
  });
}

void LinkSender::spread(SpreadHost host, const std::vector<unsigned>& partitions) {
  assert(is_drained(partitions));
  put_spread(spread_, std::move(host));
  for (const unsigned partition : partitions) {
    moves_.push_back({.partition = partition, .left = window_.parked(partition)});
    window_.forget_waiting(partition);  // the link is asked about again
  }
}

/// Those that stay where they are go to the end of the same queue, if they are not sent: so each is
/// looked at once. A partition is held until it is done with, as refill() would send its links as
/// they are. What there is no room for waits, as do those behind it, for results: some partition
/// has links outstanding then, and where a window is full, nodes make room in it.
bool LinkSender::move_parked() {
  if (moves_.empty() || is_damaged_) return false;
  for (unsigned moved = 0; moved < kMovedAtOnce; ++moved) {
    Move& from = moves_.front();
    if (from.left > 0) {
      if (!moving_ && !take_to_move(from.partition)) return false;
      is_stuck_ = !move(*moving_, from.partition);
      if (is_stuck_) return false;
      moving_.reset();
      if (--from.left > 0) continue;
    }
    window_.release(from.partition);
    moves_.pop_front();
    if (!moves_.empty()) continue;
    refill();
    return false;
  }
  return true;
}

bool LinkSender::take_to_move(unsigned partition) {
  auto taken = unpark(partition);
  if (!taken) {
    fail_spool(taken.error());
    return false;
  }
  moving_ = std::move(*taken);
  Link& link = moving_->link;
  const HostPiece piece = piece_of(link_id(link.hash), pieces_of(spread_, link.url));
  if (piece == link.piece) return true;
  link.piece = piece;
  auto fields = encode(LinkEntry{.link = link, .attempts = attempts_, .headers = {}});
  if (!fields) {  // it had no fault when it was parked
    fail_spool(fields.error());
    return false;
  }
  moving_->fields = std::move(*fields);
  return true;
}

/// False: there is no room, and `parked` is as it was.
bool LinkSender::move(Parked& parked, unsigned from) {
  const unsigned to = partition_of(parked.link, partitions_);
  const auto way = window_.way_of_parked(to, spool_.has_room());
  if (way == FleetWindow::Way::wait) return false;
  if (way == FleetWindow::Way::park && !write(parked.link, to, parked.fields)) return false;
  window_.on_moved(from, to, way);
  if (way == FleetWindow::Way::send) send(std::move(parked.link), to, std::move(parked.fields));
  return true;
}

// --- Results, and what Redis has lost ---

std::optional<std::string> LinkSender::on_recorded(const LinkId& link) {
  auto recorded = sent_.on_recorded(link);
  if (!recorded) return std::nullopt;
  window_.on_result(recorded->partition);
  return std::move(recorded->entry);
}

void LinkSender::find_lost(std::uint64_t links, std::uint64_t results) {
  const FleetWindow::Carried carried{
      .links = links,
      .results = results,
      .sending = static_cast<unsigned>(queue_.size() + again_.size())};
  if (!loss_.is_waiting() && window_.has_lost(carried)) on_lost();
}

void LinkSender::on_lost() {
  queue_.forget_waiting();  // or these would come twice
  again_.forget_waiting();
  sent_.on_lost();
  loss_.on_loss(loop_->now());
}

void LinkSender::send_lost() {
  if (!loss_.take_due(loop_->now())) return;
  sent_.send_lost([this](const Link& link, unsigned partition, unsigned sent) {
    auto fields =
        encode(LinkEntry{.link = link, .attempts = attempts_, .sent = sent, .headers = {}});
    if (!fields) return;
    again_.push({.partition = partition, .replaces = {}, .fields = std::move(*fields)});
  });
}

}  // namespace fanfetch
