#include "coordinator/sources/streams/decoded_stream.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "coordinator/sources/streams/gzip_stream.h"
#include "coordinator/sources/streams/zstd_stream.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

/// The first bytes of a kind of file.
struct Magic {
  std::string_view bytes;
  Compression compression;  // none: cannot be read here, but
  std::string_view unpack;  // this program can unpack it
};
constexpr Magic kMagics[] = {
    {"\x1f\x8b"sv, Compression::gzip, ""},
    {"\x28\xb5\x2f\xfd"sv, Compression::zstd, ""},
    {"\x50\x2a\x4d\x18"sv, Compression::zstd, ""},  // begins with a skippable frame
    {"\xfd"
     "7zXZ\0"sv,
     Compression::none, "xz -dc"},
    {"BZh91AY&SY"sv, Compression::none, "bzip2 -dc"},
    {"PK\x03\x04"sv, Compression::none, "unzip -p"},
};

constexpr std::string_view kMarks[] = {"\xEF\xBB\xBF"sv, "\xFF\xFE"sv, "\xFE\xFF"sv};
constexpr std::string_view kUtf8Mark = kMarks[0];

/// Yields `first`, which was read ahead, then `rest`.
class PushedBackStream final : public ByteStream {
 public:
  PushedBackStream(std::string first, std::unique_ptr<ByteStream> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override {
    if (used_ == first_.size()) return rest_->read(to);
    const std::size_t count = first_.copy(to.data(), to.size(), used_);
    used_ += count;
    return count;
  }

 private:
  std::string first_;
  std::size_t used_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

/// Reads just enough bytes to decide whether they begin with one of `patterns`; fewer if the stream
/// ends. nullopt: the run is stopping.
Result<std::optional<std::string>> read_beginning(ByteStream& from,
                                                  std::span<const std::string_view> patterns) {
  std::string begin;
  char buffer[512];
  const auto may_be_more = [&](std::string_view pattern) {
    return begin.size() < pattern.size() && pattern.starts_with(begin);
  };
  while (std::any_of(patterns.begin(), patterns.end(), may_be_more)) {
    const auto count = from.read(buffer);
    if (!count) return tl::unexpected(count.error());
    if (!*count) return std::nullopt;
    if (**count == 0) break;
    begin.append(buffer, **count);
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
  const auto decompressed = decompress();
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
  if (known && magic->compression == Compression::none) {
    return fail("{} is compressed in a way that is not read here: pipe it in: {} FILE | fanfetch -",
                name_, magic->unpack);
  }
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
  auto read = read_beginning(*stream_, kMarks);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return false;
  std::string& begin = **read;
  if (begin.starts_with(kUtf8Mark)) {
    begin.erase(0, kUtf8Mark.size());
  } else if (std::any_of(std::begin(kMarks), std::end(kMarks),
                         [&](std::string_view mark) { return begin.starts_with(mark); })) {
    return fail("{} is UTF-16: save it as UTF-8", name_);
  }
  stream_ = std::make_unique<PushedBackStream>(std::move(begin), std::move(stream_));
  return true;
}

}  // namespace fanfetch
