#include "coordinator/commands/report/page.h"

#include <fmt/format.h>

#include "common/human_date.h"
#include "common/human_text.h"
#include "coordinator/commands/report/charts.h"
#include "coordinator/commands/report/html_text.h"
#include "coordinator/commands/report/page_style.h"
#include "coordinator/commands/report/sections.h"

namespace fanfetch {
namespace {

constexpr std::string_view kGenerator = "<meta name=\"generator\" content=\"fanfetch ";

std::string head(const ReportData& data, std::string_view version) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{}{}\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}: {} saved, {} failed</title>\n<style>{}</style>\n</head>\n",
      kGenerator, html_text(version), report_policy(), html_text(data.output, 200),
      human_count(data.saved), human_count(data.failed), report_style());
}

/// `Run 3 finished, started 2026-11-22 20:12:05 UTC`
std::string last_run_text(const ReportData& data) {
  if (data.runs.empty()) return "No run has begun yet";
  const PastRun& run = data.runs[0];
  return fmt::format("Run {}: {}, started {}", run.number, html_text(run.state, 60),
                     human_date(run.started_at));
}

}  // namespace

std::string report_page(const ReportData& data, std::string_view version) {
  std::string html = head(data, version);
  html += fmt::format(
      "<body>\n<header>\n<p class=\"kicker\">fanfetch report</p>\n<h1>{}</h1>\n"
      "<p class=\"sub\">{}; looked at {}</p>\n</header>\n<main>\n",
      html_text(data.output), last_run_text(data), human_date(data.at));
  if (!data.runs.empty() && data.runs[0].command) html += html_command(*data.runs[0].command);
  html += tiles(data);
  const std::string charts =
      throughput_chart(data) + failures_chart(data) + first_byte_chart(data) + sizes_chart(data);
  if (!charts.empty()) {
    html += "<section>\n<h2>At a glance</h2>\n<div class=\"charts\">\n" + charts +
            "</div>\n</section>\n";
  }
  html += failures_section(data);
  html += hosts_section(data);
  html += nodes_section(data);
  html += duplicates_section(data);
  html += pictures_section(data);
  html += runs_section(data);
  html += fmt::format(
      "</main>\n<footer>Made by fanfetch {}. This file loads nothing from "
      "anywhere.</footer>\n<script>{}</script>\n</body>\n</html>\n",
      html_text(version), report_script());
  return html;
}

bool is_report_page(std::string_view beginning) {
  return beginning.starts_with("<!DOCTYPE html>") &&
         beginning.substr(0, kGeneratorWithin).find(kGenerator) != beginning.npos;
}

}  // namespace fanfetch
