#pragma once

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// What an entry of a stream holds: names and values, in order, as XADD takes and XREADGROUP gives
/// them. Values are any bytes.
using FleetFields = std::vector<std::pair<std::string, std::string>>;

// Whoever can write to the Redis of a fleet can put anything there. An entry that is larger than
// these is refused before it is looked at.
inline constexpr std::size_t kMostFields = 64;
inline constexpr std::size_t kMostFieldBytes = 16 * 1024;
inline constexpr std::size_t kMostEntryBytes = 64 * 1024;

/// The first field of each entry. Another version of an entry is refused: what it means is not
/// known. New fields that may be left out need no new version: who does not know them passes them
/// by.
inline constexpr std::string_view kEntryVersion = "1";

/// Writes the fields of an entry. What has the value that a reader takes for a missing field is
/// left out: entries wait in memory by the hundred thousand.
class FieldWriter {
 public:
  FieldWriter() { fields_.emplace_back("v", kEntryVersion); }

  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) fields_.emplace_back(name, value);
  }
  template <std::integral Number>
  void number(std::string_view name, std::optional<Number> value) {
    if (value) fields_.emplace_back(name, fmt::format_int(*value).str());
  }
  void flag(std::string_view name, bool value) {
    if (value) fields_.emplace_back(name, "1");
  }

  [[nodiscard]] FleetFields finish() && { return std::move(fields_); }

 private:
  FleetFields fields_;
};

/// Reads them, and trusts nothing. A field that is not as it should be gives an empty value, and
/// error() from then on. Lends the fields.
class FieldReader {
 public:
  /// `what`: is read, for errors: "a link", "a result".
  FieldReader(const FleetFields& fields, std::string_view what);

  /// Empty: it is not there. At most `most` bytes.
  [[nodiscard]] std::string_view text(std::string_view name, std::size_t most);
  /// The same; an error if it is not there or empty.
  [[nodiscard]] std::string_view needed_text(std::string_view name, std::size_t most);
  /// nullopt: it is not there. Decimal digits, from `least` to `most`.
  template <std::integral Number>
  [[nodiscard]] std::optional<Number> number(std::string_view name, Number least, Number most) {
    const std::string_view digits = text(name, 20);
    if (digits.empty()) return std::nullopt;
    Number value{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    const bool good = error == std::errc() && stop == end && value >= least && value <= most;
    if (!good) refuse(name);
    return good ? std::optional(value) : std::nullopt;
  }
  [[nodiscard]] bool flag(std::string_view name) {
    return number<unsigned>(name, 0, 1).value_or(0) == 1;
  }

  /// The value of the field `name` is not one that it may have.
  void refuse(std::string_view name);
  /// The first fault. nullopt: there was none.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const FleetFields* fields_;
  std::string_view what_;
  std::optional<Error> error_;
};

/// A link that waits on the disk: the fields as one text. Every field list can be written.
[[nodiscard]] std::string to_bytes(const FleetFields& fields);
/// Reads what to_bytes() writes. nullopt: it is something else.
[[nodiscard]] std::optional<FleetFields> fields_from_bytes(std::string_view bytes);

}  // namespace fanfetch
