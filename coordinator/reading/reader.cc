#include "coordinator/reading/reader.h"

#include <fmt/format.h>

#include <utility>

#include "common/human_text.h"

namespace fanfetch {
namespace {

/// A wake-up of the loop costs more than planning a link that is known; at a hundred the difference
/// is gone.
constexpr std::size_t kHandedOnAtOnce = 128;

/// A list may have millions of entries in a row that are another slice's: after so many, some
/// milliseconds' worth, it is asked whether the run still goes on.
constexpr std::uint64_t kLooksEachOthers = 4096;

}  // namespace

Reader::Reader(std::vector<ReaderSource> sources, SourceContext context, Planner planner,
               std::optional<Slice> slice)
    : sources_(std::move(sources)),
      context_(std::move(context)),
      planner_(std::move(planner)),
      slice_(slice) {
  if (slice_) chooser_.emplace(*slice_);
  context_.before_waiting = [this] { hand_on(); };
  context_.notice = [this](std::string text) {
    add(Notice{std::move(text)});
    hand_on();  // it may tell of a long wait
  };
  context_.fetch_page = [this, fetch = std::move(context_.fetch_page)](const PageRequest& request) {
    hand_on();
    return fetch(request);
  };
}

void Reader::run(Sink sink) {
  sink_ = std::move(sink);
  for (const auto& source : sources_) {
    if (wanted_) read(source);
  }
  tell_slice();
  add(EndOfList{count()});
  hand_on();
}

void Reader::read(const ReaderSource& source) {
  hand_on();  // a FIFO is waited for when it is opened
  auto opened = source.open ? source.open(context_) : open_source(source.spec, context_);
  if (!opened) return add(std::move(opened.error()));
  while (wanted_) {
    auto item = (*opened)->next();
    if (!item) return add(std::move(item.error()));
    if (!*item) return;
    ++count_;
    if (chooser_ && !chooser_->takes(**item, count_)) {
      if (++elsewhere_ % kLooksEachOthers == 0) look_at_run();
      continue;
    }
    Plan plan = planner_.plan(**item, source.filter, count_);
    if (auto* link = std::get_if<Link>(&plan)) {
      const Link* const planned = (*item)->planned.get();
      link->host_limit = planned != nullptr ? planned->host_limit : source.host_limit;
      if (planned != nullptr) link->piece = planned->piece;
    }
    std::visit([this](auto&& one) { add(std::forward<decltype(one)>(one)); }, std::move(plan));
  }
}

/// A slice that has next to nothing may be a list with few hosts, or the wrong list.
void Reader::tell_slice() {
  if (!slice_) return;
  add(Notice{fmt::format("slice {}: {} of the list's {} entries", to_text(*slice_),
                         human_count(count()), human_count(count_))});
}

void Reader::add(ReaderItem item) {
  items_.push_back(std::move(item));
  if (items_.size() >= kHandedOnAtOnce) hand_on();
}

void Reader::hand_on() {
  if (items_.empty()) return planner_.rest();
  look_at_run();
}

/// Whether it still goes on; hands on what there is.
void Reader::look_at_run() {
  planner_.rest();
  if (!wanted_) return;
  wanted_ = sink_(items_);
  items_.clear();
}

}  // namespace fanfetch
