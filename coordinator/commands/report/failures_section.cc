#include <fmt/format.h>

#include "common/error_meaning.h"
#include "common/human_text.h"
#include "coordinator/commands/report/html_text.h"
#include "coordinator/commands/report/page_numbers.h"
#include "coordinator/commands/report/sections.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

std::string statuses_text(const FailureClass& failure) {
  std::string text;
  for (const auto& [status, count] : failure.statuses) {
    if (text.size() > 120) return text + ", …";
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", status, human_count(count));
  }
  return text;
}

std::string worst_hosts_text(const FailureClass& failure) {
  std::string text;
  for (const auto& [host, count] : failure.worst_hosts) {
    text += fmt::format("{}{} ({})", text.empty() ? "Most at " : ", ",
                        host.empty() ? "links without a host" : html_text(host, 80),
                        human_count(count));
  }
  return text;
}

std::string example_row(const FailureExample& example) {
  return fmt::format(
      "<tr><td class=\"long\">{}</td><td class=\"long\">{}</td>"
      "<td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
      html_link(example.url), html_text(example.message, 400),
      example.http_status > 0 ? fmt::to_string(example.http_status) : "–", example.attempts);
}

/// Whether --retry-failed can do anything: what is no URL stays none.
bool can_be_tried(const FailureClass& failure) {
  return failure.known && failure.name != name(ErrorClass::bad_url) &&
         failure.name != name(ErrorClass::no_link);
}

std::string failure_panel(const FailureClass& failure, const ReportData& data) {
  const RunPlace place{data.output, data.ledger};
  std::string html = "<article class=\"panel failure\">\n";
  const auto known = error_class(failure.name);
  html += fmt::format("<h3>{} <span>{} · {} of all failures{}{}</span></h3>\n",
                      html_text(failure.name, 60), human_count(failure.count),
                      share_text(failure.count, data.failed), failure.statuses.empty() ? "" : " · ",
                      statuses_text(failure));
  const std::string hosts =
      failure.count > failure.examples.size() ? worst_hosts_text(failure) : "";
  std::string about(known ? html_text(meaning(*known)) : "");
  if (!hosts.empty()) about += (about.empty() ? "" : ". ") + hosts;
  if (!about.empty()) html += fmt::format("<p>{}</p>\n", about);
  if (can_be_tried(failure)) html += html_command(retry_command(failure.name, place));
  if (!failure.examples.empty()) {
    html += fmt::format(
        "<div class=\"scroll\"><table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">Link"
        "</th><th scope=\"col\">Why</th><th scope=\"col\" class=\"number\">Status</th>"
        "<th scope=\"col\" class=\"number\">Attempts</th></tr></thead>\n<tbody>\n",
        failure.examples.size() == failure.count ? "All of them" : "Examples");
    for (const FailureExample& example : failure.examples) html += example_row(example);
    html += "</tbody></table></div>\n";
  }
  if (failure.known && failure.examples.size() < failure.count) {
    html += "<p class=\"note\">All of them:</p>" +
            html_command(export_command(place, "--class " + failure.name));
  }
  return html + "</article>\n";
}

}  // namespace

std::string failures_section(const ReportData& data) {
  std::string html = "<section>\n<h2>Failures</h2>\n";
  if (data.failures.empty()) {
    return html + "<p class=\"panel\">No link has failed.</p>\n</section>\n";
  }
  for (const FailureClass& failure : data.failures) html += failure_panel(failure, data);
  return html + "</section>\n";
}

}  // namespace fanfetch
