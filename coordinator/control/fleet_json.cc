#include "coordinator/control/fleet_json.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "coordinator/control/json_members.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;
using std::chrono::milliseconds;

void put_time(JsonText& json, std::optional<milliseconds> time) {
  time ? json.number(static_cast<std::uint64_t>(time->count())) : json.null();
}

void put_node(JsonText& json, const FleetView::Node& node) {
  json.begin();
  json.key("name").text(node.name);
  json.key("state").text(name(node.state));
  json.key("version");
  node.version.empty() ? json.null() : json.text(node.version);
  json.key("quiet_ms");
  put_time(json, node.quiet);
  json.key("partitions").number(node.partitions);
  json.key("links").number(node.links);
  json.end();
}

std::string text_of(const Json* value) {
  return value != nullptr && value->IsString()
             ? std::string(value->GetString(), value->GetStringLength())
             : "";
}

std::uint64_t number_of(const Json& object, const char* key) {
  return number_if_any(object, key).value_or(0);
}

unsigned small_number(const Json& object, const char* key) {
  return static_cast<unsigned>(
      std::min<std::uint64_t>(number_of(object, key), std::numeric_limits<unsigned>::max()));
}

std::optional<milliseconds> time_of(const Json& object, const char* key) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;  // 30 years; Duration counts nanoseconds
  const auto ms = number_if_any(object, key);
  if (!ms) return std::nullopt;
  return milliseconds(std::min(*ms, kMost));
}

/// What `read` makes of each element of a list.
template <class Item>
void read_all(const Json& object, const char* key, std::vector<Item>& items, auto read) {
  const Json* const list = member_of(object, key);
  if (list == nullptr || !list->IsArray()) return;
  for (const Json& one : list->GetArray()) items.push_back(read(one));
}

FleetView::Node read_node(const Json& one) {
  if (!one.IsObject()) return {};
  return {.name = text_of(member_of(one, "name")),
          .state = node_state(text_of(member_of(one, "state"))).value_or(NodeState::gone),
          .version = text_of(member_of(one, "version")),
          .quiet = time_of(one, "quiet_ms"),
          .partitions = small_number(one, "partitions"),
          .links = number_of(one, "links")};
}

}  // namespace

void put_fleet(JsonText& json, const FleetView& view) {
  json.key("job").text(view.job);
  json.key("state").text(name(view.state));
  json.key("where").text(view.where);
  json.key("driver_quiet_ms");
  put_time(json, view.driver_quiet);
  json.key("partitions").number(view.partitions);
  json.key("owned").number(view.owned);
  json.key("backlog").number(view.backlog);
  json.key("pending").number(view.pending);
  json.key("results").number(view.results);
  json.key("dead_letters").number(view.dead_letters);
  json.key("nodes").begin_list();
  for (const FleetView::Node& node : view.nodes) put_node(json, node);
  json.end_list();
  json.key("spread").begin_list();
  for (const std::string& host : view.spread) json.text(host);
  json.end_list();
}

void put_seen_fleet(JsonText& json, const SeenFleet& fleet) {
  json.begin();
  put_fleet(json, fleet.view);
  json.key("age_ms");
  put_time(json, fleet.age);
  json.end();
}

std::optional<SeenFleet> read_seen_fleet(std::string_view line) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  const Json* const fleet = member_of(document, "fleet");
  if (fleet == nullptr || !fleet->IsObject()) return std::nullopt;
  SeenFleet seen{.view = {}, .age = time_of(*fleet, "age_ms")};
  FleetView& view = seen.view;
  view.job = text_of(member_of(*fleet, "job"));
  view.state = job_state(text_of(member_of(*fleet, "state"))).value_or(FleetJob::State::running);
  view.where = text_of(member_of(*fleet, "where"));
  view.driver_quiet = time_of(*fleet, "driver_quiet_ms");
  view.partitions = small_number(*fleet, "partitions");
  view.owned = small_number(*fleet, "owned");
  view.backlog = number_of(*fleet, "backlog");
  view.pending = number_of(*fleet, "pending");
  view.results = number_of(*fleet, "results");
  view.dead_letters = number_of(*fleet, "dead_letters");
  read_all(*fleet, "nodes", view.nodes, read_node);
  read_all(*fleet, "spread", view.spread, [](const Json& host) { return text_of(&host); });
  return seen;
}

}  // namespace fanfetch
