#include "coordinator/dispatch/placeholders.h"

#include <algorithm>

namespace fanfetch {
namespace {

/// Imgur's hosts; `m.` and `www.` lead to the same files.
constexpr std::string_view kImgurHosts[] = {"i.imgur.com", "imgur.com",  "www.imgur.com",
                                            "m.imgur.com", "i.imgur.io", "imgur.io",
                                            "www.imgur.io"};

}  // namespace

std::optional<std::string> placeholder(const Url& url) {
  const bool imgur =
      std::find(std::begin(kImgurHosts), std::end(kImgurHosts), url.host) != std::end(kImgurHosts);
  if (!imgur || url.path != "/removed.png") return std::nullopt;
  return "Imgur's picture for one that was removed";
}

}  // namespace fanfetch
