#include "coordinator/sources/streams/decoded_stream.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "common/utf8.h"
#include "coordinator/sources/streams/checked_stream.h"
#include "coordinator/sources/streams/gzip_stream.h"
#include "coordinator/sources/streams/zstd_stream.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

/// The first bytes of compressed data.
struct Magic {
  std::string_view bytes;
  Compression compression;
};
constexpr Magic kMagics[] = {
    {"\x1f\x8b"sv, Compression::gzip},
    {"\x28\xb5\x2f\xfd"sv, Compression::zstd},
    {"\x50\x2a\x4d\x18"sv, Compression::zstd},  // begins with a skippable frame
};

/// Reads just enough bytes to decide whether they begin with one of `patterns`; fewer if the stream
/// ends. nullopt: the run is stopping.
Result<std::optional<std::string>> read_beginning(ByteStream& from,
                                                  std::span<const std::string_view> patterns) {
  std::string begin;
  // As much as comes: this is all that a CheckedStream looks at.
  std::vector<char> buffer(kBeginningBytes);
  const auto may_be_more = [&](std::string_view pattern) {
    return begin.size() < pattern.size() && pattern.starts_with(begin);
  };
  while (std::any_of(patterns.begin(), patterns.end(), may_be_more)) {
    const auto count = from.read(buffer);
    if (!count) return tl::unexpected(count.error());
    if (!*count) return std::nullopt;
    if (**count == 0) break;
    begin.append(buffer.data(), **count);
  }
  return begin;
}

std::string_view name_of(Compression compression) {
  return compression == Compression::gzip ? "gzip" : "zstd";
}

}  // namespace

DecodedStream::DecodedStream(std::unique_ptr<ByteStream> raw, std::string name,
                             Compression promised)
    : stream_(std::move(raw)), name_(std::move(name)), promised_(promised) {}

Result<std::optional<std::size_t>> DecodedStream::read(std::span<char> to) {
  if (!std::exchange(begun_, true)) {
    const auto going_on = begin();
    if (!going_on) return tl::unexpected(going_on.error());
    begun_ = *going_on;
    if (!begun_) return std::nullopt;
  }
  return stream_->read(to);
}

/// False: the run is stopping.
Result<bool> DecodedStream::begin() {
  auto decompressed = decompress();
  if (!decompressed || !*decompressed) return decompressed;
  return skip_mark();
}

Result<bool> DecodedStream::decompress() {
  std::string_view patterns[std::size(kMagics)];
  std::transform(std::begin(kMagics), std::end(kMagics), patterns,
                 [](const Magic& magic) { return magic.bytes; });
  auto read = read_beginning(*stream_, patterns);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return false;
  std::string& begin = **read;
  const auto* magic = std::find_if(std::begin(kMagics), std::end(kMagics), [&](const Magic& known) {
    return begin.starts_with(known.bytes);
  });
  const bool known = magic != std::end(kMagics);
  if (!known && promised_ != Compression::none) {
    return fail("{} is not {}, though its name says so", name_, name_of(promised_));
  }
  stream_ = std::make_unique<PushedBackStream>(std::move(begin), std::move(stream_));
  if (!known) return true;
  if (magic->compression == Compression::gzip) {
    stream_ = std::make_unique<GzipStream>(std::move(stream_), name_);
  } else {
    stream_ = std::make_unique<ZstdStream>(std::move(stream_), name_);
  }
  return true;
}

Result<bool> DecodedStream::skip_mark() {
  auto read = read_beginning(*stream_, {&kByteOrderMark, 1});
  if (!read) return tl::unexpected(read.error());
  if (!*read) return false;
  std::string& begin = **read;
  if (begin.starts_with(kByteOrderMark)) begin.erase(0, kByteOrderMark.size());
  stream_ = std::make_unique<PushedBackStream>(std::move(begin), std::move(stream_));
  return true;
}

}  // namespace fanfetch
