// libFuzzer harness of the entries that travel through the Redis of a fleet, where others may have
// written. Input: a byte that chooses, then fields in lines, a name and a value in turn, without a
// `v` field; or the bytes of a list of fields. See scripts/fuzz.

#include "coordinator/fleet/link_entry.h"
#include "coordinator/fleet/result_entry.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

/// What was taken is written as it was understood, and taken again.
template <class Decode>
void check_entry(const FleetFields& fields, Decode decode) {
  const auto entry = decode(fields);
  if (!entry) {
    REQUIRE(!entry.error().message.empty() && entry.error().message.size() < 500);
    return;
  }
  const auto written = [](const auto& one) -> FleetFields {
    if constexpr (std::is_same_v<std::decay_t<decltype(one)>, LinkEntry>) {
      const auto encoded = encode(one);
      REQUIRE(encoded);
      return *encoded;
    } else {
      return encode(one);
    }
  };
  const FleetFields first = written(*entry);
  const auto again = decode(first);
  REQUIRE(again);
  REQUIRE(written(*again) == first);
  REQUIRE(fields_from_bytes(to_bytes(first)) == first);
}

void check_link(const FleetFields& fields) {
  check_entry(fields, decode_link);
  const auto entry = decode_link(fields);
  if (!entry) return;
  const Link& link = entry->link;
  REQUIRE(link.hash == identity_of(link.url) && link.url.userinfo.empty());
  REQUIRE(!link.name.starts_with('/') && link.name.find("../") != 0);
  REQUIRE(is_safe_name(link.name));
  REQUIRE(link.index > 0 && entry->attempts > 0);
}

void check_result(const FleetFields& fields) {
  check_entry(fields, decode_result);
  const auto entry = decode_result(fields);
  if (!entry) return;
  const Record& record = entry->record;
  REQUIRE(is_node_name(entry->node));
  REQUIRE(!record.file_name || is_safe_name(*record.file_name));
  const bool has_file = record.status == Status::saved || record.status == Status::kept;
  REQUIRE(has_file != record.error.has_value());
}

FleetFields fields_of(Input& input) {
  FleetFields fields = {{"v", std::string(kEntryVersion)}};
  while (!input.empty()) {
    std::string name = input.line();
    // No fuzzer finds the identity of a URL.
    std::string value = input.line();
    if (name == "u=") {
      const auto url = parse_url(value);
      if (url) fields.emplace_back("id", to_hex(link_id(identity_of(*url))));
      name = "u";
    }
    fields.emplace_back(std::move(name), std::move(value));
  }
  return fields;
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch;
  using namespace fanfetch::fuzz;
  Input input(data, size);
  switch (input.byte() % 3) {
    case 0: check_link(fields_of(input)); break;
    case 1: check_result(fields_of(input)); break;
    case 2:
      if (const auto fields = fields_from_bytes(input.rest())) {
        check_link(*fields);
        check_result(*fields);
        REQUIRE(fields_from_bytes(to_bytes(*fields)) == *fields);
      }
      break;
  }
  return 0;
}
