#include "coordinator/commands/checks/verify_report.h"

#include <fmt/format.h>

#include "common/result.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

/// Names have at most 1000 bytes, and each is wanted as a whole.
constexpr std::size_t kMostNameBytes = 4096;

std::string name_to_print(const std::string& name) { return printable(name, kMostNameBytes); }

std::string files(std::uint64_t count) {
  return fmt::format("{} file{}", count, count == 1 ? "" : "s");
}

/// `1 missing, 1 in place, 1 beside what lies there now`
std::string what_the_next_run_does(const VerifyCounts& counts) {
  const std::uint64_t beside = counts.changed - counts.in_place;
  std::vector<std::string> parts;
  if (counts.missing > 0) parts.push_back(fmt::format("{} missing", counts.missing));
  if (counts.in_place > 0) parts.push_back(fmt::format("{} in place", counts.in_place));
  if (beside > 0) {
    parts.push_back(
        fmt::format("{} under another name, as what lies there now may be yours", beside));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void add(VerifyCounts& counts, const Finding& finding, const std::optional<FileStamp>& expected) {
  counts.bytes += finding.bytes_read;
  if (finding.verdict != Verdict::under_way) ++counts.files;
  switch (finding.verdict) {
    case Verdict::under_way: break;
    case Verdict::good:
    case Verdict::good_unnoted: ++counts.good; break;
    case Verdict::missing: ++counts.missing; break;
    case Verdict::unreadable: ++counts.unreadable; break;
    case Verdict::not_a_file:
    case Verdict::size_differs:
    case Verdict::content_differs:
    case Verdict::time_differs:
    case Verdict::lost_content:
      ++counts.changed;
      if (expected && finding.found == *expected) ++counts.in_place;
      break;
  }
}

std::string why_changed(const Finding& finding, const std::optional<FileStamp>& expected) {
  switch (finding.verdict) {
    case Verdict::not_a_file: return "it is not a regular file";
    case Verdict::size_differs:
      return fmt::format("its size is {} bytes, not {}", finding.found.size,
                         expected ? expected->size : 0);
    case Verdict::content_differs: return "its content differs (SHA-256)";
    case Verdict::time_differs: return "its time differs, and no hash of its content is recorded";
    case Verdict::lost_content:
      return "its content cannot be read any more: " + errno_text(finding.error);
    case Verdict::under_way:
    case Verdict::good:
    case Verdict::good_unnoted:
    case Verdict::missing:
    case Verdict::unreadable: break;
  }
  return "";
}

std::optional<std::string> finding_line(const Finding& finding, const std::string& name,
                                        const std::optional<FileStamp>& expected) {
  if (finding.verdict == Verdict::missing) return "missing: " + name_to_print(name) + '\n';
  const std::string why = why_changed(finding, expected);
  if (why.empty()) return std::nullopt;
  return fmt::format("changed: {}: {}\n", name_to_print(name), why);
}

std::string foreign_line(const std::string& name) {
  return "foreign: " + name_to_print(name) + '\n';
}

std::vector<std::string> closing_lines(const VerifyCounts& counts, Duration took, Repair repair) {
  std::vector<std::string> lines;
  const std::uint64_t spoilt = counts.missing + counts.changed;
  if (repair == Repair::yes) {
    if (counts.noted > 0) {
      const bool one = counts.noted == 1;
      lines.push_back(
          fmt::format("noted {} as good, with the time that {} now: the next run keeps {}",
                      files(counts.noted), one ? "it has" : "they have", one ? "it" : "them"));
    }
    if (spoilt > 0) {
      lines.push_back(fmt::format("marked {}: the next run of the same list fetches {} again: {}",
                                  files(spoilt), spoilt == 1 ? "it" : "them",
                                  what_the_next_run_does(counts)));
    }
  } else if (spoilt > 0) {
    lines.push_back(
        "--repair lets the next run of the same list fetch missing and changed files again");
  }
  std::string last = fmt::format(
      "verified {} ({}) in {}: {} good, {} missing, {} changed, {} foreign", files(counts.files),
      human_bytes(counts.bytes), human_duration(took), human_count(counts.good),
      human_count(counts.missing), human_count(counts.changed), human_count(counts.foreign));
  if (counts.own > 0) last += fmt::format(", {} of fanfetch's own", human_count(counts.own));
  if (counts.others > 0) {
    last += fmt::format(", {} of other nodes or foreign", human_count(counts.others));
  }
  if (counts.unreadable > 0) last += fmt::format(", {} unreadable", human_count(counts.unreadable));
  lines.push_back(std::move(last));
  return lines;
}

}  // namespace fanfetch
