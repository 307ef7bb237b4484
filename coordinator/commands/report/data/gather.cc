#include "coordinator/commands/report/data/gather.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "common/url.h"
#include "coordinator/commands/report/data/failure_classes.h"
#include "coordinator/commands/report/data/node_table.h"
#include "coordinator/commands/report/data/run_timeline.h"
#include "coordinator/commands/report/data/same_contents.h"
#include "coordinator/commands/report/data/sample_pictures.h"
#include "coordinator/ledger/measured_rows.h"
#include "coordinator/ledger/schema.h"
#include "coordinator/measure/host_table.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// Rows that are read at once: a writer's log can begin anew some times a second.
constexpr std::int64_t kPage = 50'000;
/// A run that has taken fewer samples of itself tells more by its rows.
constexpr std::size_t kFewSamples = 10;
/// Of these many candidates each, one picture is shown at most: files may be gone, or no pictures.
constexpr std::size_t kCandidates = 5;

std::optional<milliseconds> optional_time(Statement& from) {
  const auto number = from.optional_number();
  if (!number) return std::nullopt;
  return milliseconds(std::clamp<std::int64_t>(*number, 0, INT32_MAX));
}

std::vector<PastRun> read_runs(Database& database, std::size_t most) {
  Statement select(database,
                   "SELECT run, started_at, ended_at, ending, saved, kept, skipped, failed, bytes, "
                   "command, told FROM runs ORDER BY run DESC LIMIT ?");
  select.bind(static_cast<std::int64_t>(most));
  std::vector<PastRun> runs;
  while (select.step()) {
    PastRun& run = runs.emplace_back();
    run.number = select.number();
    run.started_at = ledger_time(select.number());
    if (const auto ended = select.optional_number()) run.ended_at = ledger_time(*ended);
    run.state = select.optional_text().value_or("killed");
    run.saved = select.optional_count();
    run.kept = select.optional_count();
    run.skipped = select.optional_count();
    run.failed = select.optional_count();
    run.bytes = select.optional_count();
    run.command = select.optional_text();
    run.told = select.optional_text();
  }
  return runs;
}

std::string temporary_folder() {
  std::error_code none;
  const auto folder = std::filesystem::temp_directory_path(none);
  return none ? "/tmp" : folder.string();
}

/// Whether a saved row may be that of a picture which browsers show.
bool may_be_picture(std::string_view content_type, std::string_view file_name) {
  static constexpr std::string_view kEndings[] = {"jpg",  "jpeg", "png", "gif",
                                                  "webp", "avif", "bmp"};
  if (content_type.starts_with("image/")) return !content_type.starts_with("image/svg");
  return std::ranges::find(kEndings, extension_of_path(file_name)) != std::end(kEndings);
}

/// All that comes of the pass over the rows.
class Pass {
 public:
  Pass(ReportData& data, const ReportLimits& limits, WallTime now)
      : data_(data),
        limits_(limits),
        last_run_(data.runs.empty() ? nullptr : &data.runs[0]),
        timeline_(last_run_ ? last_run_->started_at : now,
                  last_run_ ? last_run_->ended_at.value_or(now) : now),
        failures_(limits.examples),
        contents_(temporary_folder()),
        pictures_(limits.pictures * kCandidates) {
    if (last_run_ && !last_run_->ended_at) {
      for (auto* count : {&last_run_->saved, &last_run_->failed, &last_run_->bytes}) *count = 0;
    }
  }

  void read(Database& database) {
    const std::int64_t last = database.query_number("SELECT max(row) FROM links");
    Statement page(
        database,
        "SELECT row, run, url, status, bytes, error, http_status, attempts, "
        "first_byte_ms, duration_ms, requests, started_at, sha256, message, node, "
        "content_type, file_name FROM links WHERE row>? AND row<=? ORDER BY row LIMIT ?");
    std::int64_t row = 0;
    for (bool more = true; more;) {
      more = false;
      page.bind(row).bind(last).bind(kPage);
      while (page.step()) {
        more = true;
        row = add(page);
      }
      page.reset();
    }
  }

  void finish() {
    add_hosts();
    data_.nodes = nodes_.take(limits_.nodes, data_.more_nodes);
    data_.failures = failures_.take();
    add_worst_hosts();
    if (data_.samples.size() < kFewSamples) {
      data_.samples = timeline_.samples();
      data_.samples_are_guessed = true;
    }
  }

  [[nodiscard]] SameContents& contents() { return contents_; }
  [[nodiscard]] const RowSample& pictures() const { return pictures_; }

 private:
  std::int64_t add(Statement& from) {
    const std::int64_t row = from.number();
    const bool of_last_run = from.number() == (last_run_ ? last_run_->number : 0);
    const std::string_view url = from.text();
    record_.url->assign(url);
    record_.status = from.text() == name(Status::saved) ? Status::saved : Status::failed;
    record_.bytes = from.optional_count();
    const std::string_view error = from.text();
    record_.error = error_class(error);
    record_.http_status.reset();
    if (const auto status = from.optional_number()) record_.http_status = static_cast<int>(*status);
    record_.attempts = static_cast<int>(from.number());
    record_.times.first_byte = optional_time(from);
    record_.times.duration = optional_time(from);
    // Rows of older fanfetches do not say, and --adopt needs none: the table counts them so.
    record_.requests = std::max<std::uint64_t>(from.optional_count().value_or(0), 1);
    hosts_.add(record_);
    const WallTime ended =
        ledger_time(from.number()) + record_.times.duration.value_or(milliseconds(0));
    const auto digest = from.blob();
    const std::string_view message = from.text();
    nodes_.add(from.text(), record_.status == Status::saved, record_.bytes.value_or(0));
    if (record_.status == Status::saved) {
      add_saved(row, of_last_run, ended, digest, from);
    } else {
      failures_.add({.error = error,
                     .url = url,
                     .message = message,
                     .http_status = record_.http_status.value_or(0),
                     .attempts = record_.attempts});
      add_failed(of_last_run, ended);
    }
    return row;
  }

  void add_saved(std::int64_t row, bool of_last_run, WallTime ended,
                 std::span<const std::uint8_t> digest, Statement& from) {
    const std::uint64_t bytes = record_.bytes.value_or(0);
    ++data_.saved;
    data_.bytes += bytes;
    data_.sizes.add(bytes);
    if (Sha256Digest whole; digest.size() == whole.size()) {
      std::ranges::copy(digest, whole.begin());
      contents_.add(whole, bytes, row);
    }
    if (of_last_run) {
      timeline_.add_saved(ended, bytes);
      if (!last_run_->ended_at) {
        ++*last_run_->saved;
        *last_run_->bytes += bytes;
      }
    }
    if (bytes == 0 || bytes > limits_.picture_bytes || limits_.pictures == 0) return;
    const std::string_view content_type = from.text();
    if (may_be_picture(content_type, from.text())) pictures_.add(row);
  }

  void add_failed(bool of_last_run, WallTime ended) {
    ++data_.failed;
    if (!of_last_run) return;
    timeline_.add_failed(ended);
    if (!last_run_->ended_at) ++*last_run_->failed;
  }

  void add_hosts() {
    auto all = hosts_.biggest();
    data_.hosts_in_all = hosts_.size();
    std::ranges::sort(all, [](const auto& a, const auto& b) {
      const std::uint64_t links_a = a.second->files + a.second->failed;
      const std::uint64_t links_b = b.second->files + b.second->failed;
      if (links_a != links_b) return links_a > links_b;
      return a.second->bytes != b.second->bytes ? a.second->bytes > b.second->bytes
                                                : a.first < b.first;
    });
    data_.rest = hosts_.rest();
    for (const auto& [host, sums] : all) {
      if (data_.hosts.size() < limits_.hosts) {
        data_.hosts.push_back({std::string(host), *sums});
      } else {
        data_.rest.add(*sums);
      }
    }
    data_.more_hosts = data_.hosts_in_all - data_.hosts.size();
  }

  void add_worst_hosts() {
    std::map<std::string_view, std::map<std::string_view, std::uint64_t>> by_class;
    for (const auto& [host, sums] : hosts_.biggest()) {
      for (const FailureKind& kind : sums->failures) by_class[name(kind.error)][host] += kind.count;
    }
    for (FailureClass& failure : data_.failures) {
      if (!failure.known) continue;
      std::vector<std::pair<std::string, std::uint64_t>> worst;
      for (const auto& [host, count] : by_class[failure.name]) worst.emplace_back(host, count);
      std::ranges::stable_sort(worst, std::ranges::greater(),
                               [](const auto& one) { return one.second; });
      if (worst.size() > limits_.worst_hosts) worst.resize(limits_.worst_hosts);
      failure.worst_hosts = std::move(worst);
    }
  }

  ReportData& data_;
  const ReportLimits& limits_;
  PastRun* const last_run_;  // nullptr: none has begun
  RunTimeline timeline_;
  HostTable hosts_;
  NodeTable nodes_;
  FailureClasses failures_;
  SameContents contents_;
  RowSample pictures_;
  Record record_{.url = std::string()};  // of a row; its texts keep their room
};

void add_duplicates(Database& database, SameContents& contents, std::size_t most,
                    ReportData& data) {
  auto found = contents.find(most);
  if (!found) {
    data.duplicates_problem = std::move(found.error().message);
    return;
  }
  Duplicates& shown = data.duplicates.emplace();
  shown.files = found->files;
  shown.bytes = found->bytes;
  shown.contents = found->contents;
  Statement name_of(database, "SELECT file_name FROM links WHERE row=?");
  for (const SameContents::Group& group : found->biggest) {
    SameContent& content = shown.biggest.emplace_back();
    content.files = group.files;
    content.bytes = group.bytes;
    for (const std::int64_t row : group.rows) {
      if (name_of.bind(row).step()) content.names.emplace_back(name_of.text());
      name_of.reset();
    }
  }
}

/// `rows` in an order in which the first ones already are of all parts of the list.
std::vector<std::int64_t> spread(const std::vector<std::int64_t>& rows) {
  std::vector<std::int64_t> ordered;
  for (std::size_t first = 0; first < kCandidates; ++first) {
    for (std::size_t i = first; i < rows.size(); i += kCandidates) ordered.push_back(rows[i]);
  }
  return ordered;
}

void add_pictures(Database& database, const RowSample& candidates, const ReportLimits& limits,
                  ReportData& data) {
  if (limits.pictures == 0) return;
  const UniqueFd folder(::open(data.output.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return;  // a ledger whose folder is elsewhere
  Statement select(database, "SELECT file_name, bytes, mtime_ns, url FROM links WHERE row=?");
  std::uint64_t room = limits.all_picture_bytes;
  std::map<std::int64_t, SamplePicture> pictures;  // in the order of their rows
  for (const std::int64_t row : spread(candidates.rows())) {
    if (pictures.size() >= limits.pictures) break;
    std::optional<SamplePicture> picture;
    if (select.bind(row).step()) {
      const std::string name(select.text());
      const std::uint64_t bytes = select.optional_count().value_or(0);
      const FileStamp stamp{.size = bytes, .mtime_ns = select.number()};
      if (bytes <= limits.picture_bytes && base64_size(bytes) <= room) {
        picture = read_picture(folder.get(), name, stamp);
      }
      if (picture) picture->url = select.text();
    }
    select.reset();
    if (!picture) continue;
    room -= base64_size(picture->bytes.size());
    pictures.emplace(row, std::move(*picture));
  }
  for (auto& [row, picture] : pictures) data.pictures.push_back(std::move(picture));
}

}  // namespace

Result<ReportData> gather_report(History& history, const RunFolder& folder, WallTime now,
                                 const ReportLimits& limits) {
  ReportData data{.output = folder.output, .ledger = folder.ledger, .at = now};
  Database& database = history.database();
  const RunLook look = look_at_run(history, folder);
  data.runs = read_runs(database, std::max<std::size_t>(limits.runs, 1));
  if (!data.runs.empty()) {
    const auto all = static_cast<std::uint64_t>(database.query_number("SELECT count(*) FROM runs"));
    data.more_runs = all - std::min<std::uint64_t>(all, data.runs.size());
    if (look.last_run) data.runs[0].state = look.last_run->state;
    data.samples = read_samples(database, data.runs[0].number);
  }
  history.stop_looking();

  Pass pass(data, limits, now);
  pass.read(database);
  pass.finish();
  add_duplicates(database, pass.contents(), limits.contents, data);
  add_pictures(database, pass.pictures(), limits, data);
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return data;
}

}  // namespace fanfetch
