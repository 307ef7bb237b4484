#include "coordinator/report/csv_line.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(CsvLine, HasEveryKeyInOrder) {
  EXPECT_EQ(csv_header(),
            "index,url,status,file_name,bytes,sha256,http_status,content_type,final_url,etag,"
            "last_modified,attempts,error,retryable,message,duplicate_of,started_at,duration_ms,"
            "waited_ms,dns_ms,connect_ms,tls_ms,first_byte_ms,requests\n");
  Record record;
  record.index = 7;
  record.url = "http://h/x.jpg";
  record.status = Status::failed;
  record.file_name = "x.jpg";
  record.bytes = 12345678901234567890u;
  record.sha256 = sha256("body");
  record.http_status = 200;
  record.content_type = "image/jpeg";
  record.final_url = "http://h/y.jpg";
  record.etag = "e";
  record.last_modified = "then";
  record.attempts = 2;
  record.error = ErrorClass::http_5xx;
  record.retryable = true;
  record.message = "m";
  record.duplicate_of = 3;
  record.started_at = WallTime(1500ms);
  record.times = {.duration = 250ms, .waited = 7ms, .dns = 1ms, .tls = 3ms};
  EXPECT_EQ(to_csv_line(record),
            "7,http://h/x.jpg,failed,x.jpg,12345678901234567890,"
            "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5,"
            "200,image/jpeg,http://h/"
            "y.jpg,e,then,2,http_5xx,true,m,3,1970-01-01T00:00:01.500Z,250,7,1,,3,,0\n");
}

TEST(CsvLine, InAFleetTheNodeFollows) {
  EXPECT_TRUE(csv_header({.node = true}).ends_with(",first_byte_ms,requests,node\n"));
  Record record;
  record.node = "one-1a2b";
  EXPECT_TRUE(to_csv_line(record, {.node = true}).ends_with(",0,one-1a2b\n"));
  EXPECT_TRUE(to_csv_line({}, {.node = true}).ends_with(",0,\n"));
  EXPECT_EQ(to_csv_line(record), to_csv_line({})) << "a run without a fleet has no such key";
}

TEST(CsvLine, UnknownIsEmpty) {
  EXPECT_EQ(to_csv_line({}), "0,,failed,,,,,,,,,0,,,,,,,,,,,,0\n");
  Record record;
  record.retryable = false;
  EXPECT_EQ(to_csv_line(record), "0,,failed,,,,,,,,,0,,false,,,,,,,,,,0\n")
      << "false is not unknown";
}

TEST(CsvLine, WithoutTheKeysOfAnError) {
  EXPECT_EQ(
      csv_header(RecordKeys::of_a_file),
      "index,url,status,file_name,bytes,sha256,http_status,content_type,final_url,etag,"
      "last_modified,attempts,duplicate_of,started_at,duration_ms,waited_ms,dns_ms,connect_ms,"
      "tls_ms,first_byte_ms,requests\n");
  Record record;
  record.error = ErrorClass::disk;
  record.retryable = true;
  record.message = "m";
  EXPECT_EQ(to_csv_line(record, RecordKeys::of_a_file), "0,,failed,,,,,,,,,0,,,,,,,,,0\n");
}

TEST(CsvLine, HasTheListsOwnColumnsThatAreAskedFor) {
  Record one, other;
  one.columns = std::make_shared<const std::string>(R"({"b":"x,y","url":"u","n":null})");
  other.columns = std::make_shared<const std::string>(R"({"c":[1,"2"],"b":3})");
  ColumnKeys keys;
  for (const Record& record : {one, other, Record(), one}) add_column_keys(record, keys);
  EXPECT_EQ(keys, (ColumnKeys{"b", "src_url", "n", "c"}));
  EXPECT_TRUE(csv_header(RecordKeys::all, keys).ends_with(",requests,b,src_url,n,c\n"));
  const std::string without = to_csv_line({});
  const std::string begin = without.substr(0, without.size() - 1);
  EXPECT_EQ(to_csv_line(one, RecordKeys::all, keys), begin + ",\"x,y\",u,,\n");
  EXPECT_EQ(to_csv_line(other, RecordKeys::all, keys), begin + ",3,,,\"[1,\"\"2\"\"]\"\n");
  EXPECT_EQ(to_csv_line({}, RecordKeys::all, keys), begin + ",,,,\n");
}

std::string quoted(const std::string& url) {
  Record record;
  record.url = url;
  const std::string line = to_csv_line(record);
  const std::size_t start = line.find(',') + 1;
  return line.substr(start, line.rfind(",failed") - start);
}

TEST(CsvLine, QuotesWhereNeeded) {
  EXPECT_EQ(quoted("a b;c'd"), "a b;c'd");
  EXPECT_EQ(quoted("a,b"), "\"a,b\"");
  EXPECT_EQ(quoted("\"a\""), "\"\"\"a\"\"\"");
  EXPECT_EQ(quoted("a\nb"), "\"a\nb\"");
  EXPECT_EQ(quoted("a\rb"), "\"a\rb\"");
  EXPECT_EQ(quoted("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(quoted("a\xff,b"), "\"a\xef\xbf\xbd,b\"") << "valid UTF-8 whatever comes";
}

}  // namespace
}  // namespace fanfetch
