// libFuzzer harness of what fanfetch itself wrote, and reads again from places where others may
// have written: jobs and reports in shared memory, sidecars, the ledger, the files of results; and
// the system's files about names. Input: a byte that chooses, then the bytes. See scripts/fuzz.

#include <rapidjson/document.h>
#include <unistd.h>

#include <algorithm>

#include "common/job.h"
#include "common/utf8.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/history.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/link/packed_link.h"
#include "coordinator/report/csv_line.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/row_columns.h"
#include "tests/fuzz/fuzz_input.h"
#include "worker/store/sidecar.h"

namespace fanfetch::fuzz {
namespace {

/// What was taken is written as it was read: nothing else can have been meant.
template <class Value, class Decode>
void check_wire(std::string_view bytes, Decode decode) {
  const std::optional<Value> value = decode(bytes_of(bytes));
  if (!value) return;
  std::vector<std::byte> written(bytes.size() + 64);
  const std::size_t size = encode(*value, written);
  REQUIRE(size > 0 && size <= bytes.size());
  const auto again = decode(std::span(written).first(size));
  REQUIRE(again);
  std::vector<std::byte> twice(written.size());
  REQUIRE(encode(*again, twice) == size);
  REQUIRE(std::equal(twice.begin(), twice.begin() + static_cast<std::ptrdiff_t>(size),
                     written.begin()));
}

void check_report(std::string_view bytes) {
  check_wire<JobReport>(bytes, [](auto span) { return decode_report(span); });
  const auto report = decode_report(bytes_of(bytes));
  if (!report) return;
  REQUIRE(report->requests <= kMaxJobRequests);
  if (const auto* skipped = std::get_if<Skipped>(&report->outcome)) {
    REQUIRE(skipped->reason == ErrorClass::filtered && !skipped->duplicate_of);
  }
  if (const auto* failed = std::get_if<Failed>(&report->outcome)) {
    REQUIRE(static_cast<int>(failed->error) < kErrorClasses);
  }
}

/// `content`: of a sidecar, without the hash at its end, which no fuzzer finds.
void check_sidecar(std::string content) {
  const Sha256Digest digest = sha256(content);
  content.append(digest.begin(), digest.end());
  const std::string_view bytes = content;
  const auto sidecar = decode_sidecar(bytes_of(bytes), "part");
  if (!sidecar) return;
  REQUIRE(sidecar->part_name == "part" && is_strong_etag(sidecar->etag));
  REQUIRE(sidecar->checkpoints.size() <= kMaxCheckpoints);
  std::uint64_t last = 0;
  for (const Checkpoint& checkpoint : sidecar->checkpoints) {
    REQUIRE(checkpoint.offset > last && checkpoint.offset < sidecar->length);
    last = checkpoint.offset;
  }
  const auto written = encode(*sidecar);
  REQUIRE(std::ranges::equal(written, bytes_of(bytes)));
}

/// A sidecar that is sound, but for one byte.
void check_damaged_sidecar(Input& input) {
  Sidecar sidecar{.part_name = "part", .etag = "\"e\"", .length = 1 << 30};
  for (std::uint64_t i = input.byte() % 5; i <= 5; ++i) {
    sidecar.checkpoints.push_back({.offset = (i + 1) << 20});
  }
  auto bytes = encode(sidecar);
  const std::size_t at = (input.byte() | std::size_t{input.byte()} << 8) % bytes.size();
  const auto mask = static_cast<std::byte>(input.byte());
  bytes[at] ^= mask;
  const auto read = decode_sidecar(bytes, "part");
  REQUIRE(read.has_value() == (mask == std::byte{0}));
}

/// Anything that a record may hold is one line of JSON and one row of CSV.
void check_record(const Record& record) {
  const std::string line = to_json_line(record);
  REQUIRE(line.ends_with('\n') && line.find('\n') == line.size() - 1);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
  REQUIRE(!document.HasParseError() && document.IsObject());
  REQUIRE(document["index"].GetUint64() == record.index);
  REQUIRE(begins_with_record(line));
  REQUIRE(begins_with_record(std::string_view(line).substr(0, line.size() / 2)));

  ColumnKeys columns;
  add_column_keys(record, columns);
  const std::string table =
      csv_header(RecordKeys::all, columns) + to_csv_line(record, RecordKeys::all, columns);
  CsvParser parser(',');
  std::string_view left = table;
  REQUIRE(parser.feed(left));
  const std::size_t cells = parser.cells();
  REQUIRE(parser.feed(left) && parser.cells() == cells && left.empty());
}

Record record_of(Input& input) {
  const auto choice = input.byte();
  Record record;
  record.index = choice;
  record.status = static_cast<Status>(choice % 4);
  record.url = input.line();
  record.file_name = input.line();
  record.message = input.line();
  record.content_type = input.line();
  record.error = static_cast<ErrorClass>(choice % kErrorClasses);
  RowColumns columns;
  while (!input.empty()) {
    const std::string name = input.line();
    columns.add(name, input.line());
  }
  record.columns = std::make_shared<const std::string>(columns.finish());
  return record;
}

// --- A ledger with rows that nobody of ours has written ---

class LedgerFile {
 public:
  LedgerFile() {
    const char* folder = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    path_ = folder + ("/fanfetch-fuzz-" + std::to_string(::getpid())) + ".sqlite";
    auto opened = open_ledger(path_);
    REQUIRE(opened);
    database_ = std::move(opened->database);
    database_->exec("PRAGMA synchronous=OFF");
  }
  ~LedgerFile() {
    database_.reset();
    for (const char* end : {"", "-wal", "-shm"}) ::unlink((path_ + end).c_str());
  }

  void check_row(Input& input) {
    database_->exec("BEGIN");
    database_->exec("DELETE FROM links");
    Statement insert(
        *database_,
        "INSERT INTO links(row, link, run, place, url, status, file_name, name_key, bytes,"
        " mtime_ns, sha256, http_status, attempts, started_at, error, message, columns,"
        " final_url, planned_name, duration_ms)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    // The texts last: those that SQLite binds are lent.
    std::int64_t numbers[9] = {};
    for (std::int64_t& number : numbers) {
      const auto sign = input.byte();
      const std::uint64_t bits = sign < 64 ? sign : std::uint64_t{input.byte()} << sign % 64;
      number = static_cast<std::int64_t>(bits - (sign > 200 ? 1 : 0));
    }
    numbers[0] = std::max<std::int64_t>(numbers[0], 1);  // SQLite itself numbers rows, from 1 on
    std::string texts[9];
    for (std::string& text : texts) text = input.line();
    const auto blob = [](const std::string& text) {
      return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    insert.bind(numbers[0]).bind(blob(texts[0])).bind(numbers[1]).bind(numbers[2]);
    insert.bind(std::string_view(texts[1])).bind(std::string_view(texts[2]));
    insert.bind(std::string_view(texts[3])).bind(numbers[3]).bind(numbers[4]).bind(numbers[5]);
    insert.bind(blob(texts[4])).bind(numbers[6]).bind(numbers[7]).bind(numbers[8]);
    insert.bind(std::string_view(texts[5])).bind(std::string_view(texts[6]));
    const std::string columns = input.line();
    insert.bind(std::string_view(columns)).bind(std::string_view(texts[7]));
    insert.bind(std::string_view(texts[8])).bind(numbers[8]);
    insert.run();
    database_->exec("COMMIT");
    if (database_->take_error()) {
      database_->exec("ROLLBACK");
      (void)database_->take_error();
      return;
    }
    // The row is there, and what it says can be shown.
    auto history = History::open(path_);
    REQUIRE(history);
    int rows = 0;
    (*history)->each_row([&](const LedgerRow& row) {
      ++rows;
      check_record(row.record);
      return true;
    });
    REQUIRE((*history)->error() || rows == 1);
    (void)(*history)->saved_between(0, 1000);
  }

 private:
  std::string path_;
  std::unique_ptr<Database> database_;
};

void check_packed(Input& input) {
  Link link;
  link.index = input.byte();
  link.listed = input.line();
  const auto url = parse_url(input.line());
  if (url) link.url = *url;
  link.name = input.line();
  link.open_name = input.line();
  while (!input.empty()) link.headers.push_back(input.line());
  Link copy = link;
  const Link back = PackedLink(std::move(copy)).unpack();
  REQUIRE(back.index == link.index && back.listed == link.listed && back.name == link.name);
  REQUIRE(back.open_name == link.open_name && back.headers == link.headers);
  REQUIRE(back.url.request == link.url.request && back.url.normal == link.url.normal);
  REQUIRE(back.url.userinfo == link.url.userinfo && back.url.host == link.url.host);
  REQUIRE(back.url.path == link.url.path && back.url.port == link.url.port);
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch;
  using namespace fanfetch::fuzz;
  static LedgerFile ledger;
  Input input(data, size);
  switch (input.byte() % 8) {
    case 0: check_report(input.rest()); break;
    case 1: check_wire<Job>(input.rest(), [](auto bytes) { return decode_job(bytes); }); break;
    case 2: check_sidecar(input.rest()); break;
    case 3: check_damaged_sidecar(input); break;
    case 4: check_record(record_of(input)); break;
    case 5: (void)begins_with_record(input.rest()); break;
    case 6: ledger.check_row(input); break;
    case 7: check_packed(input); break;
  }
  return 0;
}
