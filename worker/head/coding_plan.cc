#include "worker/head/coding_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/ascii.h"
#include "common/decode/decoder.h"
#include "common/url.h"
#include "common/url_text.h"

namespace fanfetch {
namespace {

struct Naming {
  std::string_view name;  // lower case
  Coding coding;
};

constexpr Naming kExtensions[] = {
    {"gz", Coding::gzip},    {"tgz", Coding::gzip},  {"bgz", Coding::gzip},
    {"svgz", Coding::gzip},  {"bz2", Coding::bzip2}, {"tbz2", Coding::bzip2},
    {"z", Coding::compress}, {"xz", Coding::xz},     {"txz", Coding::xz},
    {"zst", Coding::zstd},   {"tzst", Coding::zstd}, {"br", Coding::brotli},
};

constexpr Naming kTypes[] = {
    {"application/gzip", Coding::gzip}, {"application/x-gzip", Coding::gzip},
    {"application/zstd", Coding::zstd}, {"application/x-bzip2", Coding::bzip2},
    {"application/x-xz", Coding::xz},   {"application/x-compress", Coding::compress},
};

template <std::size_t count>
bool says(const Naming (&table)[count], std::string_view name, Coding coding) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](const Naming& one) { return one.coding == coding && one.name == name; });
}

bool is_named(Coding coding, const FileNames& names) {
  const auto has_extension = [&](std::string_view extension) {
    return says(kExtensions, extension, coding);
  };
  const std::string type =
      to_lower(trimmed(names.content_type.substr(0, names.content_type.find(';'))));
  return has_extension(names.link_extension) ||
         has_extension(
             extension_of_path(percent_decode(split_url(without_fragment(names.url)).path))) ||
         has_extension(extension_of_path(names.suggested_name)) ||
         std::any_of(names.hop_extensions.begin(), names.hop_extensions.end(), has_extension) ||
         says(kTypes, type, coding);
}

}  // namespace

CodingPlan plan_codings(std::span<const Coding> codings, const FileNames& names) {
  CodingPlan plan;
  std::size_t own = 0;  // how many of them, from the first, are the file's own
  for (std::size_t i = 0; i < codings.size(); ++i) {
    const bool named = is_named(codings[i], names);
    const auto before = codings.first(i);
    const bool again = std::ranges::find(before, codings[i]) != before.end();
    if (has_decoder(codings[i]) && (!named || again)) continue;
    own = i + 1;
    if (!named) {
      plan.note = fmt::format(
          "the server says Content-Encoding '{}', which was not removed: the file is as it came",
          name(codings[i]));
    }
  }
  const auto removed = codings.subspan(own);
  plan.remove.assign(removed.rbegin(), removed.rend());
  return plan;
}

}  // namespace fanfetch
