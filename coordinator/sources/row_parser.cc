#include "coordinator/sources/row_parser.h"

#include <algorithm>

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {

std::string_view RowParser::cell(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(begin, ends_[index] - begin);
}

void RowParser::begin_row() {
  text_.clear();
  ends_.clear();
  fault_ = Fault::none;
  line_ += returns_;
  returns_ = 0;
  row_line_ = line_;
}

void RowParser::keep(std::string_view piece) {
  const std::size_t room = kMaxRowBytes - text_.size();
  if (piece.size() > room) fault_ = Fault::too_long;
  text_ += piece.substr(0, room);
}

void RowParser::end_cell() {
  if (ends_.size() < kMaxCells) {
    ends_.push_back(text_.size());
  } else {
    fault_ = Fault::too_long;
    text_.resize(ends_.back());
  }
}

bool RowParser::is_blank() const {
  return ends_.size() == 1 && fault_ == Fault::none && trimmed_link(text_).empty();
}

void RowParser::count_lines(std::string_view text) {
  if (returns_ == 0 && text.find('\r') == std::string_view::npos) {  // nearly always
    line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    return;
  }
  for (const char c : text) {
    if (c == '\r') {
      ++returns_;
      continue;
    }
    // However many CRs come before an LF, they are one line end with it.
    line_ += c == '\n' ? 1 : returns_;
    returns_ = 0;
  }
}

}  // namespace fanfetch
