#include "coordinator/listing/page_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/http/content_codings.h"

namespace fanfetch {

void PageReader::take(std::span<const std::byte>& bytes) {
  while (!is_over() && !bytes.empty()) {
    const auto before = reader_.state();
    const auto piece = reader_.next(bytes);
    // Also where the head does not say where the body ends: a status counts all the same.
    if (before == ResponseReader::State::head && reader_.has_head()) on_head();
    if (!piece.empty() && !is_over() && is_wanted_) on_piece(piece);
    if (is_over()) return;
    if (reader_.state() == ResponseReader::State::broken) return on_bad_response();
    if (reader_.state() == ResponseReader::State::done) return on_whole();
  }
  if (has_head() && !is_wanted_ && !is_over()) end_ = ExchangeEnd{};
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
  end_ = end_of_broken_connection(reader_, problem);
}

void PageReader::on_head() {
  is_wanted_ = redirect_target(head()).empty();
  std::vector<Coding> codings = content_codings(head());
  if (codings.empty() || !is_wanted_) return;
  if (codings.size() > kMaxCodings || !std::all_of(codings.begin(), codings.end(), has_decoder)) {
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
    case DecoderChain::Result::expands: end(EndCause::too_large, decoders_->problem()); break;
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
  if (has_head() && !is_wanted_) {
    end_ = ExchangeEnd{};
    return;
  }
  end_ = end_of_bad_response(reader_);
}

std::string_view redirect_target(const ResponseHead& head) {
  return head.status() / 100 == 3 ? head.first("Location") : std::string_view();
}

}  // namespace fanfetch
