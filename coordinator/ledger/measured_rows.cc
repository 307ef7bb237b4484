#include "coordinator/ledger/measured_rows.h"

#include <string>

namespace fanfetch {
namespace {

std::uint64_t count(Statement& from) { return static_cast<std::uint64_t>(from.number()); }

std::int64_t as_number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

}  // namespace

void remove_measures(Database& database, std::int64_t run, std::int64_t last_old) {
  for (const char* sql : {"DELETE FROM samples WHERE run=?1 OR run<=?2",
                          "DELETE FROM host_sums WHERE run=?1 OR run<=?2",
                          "DELETE FROM host_failures WHERE run=?1 OR run<=?2"}) {
    Statement(database, sql).bind(run).bind(last_old).run();
  }
}

void write_samples(Database& database, std::int64_t run, const RunSamples& samples) {
  Statement insert(database, "INSERT INTO samples VALUES(?,?,?,?,?,?)");
  for (const RunSample& sample : samples.all()) {
    insert.bind(run).bind(std::int64_t{sample.at.count()});
    for (const std::uint64_t one : {sample.files, sample.bytes, sample.failed, sample.in_flight}) {
      insert.bind(as_number(one));
    }
    insert.run();
  }
}

void write_hosts(Database& database, std::int64_t run, const HostTable& hosts) {
  Statement insert(database, "INSERT INTO host_sums VALUES(?,?,?,?,?,?,?,?,?,?)");
  Statement insert_kind(database, "INSERT INTO host_failures VALUES(?,?,?,?,?)");
  const auto write = [&](std::string_view host, const HostSums& sums) {
    const std::string times = sums.first_byte.counts_text();
    insert.bind(run).bind(host);
    for (const auto one : {sums.requests, sums.files, sums.bytes, sums.failed, sums.retries}) {
      insert.bind(as_number(one));
    }
    insert.bind(times).bind(std::int64_t{sums.first_byte.sum().count()});
    insert.bind(std::int64_t{sums.transfer_time.count()}).run();
    for (const FailureKind& kind : sums.failures) {
      insert_kind.bind(run).bind(host).bind(name(kind.error));
      insert_kind.bind(std::int64_t{kind.http_status}).bind(as_number(kind.count)).run();
    }
  };
  for (const auto& [host, sums] : hosts.biggest()) write(host, *sums);
  if (const HostSums rest = hosts.rest(); rest != HostSums()) write(kOtherHosts, rest);
}

std::vector<RunSample> read_samples(Database& database, std::int64_t run) {
  Statement select(database,
                   "SELECT at_ms, files, bytes, failed, in_flight FROM samples WHERE run=? "
                   "ORDER BY at_ms");
  select.bind(run);
  std::vector<RunSample> samples;
  while (select.step()) {
    RunSample& sample = samples.emplace_back();
    sample.at = std::chrono::milliseconds(select.number());
    sample.files = count(select);
    sample.bytes = count(select);
    sample.failed = count(select);
    sample.in_flight = count(select);
  }
  return samples;
}

void each_host_row(Database& database,
                   const std::function<void(std::int64_t run, std::string_view host,
                                            const HostSums& sums)>& visit) {
  Statement select(database,
                   "SELECT run, host, requests, files, bytes, failed, retries, first_byte_counts, "
                   "first_byte_ms, transfer_ms FROM host_sums ORDER BY run DESC");
  while (select.step()) {
    const std::int64_t run = select.number();
    const std::string host(select.text());
    HostSums sums;
    sums.requests = count(select);
    sums.files = count(select);
    sums.bytes = count(select);
    sums.failed = count(select);
    sums.retries = count(select);
    const std::string counts(select.text());
    sums.first_byte = FirstByteTimes::read(counts, std::chrono::milliseconds(select.number()));
    sums.transfer_time = std::chrono::milliseconds(select.number());
    visit(run, host, sums);
  }
}

}  // namespace fanfetch
