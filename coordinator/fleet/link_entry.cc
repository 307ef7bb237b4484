#include "coordinator/fleet/link_entry.h"

#include <algorithm>
#include <limits>

#include "common/ascii.h"
#include "common/utf8.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/link/request_header.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMostComponentBytes = 255;  // what file systems allow
constexpr std::size_t kMostHeaderNameBytes = 64;

bool is_header_name(std::string_view text) {
  return text.size() <= kMostHeaderNameBytes && is_token(text);
}

/// Empty, and an error of `in`: they are no names.
std::vector<std::string> read_header_names(FieldReader& in) {
  std::vector<std::string> names;
  std::string_view left = in.text("h", kMostHeaderNames * (kMostHeaderNameBytes + 1));
  while (!left.empty()) {
    const std::size_t comma = left.find(',');
    const std::string_view name = left.substr(0, comma);
    left.remove_prefix(comma == left.npos ? left.size() : comma + 1);
    if (!is_header_name(name) || names.size() == kMostHeaderNames) {
      in.refuse("h");
      return {};
    }
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kMostSafeNameBytes || has_control(name)) return false;
  if (name.find('\\') != name.npos) return false;
  for (std::string_view left = name; !left.empty();) {
    const Utf8Character character = decode_utf8(left);
    if (!character.valid) return false;
    left.remove_prefix(character.bytes);
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view component = name.substr(begin, end - begin);
    if (component.empty() || component.front() == '.' || component.size() > kMostComponentBytes) {
      return false;
    }
    begin = end + 1;
  }
  return true;
}

Result<FleetFields> encode(const LinkEntry& entry) {
  const Link& link = entry.link;
  if (!link.url.userinfo.empty()) {
    return fail("its user name and password do not travel to the nodes of a fleet");
  }
  if (!link.headers.empty()) {
    return fail("its headers, which may be secrets, do not travel to the nodes of a fleet");
  }
  if (link.listed.size() > kMostFieldBytes) {
    return fail("it is too long for a fleet: {} bytes", link.listed.size());
  }
  // The URL that is asked for is not enough: a blank in a query is another link than its escape.
  const auto url = parse_url(link.listed);
  if (!url || identity_of(*url) != link.hash) {
    return fail("it cannot travel to the nodes of a fleet as it was listed");
  }
  std::string names;
  for (const std::string& name : entry.headers) names += (names.empty() ? "" : ",") + name;
  FieldWriter out;
  out.text("id", to_hex(link_id(link.hash)));
  out.text("u", link.listed);
  out.text("n", link.name);
  out.text("o", link.open_name);
  out.number("i", std::optional(link.index));
  out.number("t", std::optional(entry.attempts));
  if (entry.sent != 1) out.number("s", std::optional(entry.sent));
  if (link.host_limit != 1) out.number("c", std::optional(link.host_limit));
  if (link.piece.count != 1) out.number("k", std::optional(link.piece.count));
  out.flag("g", link.name_given);
  out.flag("f", link.failed_before);
  out.text("h", names);
  return std::move(out).finish();
}

Result<LinkEntry> decode_link(const FleetFields& fields) {
  FieldReader in(fields, "a link");
  LinkEntry entry;
  Link& link = entry.link;
  const std::string_view id = in.needed_text("id", 2 * sizeof(LinkId));
  const std::string_view listed = in.needed_text("u", kMostFieldBytes);
  link.name = in.needed_text("n", kMostSafeNameBytes);
  link.open_name = in.text("o", kMostSafeNameBytes);
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();  // as rows of the ledger
  link.index = in.number<std::uint64_t>("i", 1, kLast).value_or(0);
  if (link.index == 0) in.refuse("i");
  entry.attempts = in.number<unsigned>("t", 1, kMostEntryAttempts).value_or(0);
  if (entry.attempts == 0) in.refuse("t");
  entry.sent = in.number<unsigned>("s", 1, std::numeric_limits<unsigned>::max()).value_or(1);
  link.host_limit = in.number<unsigned>("c", 1, 1'000'000).value_or(1);
  const unsigned pieces = in.number<unsigned>("k", 1, kMostPieces).value_or(1);
  link.name_given = in.flag("g");
  link.failed_before = in.flag("f");
  entry.headers = read_header_names(in);
  if (!is_safe_name(link.name)) in.refuse("n");
  if (!link.open_name.empty() && !is_safe_name(link.open_name)) in.refuse("o");
  if (in.error()) return tl::unexpected(*in.error());

  auto url = parse_url(listed);
  if (!url || !url->userinfo.empty()) {
    in.refuse("u");
    return tl::unexpected(*in.error());
  }
  link.hash = identity_of(*url);
  link.piece = piece_of(link_id(link.hash), pieces);
  if (to_hex(link_id(link.hash)) != id) {
    in.refuse("id");
    return tl::unexpected(*in.error());
  }
  link.listed = listed;
  link.url = std::move(*url);
  return entry;
}

}  // namespace fanfetch
