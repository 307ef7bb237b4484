#include "coordinator/commands/top/top_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include "common/human_text.h"
#include "coordinator/commands/top/fleet_screen.h"

namespace fanfetch {
namespace {

/// `text` in exactly `columns`, cut or filled up. REQUIRES: ASCII.
std::string left(std::string_view text, std::size_t columns) {
  return fmt::format("{:<{}}", text.substr(0, columns), columns);
}
std::string right(std::string_view text, std::size_t columns) {
  return fmt::format("{:>{}}", text.substr(0, columns), columns);
}

/// At most 5 characters: `12345`, `123k`, `12M`.
std::string short_count(std::uint64_t count) {
  if (count < 100'000) return std::to_string(count);
  if (count < 10'000'000) return fmt::format("{}k", count / 1000);
  return fmt::format("{}M", std::min<std::uint64_t>(count / 1'000'000, 9999));
}

Duration in_duration(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<Duration>(time);
}

std::string share_bar(double share, std::size_t columns, bool unicode) {
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns);
  const auto whole = static_cast<std::size_t>(filled);
  std::string bar;
  for (std::size_t i = 0; i < whole; ++i) bar += unicode ? "█" : "#";
  std::size_t used = whole;
  if (unicode && used < columns) {
    const char* const part = kEighths[static_cast<std::size_t>((filled - std::floor(filled)) * 8)];
    bar += part;
    if (*part != '\0') ++used;
  }
  bar.append(columns - used, unicode ? ' ' : '-');
  return bar;
}

/// One character a figure, the greatest as high as a line.
std::string sparkline(const std::deque<double>& figures, std::size_t columns, bool unicode) {
  constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr const char* kAscii[] = {" ", ".", ".", ":", "-", "=", "+", "*", "#"};
  const std::size_t shown = std::min(columns, figures.size());
  const auto first = figures.end() - static_cast<std::ptrdiff_t>(shown);
  const double most = shown == 0 ? 0 : *std::max_element(first, figures.end());
  std::string line;
  for (auto figure = first; figure != figures.end(); ++figure) {
    const double height = most > 0 ? std::clamp(*figure / most, 0.0, 1.0) * 8 : 0;
    line += (unicode ? kBlocks : kAscii)[static_cast<std::size_t>(std::ceil(height))];
  }
  return line;
}

// --- The parts of the screen, from above ---

TopLine title(const TopModel& model, const TopLook& look) {
  const TopStatus& status = model.status();
  std::string state = status.state;
  if (status.paused_for) state += " for " + human_time_left(in_duration(*status.paused_for));
  const std::string end = fmt::format("{} ", state);
  const std::size_t room = look.columns > end.size() ? look.columns - end.size() : 0;
  const std::string which = fmt::format("  run {} (pid {}) ", status.run, status.pid);
  std::string output = model.output();
  const std::size_t others = which.size() + std::string_view(" fanfetch  ").size();
  if (room > others + 2 && output.size() > room - others) {  // its end tells most
    output.replace(0, output.size() - (room - others) + 2, "..");
  }
  const std::string begin = " fanfetch  " + output + which;
  return {{left(begin, room) + end, TopStyle::heading}};
}

TopLine overall(const TopStatus& status, const TopLook& look) {
  std::string done = fmt::format("{} done", status.settled());
  double share = 0;
  if (status.total) {
    share = *status.total == 0
                ? 1
                : static_cast<double>(status.settled()) / static_cast<double>(*status.total);
    done = fmt::format("{} of {} ({:.0f}%)", status.settled(), *status.total,
                       std::floor(std::min(share, 1.0) * 100));
  }
  std::string left_of_it;
  if (status.time_left) {
    left_of_it = human_time_left(in_duration(*status.time_left)) + " left";
  } else if (!status.total) {
    left_of_it = "the list is still being read";
  }
  const std::string words = fmt::format(" {}  {}", done, left_of_it);
  const std::size_t taken = words.size() + 3;
  const std::size_t columns = look.columns > taken + 10 ? look.columns - taken : 10;
  return {{" "},
          {look.unicode ? "▕" : "["},
          {share_bar(share, columns, look.unicode), TopStyle::good},
          {look.unicode ? "▏" : "]"},
          {words}};
}

TopLine counts(const TopStatus& status) {
  return {{" saved "},
          {std::to_string(status.saved), TopStyle::strong},
          {fmt::format("  kept {}  skipped {}  failed ", status.kept, status.skipped)},
          {std::to_string(status.failed), status.failed > 0 ? TopStyle::bad : TopStyle::plain},
          {fmt::format("  in flight {}  held {}", status.in_flight, status.held)}};
}

TopLine rates(const TopModel& model, const TopLook& look) {
  const TopStatus& status = model.status();
  std::string words =
      fmt::format(" {}  {}  {} ", human_rate(status.links_per_second),
                  human_byte_rate(status.bytes_per_second), human_bytes(status.received_bytes));
  if (!status.rate.empty()) words += fmt::format(" limit {} ", status.rate);
  const std::size_t room = look.columns > words.size() + 1 ? look.columns - words.size() - 1 : 0;
  return {{words}, {sparkline(model.history(), room, look.unicode), TopStyle::good}};
}

TopLine waits(const TopStatus& status) {
  if (status.fleet && !status.fleet->age) {
    return {{" the fleet's Redis has not answered yet", TopStyle::warning}};
  }
  if (status.fleet && *status.fleet->age >= kOldLook) {
    return {{fmt::format(" the fleet's Redis has not answered for {}; before that:",
                         human_time_left(*status.fleet->age)),
             TopStyle::warning}};
  }
  if (status.hosts_waiting == 0) return {};
  return {{fmt::format(" {} hosts wait (longest {})", status.hosts_waiting,
                       human_time_left(in_duration(status.longest_wait))),
           TopStyle::warning}};
}

/// Columns of the hosts' table behind the name. Narrow terminals do without the last.
struct HostColumns {
  bool waiting, done;
};
HostColumns host_columns(std::size_t columns) { return {columns >= 70, columns >= 80}; }

std::string host_state(const TopHost& host) {
  if (host.state == "open") return "";
  std::string word = host.state == "given_up" ? "given up" : host.state;
  if (!host.paused_for) return word;
  return word + ' ' + human_time_left(in_duration(*host.paused_for));
}

/// A row of the hosts' table; the texts are cut to their columns.
std::string host_row(std::string_view name, std::string_view in_flight, std::string_view waiting,
                     std::string_view rate, std::string_view done, std::string_view failed,
                     std::string_view state, std::size_t columns) {
  const HostColumns shown = host_columns(columns);
  std::string figures = right(in_flight, 8);
  if (shown.waiting) figures += right(waiting, 8);
  figures += right(rate, 12);
  if (shown.done) figures += right(done, 9);
  figures += right(failed, 6) + "  " + left(state, 13);
  const std::size_t room = columns > figures.size() + 1 ? columns - figures.size() - 1 : 0;
  return ' ' + left(name, room) + figures;
}

void add_hosts(std::vector<TopLine>& screen, const TopModel& model, std::size_t rows,
               const TopLook& look) {
  if (rows < 2) return;
  screen.push_back({{host_row(fmt::format("HOSTS by {}", name(model.order())), "in flight",
                              "waiting", "rate", "done", "errors", "", look.columns),
                     TopStyle::strong}});
  const auto& hosts = model.hosts();
  for (std::size_t i = 0; i < std::min(rows - 1, hosts.size()); ++i) {
    const TopHost& host = hosts[i];
    TopStyle style = TopStyle::plain;
    if (host.failed > 0 && host.failed * 2 >= host.done) style = TopStyle::bad;
    if (host.state != "open") style = TopStyle::warning;
    screen.push_back({{host_row(host.host, fmt::format("{}/{}", host.in_flight, host.limit),
                                short_count(host.waiting), human_byte_rate(host.bytes_per_second),
                                short_count(host.done), short_count(host.failed), host_state(host),
                                look.columns),
                       style}});
  }
}

void add_workers(std::vector<TopLine>& screen, const TopModel& model, std::size_t rows) {
  if (rows == 0) return;
  const auto& workers = model.workers();
  if (rows == 1) {
    std::string words = fmt::format(" WORKERS {}:", workers.size());
    for (const TopWorker& worker : workers) {
      words += fmt::format(" {}/{}", worker.in_flight, worker.limit);
      if (worker.state != "serving") words += ' ' + worker.state;
    }
    screen.push_back({{std::move(words)}});
    return;
  }
  screen.push_back(
      {{" WORKERS  pid      state     in flight      done   received", TopStyle::strong}});
  for (std::size_t i = 0; i < std::min(rows - 1, workers.size()); ++i) {
    const TopWorker& worker = workers[i];
    screen.push_back({{fmt::format(" {:<8} {:<8} {:<9} {:>9} {:>9} {:>10}", worker.number,
                                   worker.pid == 0 ? "-" : std::to_string(worker.pid), worker.state,
                                   fmt::format("{}/{}", worker.in_flight, worker.limit),
                                   worker.done, human_bytes(worker.bytes)),
                       worker.state == "serving" ? TopStyle::plain : TopStyle::warning}});
  }
}

void add_failures(std::vector<TopLine>& screen, const TopModel& model, std::size_t rows) {
  const auto& failures = model.failures();
  if (rows < 2 || failures.empty()) return;
  screen.push_back({{" LAST FAILURES", TopStyle::strong}});
  const std::size_t shown = std::min(rows - 1, failures.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const TopFailure& failure = failures[failures.size() - 1 - i];  // the newest first
    screen.push_back({{" " + left(failure.error, 14), TopStyle::bad},
                      {fmt::format(" {}: {}", failure.url, failure.message)}});
  }
}

TopLine keys(const TopModel& model) {
  if (model.typed()) {
    return {{" limit-rate (512K, 2M, off): " + *model.typed() + "_", TopStyle::heading},
            {"  Enter sets, Esc leaves it", TopStyle::faint}};
  }
  if (!model.message().empty()) return {{" " + model.message(), TopStyle::warning}};
  const auto known = [&model](std::string_view name) {
    const std::string now = model.setting(name);
    if (now.find(' ') != now.npos) return std::string(" by clock");  // see rates()
    return now.empty() ? now : " " + now;
  };
  return {{fmt::format(" q quit  p {}  +- jobs{}  l limit{}{}",
                       model.status().state == "paused" ? "resume" : "pause", known("jobs"),
                       known("limit-rate"), model.status().fleet ? "" : "  i r e w sort"),
           TopStyle::faint}};
}

/// Lines of each table, headings included.
struct Shares {
  std::size_t hosts = 0, workers = 0, failures = 0;
};
/// Hosts come first; the other two get a third of a high screen each at most, and what they need.
/// A fleet has the room of the hosts, and no workers here.
Shares share_out(std::size_t rows, const TopModel& model) {
  Shares shares;
  if (!model.status().fleet) {
    shares.workers = rows < 16 ? 1 : std::min(model.workers().size() + 1, rows / 3);
  }
  if (!model.failures().empty()) {
    shares.failures = std::min(model.failures().size() + 1, rows / 3);
  }
  const std::size_t others = shares.workers + shares.failures;
  shares.hosts = rows > others ? rows - others : 0;
  return shares;
}

}  // namespace

std::vector<TopLine> top_screen(const TopModel& model, const TopLook& look) {
  const TopStatus& status = model.status();
  std::vector<TopLine> screen{title(model, look), overall(status, look), counts(status),
                              rates(model, look), waits(status)};
  const std::size_t rows = look.rows > screen.size() + 1 ? look.rows - screen.size() - 1 : 0;
  const Shares shares = share_out(rows, model);
  if (status.fleet) {
    std::ranges::move(fleet_lines(status.fleet->view, shares.hosts, look.columns),
                      std::back_inserter(screen));
  } else {
    add_hosts(screen, model, shares.hosts, look);
  }
  const std::size_t above_workers =
      look.rows - std::min(look.rows, 1 + shares.workers + shares.failures);
  if (screen.size() < above_workers) screen.resize(above_workers);
  add_workers(screen, model, shares.workers);
  add_failures(screen, model, shares.failures);
  screen.resize(look.rows > 0 ? look.rows - 1 : 0);
  if (look.rows > 0) screen.push_back(keys(model));
  for (TopLine& line : screen) line = cut_to(std::move(line), look.columns);
  return screen;
}

}  // namespace fanfetch
