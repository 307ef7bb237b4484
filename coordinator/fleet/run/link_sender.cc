#include "coordinator/fleet/run/link_sender.h"

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
/// Of a parked link, beyond what travels.
constexpr std::string_view kColumns = "columns";

}  // namespace

LinkSender::LinkSender(const FleetJob& job, LinkSpool spool, unsigned attempts, SpreadHosts spread)
    : partitions_(job.partitions),
      attempts_(attempts),
      spread_(std::move(spread)),
      window_(job.partitions, {}),
      spool_(std::move(spool)),
      queue_(key_prefix(job.name), scripts::kSend, kMostLinksSending, nullptr) {}

void LinkSender::start(EventLoop& loop, FleetLine& line, Events events) {
  loop_ = &loop;
  events_ = std::move(events);
  queue_.start(loop, line);
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
  switch (window_.on_link(partition, spool_.has_room())) {
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
  if (link.columns) fields.emplace_back(kColumns, *link.columns);
  const auto parked = spool_.park(partition, to_bytes(fields));
  if (parked) return true;
  window_.not_parked(partition);
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
      if (const auto taken = unpark(some->partition); !taken) {
        is_damaged_ = true;
        events_.on_gone(taken.error().message);
      }
    }
  }
}

Result<> LinkSender::unpark(unsigned partition) {
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
  send(std::move(link), partition, std::move(*fields));
  return {};
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
      .links = links, .results = results, .sending = static_cast<unsigned>(queue_.size())};
  if (!window_.has_lost(carried)) return;
  sent_.send_again([this](const Link& link, unsigned partition, unsigned sent) {
    auto fields =
        encode(LinkEntry{.link = link, .attempts = attempts_, .sent = sent, .headers = {}});
    if (!fields) return;
    queue_.push({.partition = partition, .replaces = {}, .fields = std::move(*fields)});
  });
}

}  // namespace fanfetch
