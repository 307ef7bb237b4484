#include "coordinator/sources/csv_parser.h"

#include <algorithm>

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

/// A line of the text, split as if its quotes were plain.
struct TextLine {
  std::size_t cells = 0;
  std::size_t used = 0;  // without the empty ones at its end
  std::string_view link;

  void add(std::string_view cell) {
    ++cells;
    if (!cell.empty()) used = cells;
  }
};

bool begins_with_blank(std::string_view text) { return text.starts_with(' '); }

bool has_line_end(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

}  // namespace

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

void CsvParser::expect(std::size_t cells, std::size_t link_index) {
  expected_ = cells;
  link_index_ = link_index;
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
  if (last_line() != line() && fault() == Fault::none && holds_rows()) {
    set_fault(Fault::rows_within);
  }
  const bool plain = state_ == State::cell_start || state_ == State::plain;
  state_ = State::row_start;
  return !plain || !is_blank();
}

/// Whether a line that begins or ends within quotes reads as a row, with its link in there. A URL
/// in running text has blanks around it; the link is written as that of the whole row is.
bool CsvParser::holds_rows() const {
  if (expected_ < 2 || link_index_ >= cells() || has_line_end(cell(link_index_))) return false;
  const bool is_indented = begins_with_blank(cell(link_index_));
  TextLine line;
  const auto is_row = [&] {
    const std::string_view link = trimmed_link(line.link);
    return line.cells >= expected_ && line.used <= expected_ && begins_like_url(link) &&
           link.find(' ') == link.npos && begins_with_blank(line.link) == is_indented;
  };
  for (std::size_t i = 0; i < cells(); ++i) {
    std::string_view text = cell(i);
    if (!has_line_end(text)) {
      line.add(text);
      continue;
    }
    for (;;) {
      const std::size_t end =
          std::min(text.find_first_of(std::string{separator_, '\r', '\n'}), text.size());
      if (line.cells == link_index_) line.link = text.substr(0, end);
      line.add(text.substr(0, end));
      if (end == text.size()) break;
      if (ends_line(text[end])) {
        if (is_row()) return true;
        line = {};
      }
      text.remove_prefix(end + 1);
    }
  }
  return is_row();
}

}  // namespace fanfetch
