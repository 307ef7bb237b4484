#include "coordinator/report/jsonl_log.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

Record full_record() {
  Record record;
  record.index = 7;
  record.url = "http://***@h/x.jpg";
  record.status = Status::saved;
  record.file_name = "x.jpg";
  record.bytes = 12345678901234567890u;
  record.sha256 = sha256("body");
  record.http_status = 200;
  record.content_type = "image/jpeg";
  record.final_url = "http://h/y.jpg";
  record.etag = "\"e\"";
  record.last_modified = "Thu, 01 Jan 1970 00:00:00 GMT";
  record.attempts = 2;
  record.error = ErrorClass::http_5xx;
  record.retryable = true;
  record.message = "m";
  record.duplicate_of = 3;
  record.started_at = WallTime(1500ms);
  record.times = {
      .duration = 250ms, .waited = 7ms, .dns = 1ms, .connect = 2ms, .tls = 3ms, .first_byte = 4ms};
  record.requests = 5;
  record.refused_address = "10.0.0.1";
  return record;
}

TEST(JsonLine, HasEveryKeyInOrder) {
  EXPECT_EQ(to_json_line(full_record()),
            R"({"index":7,"url":"http://***@h/x.jpg","status":"saved","file_name":"x.jpg",)"
            R"("bytes":12345678901234567890,"sha256":)"
            R"("230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5",)"
            R"("http_status":200,)"
            R"("content_type":"image/jpeg","final_url":"http://h/y.jpg","etag":"\"e\"",)"
            R"("last_modified":"Thu, 01 Jan 1970 00:00:00 GMT","attempts":2,"error":"http_5xx",)"
            R"("retryable":true,"message":"m","duplicate_of":3,)"
            R"("started_at":"1970-01-01T00:00:01.500Z","duration_ms":250,"waited_ms":7,"dns_ms":1,)"
            R"("connect_ms":2,"tls_ms":3,"first_byte_ms":4,"requests":5})"
            "\n");
}

TEST(JsonLine, InAFleetTheNodeFollows) {
  Record record = full_record();
  const std::string without = to_json_line(record);
  record.node = "one-1a2b";
  EXPECT_EQ(to_json_line(record), without) << "a run without a fleet has no such key";
  EXPECT_TRUE(to_json_line(record, {.node = true})
                  .ends_with(R"("requests":5,"node":"one-1a2b"})"
                             "\n"));
  EXPECT_TRUE(to_json_line({}, {.node = true})
                  .ends_with(R"("requests":0,"node":null})"
                             "\n"));
}

TEST(JsonLine, IsKnownByItsBeginning) {
  Record odd;
  odd.index = 18446744073709551615u;
  odd.url = "http://h/\"\\\n\",\"status\":";
  for (const Record& record : {Record(), full_record(), odd}) {
    const std::string line = to_json_line(record);
    for (const std::string& text : {line, line + line, line.substr(0, 60), line.substr(0, 14)}) {
      EXPECT_TRUE(begins_with_record(text)) << text;
    }
  }
  for (const char* text :
       {"", "{", "http://h/a.jpg\n", "\xff\xd8\xff\xe0", "[{\"index\":1}]",
        " {\"index\":1,\"url\":null", "{\"url\":\"http://h/a.jpg\"}\n",
        "{\"index\":1,\"link\":\"http://h/a.jpg\"}\n", "{\"index\":1,\"url\":\"http://h/a.jpg\"}\n",
        "{\"index\":1,\"url\":\"http://h/a.jpg\n\"",
        "{\"index\":1,\"url\":\"http://h/a.jpg\",\"status\":\"open\"}\n",
        "{\"index\":\"1\",\"url\":\"http://h/a.jpg\",\"status\":\"saved\"}\n"}) {
    EXPECT_FALSE(begins_with_record(text)) << text;
  }
}

TEST(JsonLine, TheListsOwnColumnsComeLast) {
  Record record;
  const std::string without = to_json_line(record);
  record.columns = std::make_shared<const std::string>(
      R"({"a":"x\"\n","n":1.50,"url":null,"o":{"k":[true,-2e300]},"url":"2","a":[]})");
  EXPECT_EQ(to_json_line(record),
            without.substr(0, without.size() - 2) +
                R"(,"a":"x\"\n","n":1.50,"src_url":null,"o":{"k":[true,-2e300]},"src_url_2":"2",)"
                R"("src_a":[]})"
                "\n");
  record.columns = std::make_shared<const std::string>("{}");
  EXPECT_EQ(to_json_line(record), without);
}

TEST(JsonLine, UnknownIsNull) {
  EXPECT_EQ(
      to_json_line({}),
      R"({"index":0,"url":null,"status":"failed","file_name":null,"bytes":null,"sha256":null,)"
      R"("http_status":null,"content_type":null,"final_url":null,"etag":null,)"
      R"("last_modified":null,"attempts":0,"error":null,"retryable":null,"message":null,)"
      R"("duplicate_of":null,"started_at":null,"duration_ms":null,"waited_ms":null,"dns_ms":null,)"
      R"("connect_ms":null,"tls_ms":null,"first_byte_ms":null,"requests":0})"
      "\n");
}

TEST(JsonLine, IsValidWhateverTheRecordHolds) {
  Record record;
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  record.url = all;
  record.etag =
      "\xed\xa0\x80\xc0\x80\xf5\x80\x80\x80\xe2\x82";  // surrogate, overlong, too big, cut
  record.message = "caf\xc3\xa9 \xf0\x9f\x98\x80";
  const std::string line = to_json_line(record);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
  ASSERT_FALSE(document.HasParseError()) << line;
  EXPECT_STREQ(document["message"].GetString(), "caf\xc3\xa9 \xf0\x9f\x98\x80");
  const std::string etag = document["etag"].GetString();
  EXPECT_EQ(etag.size(), 11u * 3) << "one U+FFFD for each bad byte";
  EXPECT_EQ(document["url"].GetStringLength(), 128u + 128 * 3);
}

TEST(JsonLine, SteersNoTerminalAndLosesNothing) {
  Record record;
  record.url = "http://h/\x1b]0;x\x07\x7f\xc2\x9b\xe2\x80\xae";
  record.columns = std::make_shared<const std::string>(
      "{\"k\xe2\x81\xa6\":\"\xe2\x80\x8f\",\"o\":{\"\xef\xbb\xbf\":[\"\xf3\xa0\x80\x81\"]}}");
  const std::string line = to_json_line(record);
  EXPECT_TRUE(std::all_of(line.begin(), line.end() - 1, [](char c) {
    return c >= ' ' && c < 0x7f;
  })) << line;
  rapidjson::Document document;
  document.Parse(line.data(), line.size());
  ASSERT_FALSE(document.HasParseError()) << line;
  EXPECT_EQ(document["url"].GetString(), *record.url);
  EXPECT_STREQ(document["k\xe2\x81\xa6"].GetString(), "\xe2\x80\x8f");
  EXPECT_STREQ(document["o"]["\xef\xbb\xbf"][0].GetString(), "\xf3\xa0\x80\x81");
}

class JsonlLogTest : public testing::Test {
 protected:
  JsonlLogTest() {
    std::string pattern = testing::TempDir() + "jsonl-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~JsonlLogTest() override { std::filesystem::remove_all(folder_); }

  static std::string content(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
};

TEST_F(JsonlLogTest, ReplacesTheFileAndWritesOnFlush) {
  const auto path = folder_ / "r.jsonl";
  std::ofstream(path) << "old\n";
  auto log = JsonlLog::open(path.string());
  ASSERT_TRUE(log);
  EXPECT_FALSE(log->to_stdout());
  log->add(full_record());
  log->add({});
  EXPECT_EQ(content(path), "");
  EXPECT_EQ(log->flush(), 0);
  EXPECT_EQ(content(path), to_json_line(full_record()) + to_json_line({}));
  EXPECT_EQ(log->flush(), 0);
  EXPECT_EQ(content(path), to_json_line(full_record()) + to_json_line({})) << "each once";
}

TEST_F(JsonlLogTest, ErrorsAreReported) {
  const auto log = JsonlLog::open((folder_ / "missing" / "r.jsonl").string());
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("No such file"), std::string::npos) << log.error().message;
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  auto full = JsonlLog::open("/dev/full");
  ASSERT_TRUE(full);
  full->add({});
  EXPECT_EQ(full->flush(), ENOSPC);
}

TEST_F(JsonlLogTest, DashIsStdout) {
  auto log = JsonlLog::open("-");
  ASSERT_TRUE(log);
  EXPECT_TRUE(log->to_stdout());
  testing::internal::CaptureStdout();
  log->add(full_record());
  EXPECT_EQ(log->flush(), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), to_json_line(full_record()));
}

}  // namespace
}  // namespace fanfetch
