#include "coordinator/fleet/run/fleet_survey.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/spread_hosts.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// Five times as long as a node takes between two signs of life.
constexpr milliseconds kSilentAfter{5000};
/// That one script looks at, in some two milliseconds.
constexpr unsigned kPartitionsOfAQuestion = 256;

/// A number, as Redis says it: as one, or as a text of digits. What is none is 0.
std::uint64_t number_of(const RedisReply& reply) {
  if (reply.is(RedisReply::Kind::integer)) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(reply.integer, 0));
  }
  std::uint64_t number = 0;
  (void)std::from_chars(reply.text.data(), reply.text.data() + reply.text.size(), number);
  return number;
}

/// `one=8 two=4`, by the blanks.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty() && words.size() < kMostSpreadHosts) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// NAME of a lease `NAME/PROCESS:TAKE`.
std::string owner_of(std::string_view lease) {
  return std::string(lease.substr(0, lease.find('/')));
}

}  // namespace

FleetSurvey::FleetSurvey(const FleetJob& job, std::string where) {
  view_.job = job.name;
  view_.state = job.state;
  view_.where = std::move(where);
  view_.partitions = job.partitions;
  view_.spread = words_of(job.spread);
}

/// Null: it is no node's name, or there are as many as are shown.
FleetView::Node* FleetSurvey::node_of(const std::string& name) {
  if (!is_node_name(name)) return nullptr;
  const auto known = nodes_.find(name);
  if (known != nodes_.end()) return &known->second;
  return nodes_.size() < FleetView::kMostNodes ? &nodes_[name] : nullptr;
}

void FleetSurvey::on_survey(const RedisReply& reply) {
  if (reply.elements.size() != 6) return;
  const std::uint64_t now = number_of(reply.elements[0]);
  view_.driver_quiet = driver_quiet(fields_of(reply.elements[1]), static_cast<std::int64_t>(now));
  std::map<std::string, std::string> abouts;
  for (auto& [name, text] : fields_of(reply.elements[3])) abouts[name] = std::move(text);
  for (const auto& [name, last_sign] : fields_of(reply.elements[2])) {
    FleetView::Node* const found = node_of(name);
    if (found == nullptr) continue;
    FleetView::Node& node = *found;
    const auto about = abouts.find(name);
    const auto said = about == abouts.end() ? std::nullopt : about_from_text(about->second);
    node.state = said ? said->state : NodeState::running;
    node.version = said ? said->version : "";
    const std::uint64_t then =
        number_of({.kind = RedisReply::Kind::text, .text = last_sign, .elements = {}});
    node.quiet = milliseconds(now - std::min(then, now));
    if (*node.quiet >= kSilentAfter) node.state = NodeState::silent;
  }
  view_.results = number_of(reply.elements[4]);
  view_.dead_letters = number_of(reply.elements[5]);
}

void FleetSurvey::on_partitions(const RedisReply& reply) {
  for (const RedisReply& row : reply.elements) {
    if (row.elements.size() < 2) continue;
    const std::string owner = owner_of(row.text_at(0));
    if (is_node_name(owner) && row.text_at(0) != "-") {
      ++view_.owned;
      if (FleetView::Node* const node = node_of(owner)) ++node->partitions;
    }
    const std::uint64_t links = number_of(row.elements[1]);
    std::uint64_t pending = 0;
    for (std::size_t i = 2; i + 1 < row.elements.size(); i += 2) {
      const std::uint64_t some = number_of(row.elements[i + 1]);
      pending += some;
      FleetView::Node* const node = some > 0 ? node_of(std::string(row.text_at(i))) : nullptr;
      if (node != nullptr) node->links += some;
    }
    view_.pending += pending;
    view_.backlog += links - std::min(links, pending);
  }
}

std::optional<std::pair<unsigned, unsigned>> FleetSurvey::next_partitions() {
  const unsigned first = asked_for_;
  asked_for_ = std::min(first + kPartitionsOfAQuestion, view_.partitions);
  return first < asked_for_ ? std::optional(std::pair(first, asked_for_)) : std::nullopt;
}

FleetView FleetSurvey::view() const {
  FleetView view = view_;
  for (const auto& [name, node] : nodes_) view.nodes.emplace_back(node).name = name;
  return view;
}

}  // namespace fanfetch
