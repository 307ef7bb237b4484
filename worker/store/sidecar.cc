#include "worker/store/sidecar.h"

#include <algorithm>

#include "common/wire.h"
#include "worker/head/head_values.h"

namespace fanfetch {
namespace {

/// Changes with the layout. Numbers are in the machine's byte order.
constexpr std::string_view kVersion = "fanfetch-resume-1";
constexpr std::size_t kMaxName = 255;

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kCheckpointBytes = sizeof(std::uint64_t) + sizeof(Sha256Digest);
constexpr std::size_t kFixedBytes = kLengthBytes + kVersion.size() + 4 * kLengthBytes +
                                    sizeof(std::uint64_t) + sizeof(std::uint32_t) +
                                    sizeof(Sha256Digest);

std::size_t encoded_size(const Sidecar& sidecar) {
  return kFixedBytes + sidecar.part_name.size() + sidecar.etag.size() +
         sidecar.content_type.size() + sidecar.last_modified.size() +
         sidecar.checkpoints.size() * kCheckpointBytes;
}

Sha256Digest digest_of(std::span<const std::byte> bytes) {
  Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

bool is_sound(const Sidecar& sidecar) {
  std::uint64_t last = 0;
  for (const Checkpoint& checkpoint : sidecar.checkpoints) {
    if (checkpoint.offset <= last) return false;
    last = checkpoint.offset;
  }
  return is_strong_etag(sidecar.etag) && last > 0 && last < sidecar.length &&
         sidecar.content_type.size() <= kMaxHeaderValue &&
         sidecar.last_modified.size() <= kMaxHeaderValue;
}

}  // namespace

bool is_strong_etag(std::string_view etag) {
  if (etag.size() < 3 || etag.size() >= kMaxHeaderValue)
    return false;  // at the limit: possibly cut
  if (etag.front() != '"' || etag.back() != '"') return false;
  const auto inside = etag.substr(1, etag.size() - 2);
  return std::all_of(inside.begin(), inside.end(), [](unsigned char c) {
    return c > ' ' && c != '"' && c != 0x7f;  // etagc
  });
}

std::vector<std::byte> encode(const Sidecar& sidecar) {
  std::vector<std::byte> bytes(encoded_size(sidecar));
  ByteWriter out(bytes);
  out.put(kVersion);
  out.put(std::string_view(sidecar.part_name));
  out.put(std::string_view(sidecar.etag));
  out.put(std::string_view(sidecar.content_type));
  out.put(std::string_view(sidecar.last_modified));
  out.put(sidecar.length);
  out.put(static_cast<std::uint32_t>(sidecar.checkpoints.size()));
  for (const Checkpoint& checkpoint : sidecar.checkpoints) {
    out.put(checkpoint.offset);
    out.put_raw(checkpoint.prefix);
  }
  out.put_raw(digest_of(std::span(bytes).first(out.size())));
  return bytes;
}

std::optional<Sidecar> decode_sidecar(std::span<const std::byte> bytes,
                                      std::string_view part_name) {
  if (bytes.size() < kFixedBytes) return std::nullopt;
  const auto content = bytes.first(bytes.size() - sizeof(Sha256Digest));
  Sha256Digest seal{};
  ByteReader(bytes.last(sizeof seal)).get_raw(seal);
  if (digest_of(content) != seal) return std::nullopt;

  ByteReader in(content);
  Sidecar sidecar;
  if (in.get_string() != kVersion) return std::nullopt;
  sidecar.part_name = in.get_string();
  sidecar.etag = in.get_string();
  sidecar.content_type = in.get_string();
  sidecar.last_modified = in.get_string();
  sidecar.length = in.get<std::uint64_t>();
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || sidecar.part_name != part_name || count > kMaxCheckpoints) return std::nullopt;
  sidecar.checkpoints.resize(count);
  for (Checkpoint& checkpoint : sidecar.checkpoints) {
    checkpoint.offset = in.get<std::uint64_t>();
    in.get_raw(checkpoint.prefix);
  }
  if (!in.complete() || !is_sound(sidecar)) return std::nullopt;
  return sidecar;
}

std::size_t max_sidecar_bytes() {
  return kFixedBytes + kMaxName + 3 * kMaxHeaderValue + kMaxCheckpoints * kCheckpointBytes;
}

}  // namespace fanfetch
