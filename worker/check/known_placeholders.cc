#include "worker/check/placeholders.h"

namespace fanfetch {
namespace {

/// Imgur's is https://i.imgur.com/removed.png, 161 × 81 pixels. We have not fetched it: hash and
/// size come from a dozen public programs that have looked for it for years, independently of each
/// other (some compare `Get-FileHash` if a file has 503 bytes, others compare its MD5,
/// d835884373f4d6c8f24742ceabe74946, which Imgur sends as its ETag).
constexpr Placeholder kKnown[] = {
    {503, "9b5936f4006146e4e1e9025b474c02863c0b5614132ad40db4b925a10e8bfbb9",
     "Imgur's picture for one that was removed"},
};

}  // namespace

/// Weak, so that a test's definition replaces it.
[[gnu::weak]] std::span<const Placeholder> known_placeholders() { return kKnown; }

}  // namespace fanfetch
