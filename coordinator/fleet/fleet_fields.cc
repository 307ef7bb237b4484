#include "coordinator/fleet/fleet_fields.h"

#include <algorithm>
#include <span>

#include "common/utf8.h"
#include "common/wire.h"

namespace fanfetch {

FieldReader::FieldReader(const FleetFields& fields, std::string_view what)
    : fields_(&fields), what_(what) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    bytes += name.size() + value.size();
    if (value.size() > kMostFieldBytes) bytes = kMostEntryBytes + 1;
  }
  if (fields.size() > kMostFields || bytes > kMostEntryBytes) {
    static const FleetFields kNone;
    fields_ = &kNone;
    error_ = Error{fmt::format("{} of the fleet is too large", what_)};
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& [name, value] : fields) names.emplace_back(name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    error_ =
        Error{fmt::format("{} of the fleet has two fields '{}'", what_, printable(*twice, 40))};
    return;
  }
  const std::string_view version = text("v", 20);
  if (version != kEntryVersion && !error_) {
    error_ = Error{fmt::format("{} of the fleet has version '{}', and this fanfetch knows {}",
                               what_, printable(version), kEntryVersion)};
  }
}

std::string_view FieldReader::text(std::string_view name, std::size_t most) {
  const auto found = std::ranges::find(
      *fields_, name, [](const auto& field) { return std::string_view(field.first); });
  if (found == fields_->end()) return {};
  if (found->second.size() > most) {
    refuse(name);
    return {};
  }
  return found->second;
}

std::string_view FieldReader::needed_text(std::string_view name, std::size_t most) {
  const std::string_view value = text(name, most);
  if (value.empty()) refuse(name);
  return value;
}

void FieldReader::refuse(std::string_view name) {
  if (error_) return;
  error_ = Error{fmt::format("{} of the fleet has a wrong field '{}', or lacks it", what_, name)};
}

std::string to_bytes(const FleetFields& fields) {
  std::size_t size = 0;
  for (const auto& [name, value] : fields) {
    size += 2 * sizeof(std::uint32_t) + name.size() + value.size();
  }
  std::string bytes(size, '\0');
  ByteWriter out(std::as_writable_bytes(std::span(bytes)));
  for (const auto& [name, value] : fields) {
    out.put(std::string_view(name));
    out.put(std::string_view(value));
  }
  return bytes;
}

std::optional<FleetFields> fields_from_bytes(std::string_view bytes) {
  ByteReader in(std::as_bytes(std::span(bytes)));
  FleetFields fields;
  while (in.ok() && !in.complete()) {
    std::string name = in.get_string();
    fields.emplace_back(std::move(name), in.get_string());
  }
  if (!in.complete()) return std::nullopt;
  return fields;
}

}  // namespace fanfetch
