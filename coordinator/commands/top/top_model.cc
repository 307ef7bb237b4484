#include "coordinator/commands/top/top_model.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>
#include <utility>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// The same for each order: greater comes first.
std::tuple<double, std::uint64_t, std::uint64_t> rank(const TopHost& host, TopOrder order) {
  switch (order) {
    case TopOrder::in_flight: return {0, host.in_flight, host.waiting};
    case TopOrder::rate: return {host.bytes_per_second, host.in_flight, host.waiting};
    case TopOrder::errors: return {0, host.failed, host.in_flight};
    case TopOrder::pause: break;
  }
  return {static_cast<double>(host.paused_for.value_or(milliseconds(0)).count()), host.waiting, 0};
}

/// From 1 on; nullopt: it is none.
std::optional<unsigned> whole_number(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && number > 0;
  return whole ? std::optional(number) : std::nullopt;
}

/// One by one while they are few.
unsigned step_from(unsigned jobs) { return jobs < 16 ? 1 : 8; }

}  // namespace

std::string_view name(TopOrder order) {
  switch (order) {
    case TopOrder::in_flight: return "in flight";
    case TopOrder::rate: return "rate";
    case TopOrder::errors: return "errors";
    case TopOrder::pause: break;
  }
  return "pause";
}

void TopModel::on_status(TopStatus status) {
  status_ = std::move(status);
  history_.push_back(status_.bytes_per_second);
  if (history_.size() > kHistory) history_.pop_front();
}

void TopModel::on_hosts(std::vector<TopHost> hosts, Instant now) {
  const double seconds = std::chrono::duration<double>(now - hosts_at_).count();
  std::map<std::string, std::uint64_t> bytes;
  for (TopHost& host : hosts) {
    bytes[host.host] = host.bytes;
    const auto before = bytes_before_.find(host.host);
    if (before == bytes_before_.end() || host.bytes < before->second || seconds <= 0) continue;
    host.bytes_per_second = static_cast<double>(host.bytes - before->second) / seconds;
  }
  bytes_before_ = std::move(bytes);
  hosts_at_ = now;
  hosts_ = std::move(hosts);
  sort_hosts();
}

HostOrder TopModel::asked_order() const {
  switch (order_) {
    case TopOrder::in_flight:
    case TopOrder::rate: break;
    case TopOrder::errors: return HostOrder::failed;
    case TopOrder::pause: return HostOrder::pause;
  }
  return HostOrder::in_flight;
}

void TopModel::sort_hosts() {
  std::ranges::stable_sort(hosts_, [this](const TopHost& one, const TopHost& other) {
    const auto first = rank(one, order_), second = rank(other, order_);
    return first != second ? first > second : one.host < other.host;
  });
}

void TopModel::on_answer(const ReadAnswer& answer, bool was_asked_by_key) {
  if (!answer.settings.empty()) settings_ = answer.settings;
  if (!was_asked_by_key) return;
  if (!answer.ok) {
    message_ = answer.message;
  } else {
    message_ = answer.changed ? "" : "it is so already";
  }
}

std::string TopModel::setting(std::string_view name) const {
  const auto found = std::ranges::find(settings_, name, &SettingLine::name);
  return found == settings_.end() ? "" : found->now;
}

std::optional<Request> TopModel::on_key(int key) {
  if (typed_) return on_typed_key(key);
  message_.clear();
  const auto sort_by = [this](TopOrder order) {
    order_ = order;
    sort_hosts();
  };
  switch (key) {
    case 'q': quits_ = true; break;
    case 'p':
      if (status_.state == "paused") return ResumeRequest{};
      return PauseRequest{};
    case '+': return change_jobs(true);
    case '-': return change_jobs(false);
    case 'l': typed_ = ""; break;
    case 'i': sort_by(TopOrder::in_flight); break;
    case 'r': sort_by(TopOrder::rate); break;
    case 'e': sort_by(TopOrder::errors); break;
    case 'w': sort_by(TopOrder::pause); break;
    default: break;
  }
  return std::nullopt;
}

/// Between 1 and what the run began with, the most that it can have.
std::optional<Request> TopModel::change_jobs(bool more) const {
  const auto found = std::ranges::find(settings_, "jobs", &SettingLine::name);
  if (found == settings_.end()) return std::nullopt;  // the run has not said
  const auto now = whole_number(found->now), most = whole_number(found->begun);
  if (!now || !most) return std::nullopt;
  const unsigned step = step_from(more ? *now : *now - 1);
  const unsigned wanted = more ? std::min(*now + step, *most) : *now - std::min(step, *now - 1);
  if (wanted == *now) return std::nullopt;
  return SetRequest{{{"jobs", std::to_string(wanted)}}};
}

std::optional<Request> TopModel::on_typed_key(int key) {
  constexpr std::size_t kMost = 200;
  if (key == top_key::kEscape) {
    typed_.reset();
  } else if (key == top_key::kBackspace) {
    if (!typed_->empty()) typed_->pop_back();
  } else if (key == top_key::kEnter) {
    const std::string value = *std::exchange(typed_, std::nullopt);
    if (!value.empty()) return SetRequest{{{"limit-rate", value}}};
  } else if (key >= 0x20 && key < 0x7f && typed_->size() < kMost) {
    typed_->push_back(static_cast<char>(key));
  }
  return std::nullopt;
}

}  // namespace fanfetch
