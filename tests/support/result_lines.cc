#include "tests/support/result_lines.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <stdexcept>

namespace fanfetch::support {
namespace {

[[noreturn]] void complain(std::string_view line, std::string_view what) {
  throw std::runtime_error(fmt::format("bad results line ({}): {}", what, line));
}

/// Reads members of one line; errors name the member.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {
    document_.Parse(line.data(), line.size());
    if (document_.HasParseError() || !document_.IsObject()) complain(line, "not a JSON object");
  }

  [[nodiscard]] std::optional<std::string> text(const char* key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->IsString()) complain(line_, key);
    return std::string(value->GetString(), value->GetStringLength());
  }
  [[nodiscard]] std::optional<std::int64_t> number(const char* key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->IsInt64()) complain(line_, key);
    return value->GetInt64();
  }
  [[nodiscard]] std::optional<bool> boolean(const char* key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->IsBool()) complain(line_, key);
    return value->GetBool();
  }
  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& member : document_.GetObject()) names.emplace_back(member.name.GetString());
    return names;
  }

 private:
  /// nullopt: absent or null. Tests check that all keys are there.
  [[nodiscard]] const rapidjson::Value* find(const char* key) const {
    const auto member = document_.FindMember(key);
    return member == document_.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
  }

  std::string_view line_;
  rapidjson::Document document_;
};

ResultLine parse_line(std::string_view line) {
  const LineReader reader(line);
  ResultLine result;
  result.index = reader.number("index").value_or(0);
  result.status = reader.text("status").value_or("");
  result.url = reader.text("url");
  result.file_name = reader.text("file_name");
  result.sha256 = reader.text("sha256");
  result.content_type = reader.text("content_type");
  result.final_url = reader.text("final_url");
  result.etag = reader.text("etag");
  result.last_modified = reader.text("last_modified");
  result.error = reader.text("error");
  result.message = reader.text("message");
  result.started_at = reader.text("started_at");
  result.bytes = reader.number("bytes");
  result.http_status = reader.number("http_status");
  result.duplicate_of = reader.number("duplicate_of");
  result.duration_ms = reader.number("duration_ms");
  result.waited_ms = reader.number("waited_ms");
  result.dns_ms = reader.number("dns_ms");
  result.connect_ms = reader.number("connect_ms");
  result.tls_ms = reader.number("tls_ms");
  result.first_byte_ms = reader.number("first_byte_ms");
  result.requests = reader.number("requests");
  result.retryable = reader.boolean("retryable");
  result.attempts = reader.number("attempts").value_or(-1);
  result.keys = reader.keys();
  return result;
}

}  // namespace

std::vector<ResultLine> parse_result_lines(std::string_view text) {
  std::vector<ResultLine> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) complain(text, "no newline at its end");
    lines.push_back(parse_line(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace fanfetch::support
