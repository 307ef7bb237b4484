#include "coordinator/commands/report/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/http/base64.h"
#include "common/human_date.h"
#include "common/human_text.h"
#include "coordinator/commands/report/html_text.h"
#include "coordinator/commands/report/page_numbers.h"
#include "coordinator/measure/first_byte_times.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

std::string tile(std::string_view label, std::string_view value, std::string_view more,
                 bool is_bad = false) {
  return fmt::format(
      "<div class=\"tile\"><dt>{}</dt><dd class=\"value{}\">{}</dd><dd class=\"more\">{}</dd>"
      "</div>\n",
      label, is_bad ? " bad" : "", value, more);
}

/// `27.5 files/s`
std::string files_rate(double per_second) {
  std::string text = human_rate(per_second);
  return text.insert(text.find('/'), " files");
}

/// The last run's time, and what it did in it.
std::string run_tiles(const ReportData& data) {
  if (data.runs.empty()) return {};
  const PastRun& run = data.runs[0];
  const auto took = run.ended_at.value_or(data.at) - run.started_at;
  const bool killed = !run.ended_at && run.state != "running";
  std::string text = tile(run.state == "running" ? "Running for" : "Last run took",
                          killed ? "–" : human_duration(took), html_text(run.state, 40));
  const double seconds = std::chrono::duration<double>(took).count();
  if (killed || seconds <= 0 || run.saved.value_or(0) == 0) return text;
  text +=
      tile("Mean throughput", human_byte_rate(static_cast<double>(run.bytes.value_or(0)) / seconds),
           files_rate(static_cast<double>(*run.saved) / seconds));
  return text;
}

std::string first_byte_tile(const ReportData& data) {
  FirstByteTimes all = data.rest.first_byte;
  for (const ReportHost& host : data.hosts) all.add(host.sums.first_byte);
  const auto median = all.median();
  if (!median) return {};
  return tile("Median first byte", short_time(*median),
              fmt::format("95 % within {}", short_time(*all.quantile(0.95))));
}

std::string number_cell(std::string_view text, double value) {
  return fmt::format("<td class=\"number\" data-value=\"{:.17g}\">{}</td>", value, text);
}

std::string count_cell(std::uint64_t count, bool is_bad = false) {
  return fmt::format("<td class=\"number{}\" data-value=\"{}\">{}</td>",
                     is_bad && count > 0 ? " bad" : "", count, human_count(count));
}

std::string host_row(const ReportHost& host) {
  const HostSums& sums = host.sums;
  const auto median = sums.first_byte.median();
  const double speed = sums.bytes_per_second();
  return fmt::format("<tr><th scope=\"row\" class=\"long\">{}</th>",
                     host.name.empty() ? "(none)" : html_text(host.name)) +
         count_cell(sums.files) + count_cell(sums.failed, true) + count_cell(sums.retries) +
         number_cell(human_bytes(sums.bytes), static_cast<double>(sums.bytes)) +
         number_cell(median ? short_time(*median) : "–",
                     median ? static_cast<double>(median->count()) : -1) +
         number_cell(speed > 0 ? human_byte_rate(speed) : "–", speed) + "</tr>\n";
}

std::string optional_count_cell(const std::optional<std::uint64_t>& count) {
  return fmt::format("<td class=\"number\">{}</td>", count ? human_count(*count) : "–");
}

std::string run_row(const PastRun& run, WallTime now) {
  const bool running = run.state == "running";
  const std::string took =
      run.ended_at || running ? human_duration(run.ended_at.value_or(now) - run.started_at) : "–";
  return fmt::format(
             "<tr><th scope=\"row\" class=\"number\">{}</th><td class=\"plain\">{}</td>"
             "<td class=\"number\">{}</td>",
             run.number, human_date(run.started_at), took) +
         optional_count_cell(run.saved) + optional_count_cell(run.kept) +
         optional_count_cell(run.skipped) + optional_count_cell(run.failed) +
         fmt::format("<td class=\"number\">{}</td><td>{}</td></tr>\n",
                     run.bytes ? human_bytes(*run.bytes) : "–", html_text(run.state, 60));
}

}  // namespace

std::string tiles(const ReportData& data) {
  const std::uint64_t links = data.saved + data.failed;
  std::string html = "<dl class=\"tiles\">\n";
  html += tile("Saved", human_count(data.saved), human_bytes(data.bytes));
  html += tile("Failed", human_count(data.failed),
               fmt::format("{} of {}", share_text(data.failed, links), plural(links, "link")),
               data.failed > 0);
  html += run_tiles(data);
  html += first_byte_tile(data);
  if (data.sizes.count() > 0) {
    html += tile("Median file", human_bytes(data.sizes.median()),
                 fmt::format("the biggest {}", human_bytes(data.sizes.biggest())));
  }
  const auto with_failures = static_cast<std::uint64_t>(std::ranges::count_if(
      data.hosts, [](const ReportHost& host) { return host.sums.failed > 0; }));
  html += tile("Hosts", human_count(data.hosts_in_all),
               data.more_hosts > 0 ? fmt::format("{} listed below", human_count(data.hosts.size()))
                                   : fmt::format("{} with failures", human_count(with_failures)));
  if (data.duplicates) {
    html += tile("Duplicates", human_count(data.duplicates->files),
                 human_bytes(data.duplicates->bytes) + " to spare");
  }
  return html + "</dl>\n";
}

std::string hosts_section(const ReportData& data) {
  if (data.hosts.empty()) return {};
  std::string html =
      "<section>\n<h2>Hosts</h2>\n<div class=\"panel scroll\"><table class=\"sortable\">\n"
      "<caption>Those with most links first. First byte: the median. Speed: of one transfer."
      "</caption>\n<thead><tr><th scope=\"col\">Host</th>";
  for (const char* heading : {"Saved", "Failed", "Retries", "Data", "First byte", "Speed"}) {
    html += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", heading);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const ReportHost& host : data.hosts) html += host_row(host);
  html += "</tbody>\n</table>\n";
  if (data.more_hosts > 0) {
    html += fmt::format("<p class=\"note\">And {}: {} saved, {} failed, {}. All of them:</p>{}",
                        plural(data.more_hosts, "more host"), human_count(data.rest.files),
                        human_count(data.rest.failed), human_bytes(data.rest.bytes),
                        html_command(status_command({data.output, data.ledger}, "--by-host")));
  }
  return html + "</div>\n</section>\n";
}

std::string nodes_section(const ReportData& data) {
  if (data.nodes.empty()) return {};
  std::string html =
      "<section>\n<h2>Nodes</h2>\n<div class=\"panel scroll\"><table class=\"sortable\">\n"
      "<caption>Of the fleet: who has the files, and where links failed last.</caption>\n"
      "<thead><tr><th scope=\"col\">Node</th>";
  for (const char* heading : {"Saved", "Failed", "Data"}) {
    html += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", heading);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const ReportNode& node : data.nodes) {
    html += fmt::format("<tr><th scope=\"row\" class=\"long\">{}</th>", html_text(node.name)) +
            count_cell(node.files) + count_cell(node.failed, true) +
            number_cell(human_bytes(node.bytes), static_cast<double>(node.bytes)) + "</tr>\n";
  }
  html += "</tbody>\n</table>\n";
  if (data.more_nodes > 0) {
    html += fmt::format("<p class=\"note\">And {}.</p>\n", plural(data.more_nodes, "more node"));
  }
  return html + "</div>\n</section>\n";
}

std::string duplicates_section(const ReportData& data) {
  if (!data.duplicates) {
    return data.duplicates_problem.empty()
               ? ""
               : fmt::format(
                     "<section>\n<h2>Duplicates</h2>\n<p class=\"panel\">They could not be "
                     "counted: {}</p>\n</section>\n",
                     html_text(data.duplicates_problem));
  }
  const Duplicates& found = *data.duplicates;
  if (found.contents == 0) return {};
  std::string html = fmt::format(
      "<section>\n<h2>Duplicates</h2>\n<div class=\"panel scroll\"><table>\n<caption>{} of the "
      "same content as another one: {} to spare. {}</caption>\n<thead><tr>"
      "<th scope=\"col\" class=\"number\">Files</th><th scope=\"col\" class=\"number\">Each</th>"
      "<th scope=\"col\" class=\"number\">To spare</th><th scope=\"col\">Names</th></tr></thead>\n"
      "<tbody>\n",
      plural(found.files, "file"), human_bytes(found.bytes),
      found.biggest.size() < found.contents
          ? fmt::format("The {} of {} contents that take most:", found.biggest.size(),
                        human_count(found.contents))
          : "");
  for (const SameContent& content : found.biggest) {
    std::string names;
    for (const std::string& name : content.names) {
      names += (names.empty() ? "" : ", ") + html_text(name, 120);
    }
    if (content.names.size() < content.files) names += ", …";
    html += fmt::format(
        "<tr><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"long\">{}</td></tr>\n",
        human_count(content.files), human_bytes(content.bytes),
        human_bytes((content.files - 1) * content.bytes), names);
  }
  return html + "</tbody></table></div>\n</section>\n";
}

std::string pictures_section(const ReportData& data) {
  if (data.pictures.empty()) return {};
  std::string html = fmt::format(
      "<section>\n<h2>A sample of the pictures</h2>\n<div class=\"panel\">\n"
      "<p class=\"note\">{} of at most 40 KiB, from all parts of the list, as they were saved.</p>"
      "\n<ul class=\"pictures\">\n",
      plural(data.pictures.size(), "picture"));
  for (const SamplePicture& picture : data.pictures) {
    const std::string name = html_text(picture.file_name, 200);
    const std::string image = fmt::format("<img alt=\"{}\" src=\"data:{};base64,{}\">", name,
                                          picture.type, base64(picture.bytes));
    html += fmt::format("<li>{}<span title=\"{}\">{}</span></li>\n", html_link(picture.url, image),
                        name, name);
  }
  return html + "</ul>\n</div>\n</section>\n";
}

std::string runs_section(const ReportData& data) {
  if (data.runs.empty()) return {};
  std::string html = "<section>\n<h2>Runs</h2>\n<div class=\"panel scroll\">\n";
  const PastRun& last = data.runs[0];
  if (last.told && !last.told->empty()) {
    html += fmt::format(
        "<p>What the last one was told in mid-run:</p>\n<pre "
        "class=\"command\"><code>{}</code></pre>\n",
        html_lines(*last.told));
  }
  html += "<table>\n<caption>The newest first</caption>\n<thead><tr>";
  html += "<th scope=\"col\" class=\"number\">Run</th><th scope=\"col\">Started</th>";
  for (const char* heading : {"Took", "Saved", "Kept", "Skipped", "Failed", "Data"}) {
    html += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", heading);
  }
  html += "<th scope=\"col\">End</th></tr></thead>\n<tbody>\n";
  for (const PastRun& run : data.runs) html += run_row(run, data.at);
  html += "</tbody></table>\n";
  if (data.more_runs > 0) {
    html += fmt::format("<p class=\"note\">And {} before.</p>\n", plural(data.more_runs, "run"));
  }
  return html + "</div>\n</section>\n";
}

}  // namespace fanfetch
