#include "common/http/content_codings.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "common/ascii.h"

namespace fanfetch {
namespace {

struct Word {
  std::string_view word;
  Coding coding;
};

/// For each coding its own name comes first.
constexpr Word kWords[] = {
    {"gzip", Coding::gzip},           {"x-gzip", Coding::gzip}, {"deflate", Coding::deflate},
    {"br", Coding::brotli},           {"zstd", Coding::zstd},   {"bzip2", Coding::bzip2},
    {"x-bzip2", Coding::bzip2},       {"bzip", Coding::bzip2},  {"x-bzip", Coding::bzip2},
    {"compress", Coding::compress},   {"xz", Coding::xz},       {"x-xz", Coding::xz},
    {"x-compress", Coding::compress},
};

}  // namespace

std::string_view name(Coding coding) {
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords),
                                   [&](const Word& one) { return one.coding == coding; });
  return found->word;
}

std::vector<Coding> content_codings(const ResponseHead& head) {
  std::vector<Coding> codings;
  const std::string all = head.joined("Content-Encoding");
  for (std::string_view list = all; !list.empty();) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    const auto* found = std::find_if(std::begin(kWords), std::end(kWords),
                                     [&](const Word& one) { return is_same_word(one.word, word); });
    if (found != std::end(kWords)) codings.push_back(found->coding);
  }
  return codings;
}

}  // namespace fanfetch
