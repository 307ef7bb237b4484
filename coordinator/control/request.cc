#include "coordinator/control/request.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <utility>

#include "common/utf8.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;

constexpr std::pair<std::string_view, HostOrder> kOrders[] = {
    {"in_flight", HostOrder::in_flight}, {"waiting", HostOrder::waiting},
    {"failed", HostOrder::failed},       {"bytes", HostOrder::bytes},
    {"pause", HostOrder::pause},
};

/// As long as any time-out.
constexpr std::uint64_t kLongestPauseMs = std::uint64_t{30} * 24 * 3600 * 1000;

std::string_view text_of(const Json& value) { return {value.GetString(), value.GetStringLength()}; }

/// Null: it is not there.
const Json* find(const Json& object, std::string_view key) {
  const auto found =
      object.FindMember(Json(key.data(), static_cast<rapidjson::SizeType>(key.size())));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

/// A whole number from 0 to `most`; `usual` where it is missing.
Result<std::uint64_t> number(const Json& object, std::string_view key, std::uint64_t usual,
                             std::uint64_t most) {
  const Json* value = find(object, key);
  if (value == nullptr) return usual;
  if (!value->IsUint64() || value->GetUint64() > most) {
    return fail("'{}' is not a whole number from 0 to {}", key, most);
  }
  return value->GetUint64();
}

Result<Request> read_hosts(const Json& object) {
  HostsRequest request;
  const auto most = number(object, "most", request.most, kMostHosts);
  if (!most) return tl::unexpected(most.error());
  request.most = *most;
  const Json* order = find(object, "order");
  if (order == nullptr) return request;
  for (const auto& [word, value] : kOrders) {
    if (!order->IsString() || text_of(*order) != word) continue;
    request.order = value;
    return request;
  }
  return fail("'order' is none of in_flight, waiting, failed, bytes, pause");
}

Result<Request> read_failures(const Json& object) {
  const auto most = number(object, "most", FailuresRequest{}.most, kMostFailures);
  if (!most) return tl::unexpected(most.error());
  return FailuresRequest{*most};
}

Result<Request> read_set(const Json& object) {
  SetRequest request;
  const Json* values = find(object, "values");
  if (values == nullptr) return request;
  if (!values->IsObject() || values->MemberCount() > kMostValues) {
    return fail("'values' is not an object of at most {} names", kMostValues);
  }
  for (const auto& member : values->GetObject()) {
    if (!member.value.IsString()) return fail("a value of 'values' is not a string");
    request.values.push_back(
        {std::string(text_of(member.name)), std::string(text_of(member.value))});
  }
  return request;
}

Result<Request> read_pause(const Json& object) {
  if (find(object, "for_ms") == nullptr) return PauseRequest{};
  const auto time = number(object, "for_ms", 0, kLongestPauseMs);
  if (!time) return tl::unexpected(time.error());
  return PauseRequest{std::chrono::milliseconds(*time)};
}

template <class Kind>
Result<Request> read_bare(const Json& /*object*/) {
  return Kind{};
}

constexpr std::pair<std::string_view, Result<Request> (*)(const Json&)> kKinds[] = {
    {"status", read_bare<StatusRequest>},
    {"hosts", read_hosts},
    {"workers", read_bare<WorkersRequest>},
    {"failures", read_failures},
    {"set", read_set},
    {"pause", read_pause},
    {"resume", read_bare<ResumeRequest>},
    {"stop", read_bare<StopRequest>},
};

// Out:

class Line {
 public:
  Line(std::string_view kind) {
    writer_.StartObject();
    text("request", kind);
  }
  void text(std::string_view key, std::string_view value) {
    put(key);
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(std::string_view key, std::uint64_t value) {
    put(key);
    writer_.Uint64(value);
  }
  void values(const std::vector<Assignment>& values) {
    put("values");
    writer_.StartObject();
    for (const Assignment& one : values) text(valid_utf8(one.name), valid_utf8(one.value));
    writer_.EndObject();
  }
  [[nodiscard]] std::string end() {
    writer_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + '\n';
  }

 private:
  void put(std::string_view key) {
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

struct Write {
  std::string operator()(const StatusRequest&) const { return Line("status").end(); }
  std::string operator()(const WorkersRequest&) const { return Line("workers").end(); }
  std::string operator()(const ResumeRequest&) const { return Line("resume").end(); }
  std::string operator()(const StopRequest&) const { return Line("stop").end(); }
  std::string operator()(const HostsRequest& request) const {
    Line line("hosts");
    for (const auto& [word, value] : kOrders) {
      if (value == request.order) line.text("order", word);
    }
    line.number("most", request.most);
    return line.end();
  }
  std::string operator()(const FailuresRequest& request) const {
    Line line("failures");
    line.number("most", request.most);
    return line.end();
  }
  std::string operator()(const SetRequest& request) const {
    Line line("set");
    if (!request.values.empty()) line.values(request.values);
    return line.end();
  }
  std::string operator()(const PauseRequest& request) const {
    Line line("pause");
    if (request.time) line.number("for_ms", static_cast<std::uint64_t>(request.time->count()));
    return line.end();
  }
};

}  // namespace

Result<Request> parse_request(std::string_view line) {
  if (line.size() > kMaxRequestBytes) return fail("it is longer than {} bytes", kMaxRequestBytes);
  // RapidJSON takes a NUL for the end. Without recursion: nobody's brackets fill our stack.
  constexpr unsigned kStrict =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  if (line.find('\0') == line.npos) document.Parse<kStrict>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) return fail("it is not a JSON object");
  const Json* kind = find(document, "request");
  if (kind == nullptr || !kind->IsString()) return fail("it has no 'request'");
  for (const auto& [word, read] : kKinds) {
    if (text_of(*kind) == word) return read(document);
  }
  return fail("'{}' is no request: status, hosts, workers, failures, set, pause, resume or stop",
              printable(text_of(*kind), 100));
}

std::string request_line(const Request& request) { return std::visit(Write(), request); }

}  // namespace fanfetch
