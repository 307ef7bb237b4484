#include "coordinator/fleet/run/fleet_survey.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// Five times as long as a node takes between two signs of life.
constexpr milliseconds kSilentAfter{5000};

/// A number, as Redis says it: as one, or as a text of digits. What is none is 0.
std::uint64_t number_of(const RedisReply& reply) {
  if (reply.is(RedisReply::Kind::integer)) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(reply.integer, 0));
  }
  std::uint64_t number = 0;
  (void)std::from_chars(reply.text.data(), reply.text.data() + reply.text.size(), number);
  return number;
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
}

void FleetSurvey::on_survey(const RedisReply& reply) {
  if (reply.elements.size() != 6) return;
  const std::uint64_t now = number_of(reply.elements[0]);
  const FleetFields abouts = fields_of(reply.elements[3]);
  for (const auto& [name, last_sign] : fields_of(reply.elements[2])) {
    if (!is_node_name(name)) continue;
    FleetView::Node& node = nodes_[name];
    const auto about = std::ranges::find(abouts, name, &FleetFields::value_type::first);
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
      ++nodes_[owner].partitions;
    }
    const std::uint64_t links = number_of(row.elements[1]);
    std::uint64_t pending = 0;
    for (std::size_t i = 2; i + 1 < row.elements.size(); i += 2) {
      const std::uint64_t some = number_of(row.elements[i + 1]);
      pending += some;
      const std::string name(row.text_at(i));
      if (some > 0 && is_node_name(name)) nodes_[name].links += some;
    }
    view_.pending += pending;
    view_.backlog += links - std::min(links, pending);
  }
}

FleetView FleetSurvey::view() const {
  FleetView view = view_;
  for (const auto& [name, node] : nodes_) view.nodes.emplace_back(node).name = name;
  return view;
}

}  // namespace fanfetch
