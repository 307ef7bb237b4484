// libFuzzer harness of what is done to a body: its codings are removed, and its first bytes judged,
// the same whatever the pieces in which it arrives. Input: bytes that choose, then the body. See
// scripts/fuzz.

#include "common/decode/decoder_chain.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/encode.h"
#include "worker/check/content_check.h"
#include "worker/check/content_kind.h"

namespace fanfetch::fuzz {
namespace {

constexpr Coding kDecoded[] = {Coding::gzip, Coding::deflate, Coding::brotli, Coding::zstd};

struct Decoding {
  DecoderChain::Result result = DecoderChain::Result::good;
  std::string decoded;
  std::optional<Coding> cut_off;
};

Decoding decode(const std::vector<Coding>& remove, std::uint64_t max_bytes,
                const std::vector<std::string>& pieces) {
  Decoding all;
  DecoderChain chain(remove, max_bytes);
  for (const std::string& piece : pieces) {
    all.result = chain.write(bytes_of(piece), [&](std::span<const std::byte> bytes) {
      all.decoded.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return true;
    });
    REQUIRE((all.result == DecoderChain::Result::broken) == !chain.problem().empty() ||
            all.result == DecoderChain::Result::too_large);
    if (all.result != DecoderChain::Result::good) break;
  }
  all.cut_off = chain.cut_off();
  return all;
}

void check_decoders(Input& input) {
  const auto choice = input.byte();
  std::vector<Coding> remove;
  for (int i = 0; i <= choice % 2; ++i) remove.push_back(kDecoded[(choice >> (2 * i + 1)) % 4]);
  const std::uint64_t max_bytes = std::uint64_t{1} << (8 + (choice >> 5) * 2);
  const std::string body = input.rest();
  const Decoding whole = decode(remove, max_bytes, {body});
  const Decoding split = decode(remove, max_bytes, pieces_of(body, 1 + choice % 7));
  REQUIRE(whole.decoded.size() <= max_bytes && split.decoded.size() <= max_bytes);
  // Of two things wrong with it, either may be met first.
  const bool is_good = whole.result == DecoderChain::Result::good;
  REQUIRE(is_good == (split.result == DecoderChain::Result::good));
  if (is_good) {
    REQUIRE(whole.decoded == split.decoded);
    REQUIRE(whole.cut_off == split.cut_off);
  }
}

void check_round_trip(Input& input) {
  const auto choice = input.byte();
  const std::string body = input.rest();
  std::string encoded = body;
  std::vector<Coding> remove;
  for (int i = 0; i <= choice % 2; ++i) {
    const Coding coding = kDecoded[(choice >> (2 * i + 1)) % 4];
    encoded = coding == Coding::gzip      ? support::encode_gzip(encoded)
              : coding == Coding::deflate ? support::encode_zlib(encoded)
              : coding == Coding::brotli  ? support::encode_brotli(encoded)
                                          : support::encode_zstd(encoded);
    remove.insert(remove.begin(), coding);
  }
  const Decoding all = decode(remove, 0, pieces_of(encoded, 1 + choice % 50));
  REQUIRE(all.result == DecoderChain::Result::good && !all.cut_off && all.decoded == body);
}

void check_content(Input& input) {
  static constexpr const char* kNames[] = {"a.jpg", "a.svg", "a.mp4", "a.zip", "a.html", "a", ""};
  const auto choice = input.byte();
  const std::string url = std::string("http://h/") + kNames[choice % std::size(kNames)];
  const std::string type = input.line();
  const std::string name = input.line();
  const std::string body = input.rest();
  const std::vector<std::string> accept =
      choice < 200 ? std::vector<std::string>() : std::vector<std::string>{"image/*"};
  const ContentClaims claims{.url = url, .suggested_name = name, .content_type = type};

  const auto judge = [&](const std::vector<std::string>& pieces) {
    ContentCheck check(claims, accept);
    const bool taken = std::all_of(pieces.begin(), pieces.end(),
                                   [&](const auto& piece) { return check.take(bytes_of(piece)); });
    const bool good = taken && check.end();
    REQUIRE(good == !check.rejection());
    return check;
  };
  const ContentCheck whole = judge({body});
  const ContentCheck split = judge(pieces_of(body, 1 + choice % 9));
  REQUIRE(whole.rejection().has_value() == split.rejection().has_value());
  if (whole.rejection()) {
    REQUIRE(whole.rejection()->error == split.rejection()->error);
    REQUIRE(!whole.rejection()->message.empty());
    return;
  }
  REQUIRE(whole.kind() == split.kind());
}

void check_sniffing(Input& input) {
  const std::string body = input.rest();
  const auto head = bytes_of(body).first(std::min(body.size(), kHeadBytes));
  const ContentKind known = sniff(head);
  for (std::size_t size = 0; size <= std::min<std::size_t>(head.size(), 64); ++size) {
    const std::string piece = body.substr(0, size);
    const ContentKind growing = sniff(bytes_of(piece), Head::growing);
    if (growing != ContentKind::unknown) REQUIRE(growing == known);
  }
  REQUIRE(!is_picture(known) || !mime_type(known).empty());
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  switch (input.byte() % 4) {
    case 0: check_decoders(input); break;
    case 1: check_round_trip(input); break;
    case 2: check_content(input); break;
    case 3: check_sniffing(input); break;
  }
  return 0;
}
