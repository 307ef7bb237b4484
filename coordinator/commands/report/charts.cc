#include "coordinator/commands/report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/human_text.h"
#include "coordinator/commands/report/html_text.h"
#include "coordinator/commands/report/page_numbers.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMostSteps = 120;
constexpr int kHeight = 190, kPlotHeight = 164, kTop = 14;  // pixels; below the plot: labels
constexpr std::size_t kHosts = 7;                           // as high as the chart beside it
constexpr int kHostRow = 24;
constexpr double kNameShare = 0.42;  // of the width: what hosts' names have

/// A damaged ledger's run may have lasted for longer than nanoseconds can count.
double at_most_ten_years(double seconds) { return std::min(seconds, 10.0 * 365 * 24 * 3600); }

std::chrono::milliseconds whole_ms(double seconds) {
  return std::chrono::milliseconds(std::lround(1000 * at_most_ten_years(seconds)));
}

/// Of a run that took no longer than this, whole seconds say too little.
constexpr std::chrono::seconds kShort{10};

std::string duration_text(double seconds) {
  const auto time = whole_ms(seconds);
  return time < kShort ? short_time(time) : human_time_left(time);
}

std::string step_text(const RunStep& step) { return short_time(whole_ms(step.end - step.begin)); }

/// `title` and `aside` are texts of ours. `says`: what the chart shows, in words; HTML.
std::string figure(std::string_view title, std::string_view aside, int height,
                   std::string_view says, std::string_view drawing) {
  return fmt::format(
      "<figure class=\"panel\">\n<figcaption><h3>{}</h3><span>{}</span></figcaption>\n"
      "<svg role=\"img\" height=\"{}\"><title>{}</title>\n{}</svg>\n</figure>\n",
      title, aside, height, says, drawing);
}

double y_of(double share) {
  return kTop + (kPlotHeight - kTop) * (1 - std::clamp(share, 0.0, 1.0));
}

std::string grid_line(double y) {
  return fmt::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>\n",
                     y);
}

/// Lines at the bottom, in the middle and at the end of the axis.
std::string grid() { return grid_line(y_of(0)) + grid_line(y_of(0.5)) + grid_line(y_of(1)); }

/// The labels of the two upper ones, which stand in front of what is drawn.
std::string grid_labels(std::string_view middle, std::string_view end) {
  return fmt::format(
      "<text class=\"halo\" x=\"0\" y=\"{:.1f}\">{}</text>\n"
      "<text class=\"halo\" x=\"0\" y=\"{:.1f}\">{}</text>\n",
      y_of(0.5) - 3, middle, y_of(1) - 3, end);
}

std::string label_below(double where, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", percent(where),
                     kHeight - 6, anchor, text);
}

std::string time_labels(double took) {
  return label_below(0, "start", "0") + label_below(0.5, "middle", duration_text(took / 2)) +
         label_below(1, "end", duration_text(took));
}

std::string bar(std::string_view kind, double from, double to, double share,
                std::string_view says) {
  const double y = std::min(y_of(share), y_of(0) - 1);  // one is more than none
  return fmt::format(
      "<rect class=\"{}\" x=\"{}\" width=\"{}\" y=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title>"
      "</rect>\n",
      kind, percent(from), percent(to - from), y, y_of(0) - y, says);
}

/// `guessed`: see ReportData::samples_are_guessed.
std::string last_run_words(const ReportData& data) {
  const std::string run = data.runs.empty() ? "" : fmt::format("run {}", data.runs[0].number);
  return data.samples_are_guessed ? run + ", by when links ended" : run;
}

/// `32 KiB` of a power of two.
std::string power_text(std::uint64_t bytes) {
  std::string text = human_bytes(bytes);
  if (const std::size_t zero = text.find(".0 "); zero != text.npos) text.erase(zero, 2);
  return text;
}

}  // namespace

std::string throughput_chart(const ReportData& data) {
  const auto steps = steps_of(data.samples, kMostSteps);
  if (steps.empty() || data.samples.back().bytes == 0) return {};
  const double took = steps.back().end;
  const auto fastest = std::ranges::max_element(steps, {}, &RunStep::bytes_per_second);
  const double end = round_bytes_end(fastest->bytes_per_second());
  std::string points;
  for (const RunStep& step : steps) {
    const double y = 100 - 100 * step.bytes_per_second() / end;
    points += fmt::format("{}{:.2f},{:.2f} {:.2f},{:.2f}", points.empty() ? "" : " ",
                          1000 * step.begin / took, y, 1000 * step.end / took, y);
  }
  const double mean = static_cast<double>(data.samples.back().bytes) / took;
  const std::string drawing =
      grid() +
      fmt::format(
          "<svg y=\"{0}\" width=\"100%\" height=\"{1}\" viewBox=\"0 0 1000 100\" "
          "preserveAspectRatio=\"none\"><polygon class=\"area\" points=\"0,100 {2} 1000,100\"/>"
          "<polyline class=\"edge\" points=\"{2}\"/></svg>\n",
          kTop, kPlotHeight - kTop, points) +
      grid_labels(human_byte_rate(end / 2), human_byte_rate(end)) + time_labels(took);
  return figure(
      "Throughput", last_run_words(data), kHeight,
      fmt::format("Throughput over {}: {} on average, at most {} after {}.", duration_text(took),
                  human_byte_rate(mean), human_byte_rate(fastest->bytes_per_second()),
                  duration_text(fastest->begin)),
      drawing);
}

std::string failures_chart(const ReportData& data) {
  const auto steps = steps_of(data.samples, kMostSteps / 2);
  if (steps.empty()) return {};
  const std::uint64_t all = data.samples.back().failed;
  const double took = steps.back().end;
  const auto worst = std::ranges::max_element(steps, {}, &RunStep::failed);
  const double end = static_cast<double>(round_count_end(worst->failed));
  std::string drawing = grid();
  for (const RunStep& step : steps) {
    if (step.failed == 0) continue;
    const double gap = (step.end - step.begin) * 0.1;
    drawing += bar("fault", (step.begin + gap) / took, (step.end - gap) / took,
                   static_cast<double>(step.failed) / end,
                   fmt::format("{} to {}: {} failed", duration_text(step.begin),
                               duration_text(step.end), human_count(step.failed)));
  }
  drawing += grid_labels(human_count(static_cast<std::uint64_t>(end / 2)),
                         human_count(static_cast<std::uint64_t>(end)));
  drawing += time_labels(took);
  const std::string says =
      all == 0 ? fmt::format("Failures over {}: none.", duration_text(took))
               : fmt::format("Failures over {}: {} in all, at most {} in {}, after {}.",
                             duration_text(took), human_count(all), human_count(worst->failed),
                             step_text(*worst), duration_text(worst->begin));
  return figure("Failures",
                fmt::format("{}; each bar is {}", last_run_words(data), step_text(steps.front())),
                kHeight, says, drawing);
}

std::string sizes_chart(const ReportData& data) {
  const FileSizes& sizes = data.sizes;
  if (sizes.count() == 0) return {};
  std::size_t first = 0, last = 0;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < FileSizes::kBuckets; ++i) {
    if (sizes.in_bucket(i) == 0) continue;
    if (most == 0) first = i;
    last = i;
    most = std::max(most, sizes.in_bucket(i));
  }
  // A few bars that are as wide as the chart would look like a picture of something else.
  while (last - first < 7) {
    if (first > 0) --first;
    if (last + 1 < FileSizes::kBuckets) ++last;
  }
  const double count = static_cast<double>(last - first + 1);
  const double end = static_cast<double>(round_count_end(most));
  const auto begin_of = [](std::size_t bucket) {
    return bucket == 0 ? std::uint64_t{0} : std::uint64_t{1} << (bucket - 1);
  };
  const std::size_t each = (last - first) / 6 + 1;  // that has a label
  std::string drawing = grid();
  std::string labels;
  for (std::size_t i = first; i <= last; ++i) {
    const double at = static_cast<double>(i - first);
    if (const std::uint64_t files = sizes.in_bucket(i); files > 0) {
      const std::string range = i == 0                         ? "empty"
                                : i == FileSizes::kBuckets - 1 ? "from " + power_text(begin_of(i))
                                                               : power_text(begin_of(i)) + " to " +
                                                                     power_text(begin_of(i + 1));
      drawing +=
          bar("bar", (at + 0.08) / count, (at + 0.92) / count, static_cast<double>(files) / end,
              fmt::format("{}: {} files", range, human_count(files)));
    }
    if ((i - first) % each != 0) continue;
    // In the middle below its bar, but not beyond the edge of a chart of narrow bars.
    const bool narrow = count > 8;
    const bool at_begin = narrow && at == 0, at_end = narrow && at / count > 0.9;
    labels += label_below(at_begin ? 0
                          : at_end ? 1
                                   : (at + 0.5) / count,
                          at_begin ? "start"
                          : at_end ? "end"
                                   : "middle",
                          i == 0 ? "0" : power_text(begin_of(i)));
  }
  drawing += grid_labels(human_count(static_cast<std::uint64_t>(end / 2)),
                         human_count(static_cast<std::uint64_t>(end)) + " files");
  return figure("File sizes", "each bar up to twice its label", kHeight,
                fmt::format("Sizes of {} files: half of them up to {}, the biggest {}.",
                            human_count(sizes.count()), human_bytes(sizes.median()),
                            human_bytes(sizes.biggest())),
                drawing + labels);
}

std::string first_byte_chart(const ReportData& data) {
  struct Bar {
    const std::string* host;
    std::chrono::milliseconds median, most;
  };
  std::vector<Bar> bars;
  for (const ReportHost& host : data.hosts) {
    if (bars.size() == kHosts) break;
    const auto median = host.sums.first_byte.median();
    if (!median) continue;
    bars.push_back({&host.name, *median, *host.sums.first_byte.quantile(0.95)});
  }
  if (bars.empty()) return {};
  std::ranges::stable_sort(bars, std::ranges::greater(), &Bar::median);
  // A logarithmic axis of whole powers of ten that holds all.
  const auto decade = [](std::chrono::milliseconds time) {
    return std::log10(std::max(1.0, static_cast<double>(time.count())));
  };
  double first = 9, last = 0;
  for (const Bar& one : bars) {
    first = std::min(first, std::floor(decade(one.median)));
    last = std::max(last, std::ceil(decade(one.most)));
  }
  last = std::max(last, first + 1);
  const auto x_of = [&](std::chrono::milliseconds time) {
    const double share = (decade(time) - first) / (last - first);
    return kNameShare + (1 - kNameShare) * 0.94 * std::clamp(share, 0.0, 1.0);
  };
  const int bottom = static_cast<int>(bars.size()) * kHostRow;
  std::string drawing;
  // Two more lines a power where there is room for them.
  const std::vector<int> factors = last - first > 1 ? std::vector{1} : std::vector{1, 2, 5};
  for (int power = static_cast<int>(first); power <= static_cast<int>(last); ++power) {
    for (const int factor : factors) {
      const std::chrono::milliseconds time(factor * static_cast<int>(std::pow(10, power)));
      if (factor > 1 && power == static_cast<int>(last)) continue;
      drawing += fmt::format(
          "<line class=\"grid\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"{1}\"/>\n"
          "<text x=\"{0}\" y=\"{2}\" text-anchor=\"middle\">{3}</text>\n",
          percent(x_of(time)), bottom + 4, bottom + 20, short_time(time));
    }
  }
  std::string says = "Time to first byte by host:";
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& one = bars[i];
    const std::string host = one.host->empty() ? "(none)" : html_text(*one.host, 26);
    const std::string words =
        fmt::format("half within {}, 95 % within {}", short_time(one.median), short_time(one.most));
    const int middle = static_cast<int>(i) * kHostRow + kHostRow / 2;
    const double width = std::max(x_of(one.most) - x_of(one.median), 0.002);
    drawing += fmt::format(
        "<g><title>{0}: {1}</title><text class=\"name\" x=\"0\" y=\"{2}\">{0}</text>"
        "<rect class=\"reach\" x=\"{3}\" width=\"{4}\" y=\"{5}\" height=\"8\" rx=\"2\"/>"
        "<circle class=\"dot\" cx=\"{3}\" cy=\"{6}\" r=\"5\"/></g>\n",
        host, words, middle + 4, percent(x_of(one.median)), percent(width), middle - 4, middle);
    says += fmt::format("{} {} {}", i == 0 ? "" : ";", host, words);
  }
  return figure("Time to first byte", "dot: half of the requests; bar: up to 95 %", bottom + 26,
                says + ".", drawing);
}

}  // namespace fanfetch
