#include "coordinator/listing/page_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/http/content_codings.h"

namespace fanfetch {
namespace {

/// Each may be a bomb in the one before it.
constexpr std::size_t kMaxCodings = 4;

bool can_be_removed(Coding coding) {
  return coding == Coding::gzip || coding == Coding::deflate || coding == Coding::brotli ||
         coding == Coding::zstd;
}

}  // namespace

void PageReader::take(std::span<const std::byte>& bytes) {
  while (!is_over() && !bytes.empty()) {
    const auto before = reader_.state();
    const auto piece = reader_.next(bytes);
    const auto state = reader_.state();
    if (state == ResponseReader::State::broken) return on_bad_response();
    if (before == ResponseReader::State::head && state != before) on_head();
    if (!piece.empty() && !is_over() && is_wanted_) on_piece(piece);
    if (state == ResponseReader::State::done && !is_over()) return on_whole();
  }
  if (has_head_ && !is_wanted_ && !is_over()) end_ = ExchangeEnd{};
}

void PageReader::end_of_connection(bool proved) {
  if (is_over()) return;
  reader_.end_of_connection();
  if (reader_.state() != ResponseReader::State::done) return on_bad_response();
  on_whole();
  end_->close_unproved = !proved;
}

void PageReader::connection_broke(std::string_view problem) {
  if (is_over()) return;
  end(reader_.has_bytes() ? EndCause::cut_short : EndCause::connection_lost,
      fmt::format("the connection broke: {}", problem));
}

void PageReader::on_head() {
  has_head_ = true;
  is_wanted_ = redirect_target(head()).empty();
  std::vector<Coding> codings = content_codings(head());
  if (codings.empty() || !is_wanted_) return;
  if (codings.size() > kMaxCodings ||
      !std::all_of(codings.begin(), codings.end(), can_be_removed)) {
    return end(EndCause::protocol, fmt::format("its Content-Encoding '{}' cannot be decoded",
                                               head().joined("Content-Encoding")));
  }
  std::reverse(codings.begin(), codings.end());
  decoders_.emplace(codings, kMaxBytes);
}

void PageReader::on_piece(std::span<const std::byte> piece) {
  const auto keep = [this](std::span<const std::byte> decoded) {
    if (decoded.size() > kMaxBytes - body_.size()) return false;
    body_.append(reinterpret_cast<const char*>(decoded.data()), decoded.size());
    return true;
  };
  const auto result = decoders_     ? decoders_->write(piece, keep)
                      : keep(piece) ? DecoderChain::Result::good
                                    : DecoderChain::Result::refused;
  switch (result) {
    case DecoderChain::Result::good: break;
    case DecoderChain::Result::broken: end(EndCause::protocol, decoders_->problem()); break;
    case DecoderChain::Result::too_large:
    case DecoderChain::Result::refused:
      end(EndCause::too_large, fmt::format("it is over {} MiB", kMaxBytes >> 20));
      break;
  }
}

/// The bytes of the response are all there.
void PageReader::on_whole() {
  const bool may_be_empty = reader_.length_verified() && reader_.body_bytes() == 0;
  const auto cut_off = decoders_ && !may_be_empty ? decoders_->cut_off() : std::nullopt;
  if (cut_off && is_wanted_) {
    return end(EndCause::cut_short,
               fmt::format("its Content-Encoding {} ends too early", name(*cut_off)));
  }
  end_ = ExchangeEnd{.length_verified = reader_.length_verified()};
}

void PageReader::on_bad_response() {
  if (has_head_ && !is_wanted_) {
    end_ = ExchangeEnd{};
    return;
  }
  switch (reader_.problem()) {
    case ResponseReader::Problem::no_response:
      return end(EndCause::no_response, reader_.problem_text());
    case ResponseReader::Problem::truncated:
      return end(EndCause::cut_short, reader_.problem_text());
    case ResponseReader::Problem::too_large:
      return end(EndCause::too_large, reader_.problem_text());
    default:
      // A body that goes bad may be good the next time; what a head says is meant.
      return end(has_head_ ? EndCause::cut_short : EndCause::protocol, reader_.problem_text());
  }
}

std::string_view redirect_target(const ResponseHead& head) {
  return head.status() / 100 == 3 ? head.first("Location") : std::string_view();
}

}  // namespace fanfetch
