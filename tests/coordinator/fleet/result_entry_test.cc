#include "coordinator/fleet/result_entry.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

ResultEntry saved() {
  ResultEntry entry;
  entry.id = link_id(sha256("x"));
  entry.node = "node-1";
  Record& record = entry.record;
  record.index = 5;
  record.url = "http://a.test/x";
  record.status = Status::saved;
  record.file_name = "a.test/x";
  record.bytes = 10;
  record.sha256 = sha256("body");
  record.http_status = 200;
  record.attempts = 2;
  record.requests = 3;
  return entry;
}

ResultEntry failed() {
  ResultEntry entry = saved();
  entry.record.status = Status::failed;
  entry.record.file_name.reset();
  entry.record.error = ErrorClass::http_4xx;
  entry.record.retryable = false;
  entry.record.message = "it is gone: 404";
  return entry;
}

FleetFields with(FleetFields fields, const std::string& name, const std::string& value) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  fields.emplace_back(name, value);
  return fields;
}

bool is_result(const FleetFields& fields) { return decode_result(fields).has_value(); }

TEST(ResultEntry, ComesBackAsItWas) {
  ResultEntry entry = saved();
  Record& record = entry.record;
  record.content_type = "image/jpeg";
  record.final_url = "http://b.test/x";
  record.etag = "\"e\"";
  record.last_modified = "yesterday";
  record.message = std::string("\xFF\0", 2);
  record.started_at = WallTime(milliseconds(1'700'000'000'123));
  record.times = {.duration = milliseconds(1),
                  .waited = milliseconds(2),
                  .dns = milliseconds(3),
                  .connect = milliseconds(4),
                  .tls = milliseconds(5),
                  .first_byte = milliseconds(0)};
  const auto back = decode_result(encode(entry));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->id, entry.id);
  EXPECT_EQ(back->node, "node-1");
  const Record& same = back->record;
  EXPECT_EQ(same.index, 5u);
  EXPECT_EQ(same.url, record.url);
  EXPECT_EQ(same.status, Status::saved);
  EXPECT_EQ(same.file_name, record.file_name);
  EXPECT_EQ(same.bytes, record.bytes);
  EXPECT_EQ(same.sha256, record.sha256);
  EXPECT_EQ(same.http_status, 200);
  EXPECT_EQ(same.content_type, record.content_type);
  EXPECT_EQ(same.final_url, record.final_url);
  EXPECT_EQ(same.etag, record.etag);
  EXPECT_EQ(same.last_modified, record.last_modified);
  EXPECT_EQ(same.message, record.message);
  EXPECT_EQ(same.attempts, 2);
  EXPECT_EQ(same.requests, 3u);
  EXPECT_EQ(same.started_at, record.started_at);
  EXPECT_EQ(same.times.duration, record.times.duration);
  EXPECT_EQ(same.times.waited, record.times.waited);
  EXPECT_EQ(same.times.dns, record.times.dns);
  EXPECT_EQ(same.times.connect, record.times.connect);
  EXPECT_EQ(same.times.tls, record.times.tls);
  EXPECT_EQ(same.times.first_byte, milliseconds(0));
  EXPECT_FALSE(same.error || same.retryable || same.duplicate_of);
}

TEST(ResultEntry, EachStatusAndClass) {
  for (int error = 0; error < kErrorClasses; ++error) {
    for (const Status status : {Status::skipped, Status::failed}) {
      ResultEntry entry = failed();
      entry.record.status = status;
      entry.record.error = static_cast<ErrorClass>(error);
      entry.record.duplicate_of = 3;
      entry.record.refused_address = "10.0.0.1";
      const auto back = decode_result(encode(entry));
      ASSERT_TRUE(back);
      EXPECT_EQ(back->record.status, status);
      EXPECT_EQ(back->record.error, entry.record.error);
      EXPECT_EQ(back->record.retryable, false);
      EXPECT_EQ(back->record.duplicate_of, 3u);
      EXPECT_EQ(back->record.refused_address, "10.0.0.1");
    }
  }
  ResultEntry kept = saved();
  kept.record.status = Status::kept;
  EXPECT_EQ(decode_result(encode(kept))->record.status, Status::kept);
  EXPECT_TRUE(has_file(encode(kept)));
  EXPECT_TRUE(has_file(encode(saved())));
  EXPECT_FALSE(has_file(encode(failed())));
}

/// What a node reports gets through, whatever its server sent.
TEST(ResultEntry, WhateverAServerSaidFits) {
  ResultEntry entry = failed();
  Record& record = entry.record;
  const std::string huge(1'000'000, 'x');
  record.url = record.content_type = record.etag = record.last_modified = record.message = huge;
  record.final_url = huge;
  record.refused_address = huge;
  record.bytes = record.requests = ~std::uint64_t{0};
  record.attempts = 2'000'000'000;
  record.http_status = 12345;
  record.started_at = WallTime::max();
  record.times.duration = milliseconds::max();
  record.times.waited = milliseconds(-1);
  const auto back = decode_result(encode(entry));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->record.message->size(), 4096u);
  EXPECT_EQ(back->record.times.waited, milliseconds(0));
  EXPECT_EQ(back->record.http_status, std::nullopt);
}

TEST(ResultEntry, WhatItMayNotHold) {
  const FleetFields good = encode(saved()), bad = encode(failed());
  ASSERT_TRUE(is_result(good) && is_result(bad));
  EXPECT_TRUE(is_result(with(good, "news", "x")));
  const std::pair<const char*, const char*> rows[] = {
      {"v", "0"},
      {"id", "12"},
      {"node", ""},
      {"node", "../x"},
      {"node", ".x"},
      {"i", "0"},
      {"st", "lost"},
      {"n", "../x"},
      {"n", ""},
      {"x", "http_4xx"},
      {"x", "nonsense"},
      {"h", "12"},
      {"c", "1000"},
      {"a", "-1"},
      {"a", "1000001"},
      {"rt", "2"},
      {"d", "0"},
      {"at", "-1"},
      {"td", "x"},
      {"b", "281474976710657"},
      {"rq", "4294967297"},
  };
  for (const auto& [name, value] : rows) {
    EXPECT_FALSE(is_result(with(good, name, value))) << name << " " << value;
  }
  EXPECT_FALSE(is_result(with(bad, "x", ""))) << "a failure has a class";
  EXPECT_FALSE(is_result({}));
}

TEST(ResultEntry, NamesOfNodes) {
  for (const char* good : {"a", "node-1", "A_b.c", "10.0.0.1"}) {
    EXPECT_TRUE(is_node_name(good)) << good;
  }
  for (const char* bad : {"", ".", "..", ".a", "a/b", "a b", "\xC3\xA4", "a:b"}) {
    EXPECT_FALSE(is_node_name(bad)) << bad;
  }
  EXPECT_TRUE(is_node_name(std::string(64, 'x')));
  EXPECT_FALSE(is_node_name(std::string(65, 'x')));
}

}  // namespace
}  // namespace fanfetch
