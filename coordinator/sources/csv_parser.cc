#include "coordinator/sources/csv_parser.h"

#include <algorithm>

namespace fanfetch {

bool CsvParser::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (state_ == State::row_start) {
      skip_to_row(bytes);
      if (bytes.empty()) return false;
      start();
    }
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
  if (state_ == State::row_start) {
    if (mark_ == 0) return false;
    start();
  }
  if (state_ == State::quoted) set_fault(Fault::never_closed);
  return end();
}

/// Takes line ends and byte order marks from the front.
void CsvParser::skip_to_row(std::string_view& bytes) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    if (c == kByteOrderMark[mark_]) {
      mark_ = (mark_ + 1) % kByteOrderMark.size();
    } else if (mark_ > 0 || !ends_line(c)) {
      return;
    }
    count_lines({&c, 1});
    bytes.remove_prefix(1);
  }
}

void CsvParser::start() {
  begin_row();
  state_ = State::cell_start;
  if (mark_ == 0) return;
  keep(kByteOrderMark.substr(0, mark_));  // it was none
  state_ = State::plain;
  mark_ = 0;
}

/// Takes all bytes from the front that are plain in this state. Returns their number.
std::size_t CsvParser::take_run(std::string_view bytes) {
  if (state_ == State::quoted) {
    const std::size_t run = std::min(bytes.find('"'), bytes.size());
    count_lines(bytes.substr(0, run));
    keep(bytes.substr(0, run));
    return run;
  }
  if (state_ != State::plain && state_ != State::broken) return 0;
  const bool plain = state_ == State::plain;
  const auto* end = std::find_if(bytes.begin(), bytes.end(), [&](char c) {
    return (c == separator_ && plain) || ends_line(c);
  });
  const auto run = static_cast<std::size_t>(end - bytes.begin());
  if (plain) keep(bytes.substr(0, run));
  return run;
}

/// True: `c` ends the row.
bool CsvParser::take(char c) {
  if (state_ == State::quoted) {  // take_run() has left only a quote
    count_lines({&c, 1});
    state_ = State::quote_in_quoted;
    return false;
  }
  if (ends_line(c)) {
    const bool is_row = end();
    count_lines({&c, 1});
    return is_row;
  }
  switch (state_) {
    case State::cell_start:
      if (c == '"') {
        begin_quote();
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
      state_ = State::cell_start;
      return false;
    default:  // behind a quote in quotes
      if (c == '"') {
        keep({&c, 1});
        state_ = State::quoted;
      } else if (c == separator_) {
        end_cell();
        state_ = State::cell_start;
      } else {
        set_fault(Fault::text_after_quote);
        state_ = State::broken;
      }
      return false;
  }
}

/// False: there was nothing on the line, so that there is no row.
bool CsvParser::end() {
  end_cell();
  end_row();
  const bool plain = state_ == State::cell_start || state_ == State::plain;
  state_ = State::row_start;
  return !plain || !is_blank();
}

}  // namespace fanfetch
