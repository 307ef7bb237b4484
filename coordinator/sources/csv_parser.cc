#include "coordinator/sources/csv_parser.h"

#include <algorithm>

namespace fanfetch {

std::string_view CsvParser::cell(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(begin, ends_[index] - begin);
}

bool CsvParser::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (state_ == State::row_start) begin_row();
    if (const std::size_t run = take_run(bytes); run > 0) {
      bytes.remove_prefix(run);
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (take(c)) return true;
  }
  return false;
}

bool CsvParser::finish() {
  if (state_ == State::row_start) return false;
  if (state_ == State::quoted) fault_ = Fault::never_closed;
  return end_row();
}

void CsvParser::begin_row() {
  text_.clear();
  ends_.clear();
  fault_ = Fault::none;
  row_line_ = line_;
  state_ = State::cell_start;
}

/// Takes all bytes from the front that are plain in this state. Returns their number.
std::size_t CsvParser::take_run(std::string_view bytes) {
  std::size_t run = 0;
  if (state_ == State::quoted) {
    run = std::min(bytes.find('"'), bytes.size());
    line_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.begin() + run, '\n'));
    keep(bytes.substr(0, run));
  } else if (state_ == State::plain) {
    const char ends[] = {separator_, '\n'};
    run = std::min(bytes.find_first_of(std::string_view(ends, 2)), bytes.size());
    keep(bytes.substr(0, run));
  } else if (state_ == State::broken) {
    run = std::min(bytes.find('\n'), bytes.size());
  }
  return run;
}

/// True: `c` ends the row.
bool CsvParser::take(char c) {
  if (state_ == State::quoted) {  // take_run() has left only a quote
    state_ = State::quote_in_quoted;
    return false;
  }
  if (c == '\n') {
    ++line_;
    return end_row();
  }
  switch (state_) {
    case State::cell_start:
      in_plain_ = c != '"';
      if (c == '"') {
        quote_line_ = line_;
        state_ = State::quoted;
      } else if (c == separator_) {
        end_cell();
      } else {
        keep({&c, 1});
        state_ = State::plain;
      }
      return false;
    case State::plain:  // take_run() has left only a separator
      end_cell();
      return false;
    case State::quote_in_quoted:
      if (c == '"') {
        keep({&c, 1});
        state_ = State::quoted;
      } else if (c == separator_) {
        end_cell();
      } else if (c == '\r') {
        state_ = State::quote_cr;
      } else {
        fault_ = Fault::text_after_quote;
        state_ = State::broken;
      }
      return false;
    default:  // after a quote, a CR without LF
      fault_ = Fault::text_after_quote;
      state_ = State::broken;
      return false;
  }
}

void CsvParser::keep(std::string_view piece) {
  const std::size_t room = kMaxRowBytes - text_.size();
  if (piece.size() > room) fault_ = Fault::too_long;
  text_ += piece.substr(0, room);
}

void CsvParser::end_cell() {
  state_ = State::cell_start;
  if (ends_.size() < kMaxCells) {
    ends_.push_back(text_.size());
  } else {
    fault_ = Fault::too_long;
    text_.resize(ends_.back());
  }
}

/// False: the line was empty, so that there is no row.
bool CsvParser::end_row() {
  if (state_ == State::plain && fault_ == Fault::none && text_.ends_with('\r')) text_.pop_back();
  const bool empty = ends_.empty() && text_.empty() && fault_ == Fault::none &&
                     (state_ == State::cell_start || state_ == State::plain);
  end_cell();
  state_ = State::row_start;
  return !empty;
}

}  // namespace fanfetch
