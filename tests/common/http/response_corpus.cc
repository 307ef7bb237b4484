#include "tests/common/http/response_corpus.h"

#include <fmt/format.h>

#include <vector>

namespace fanfetch {
namespace {

using Problem = ResponseReader::Problem;
using Entries = std::vector<CorpusEntry>;

/// A whole response whose five bytes of body are framed by a length.
std::string with_line(std::string_view line) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: 5\r\n\r\nhello", line);
}

/// A response with this head (line ends included) and what follows it.
std::string raw(std::string_view lines, std::string_view rest) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}\r\n{}", lines, rest);
}

CorpusEntry good(std::string name, std::string bytes) {
  return {.name = std::move(name), .bytes = std::move(bytes), .body = "hello"};
}

CorpusEntry bad_head(std::string name, std::string bytes, Problem problem = Problem::protocol) {
  return {.name = std::move(name),
          .bytes = std::move(bytes),
          .problem = problem,
          .status = 0,
          .length_verified = false,
          .keeps_connection = false};
}

CorpusEntry bad_body(std::string name, std::string bytes, std::string body, Problem problem) {
  return {.name = std::move(name),
          .bytes = std::move(bytes),
          .problem = problem,
          .body = std::move(body),
          .length_verified = false,
          .keeps_connection = false};
}

CorpusEntry until_close(std::string name, std::string bytes, std::string body) {
  return {.name = std::move(name),
          .bytes = std::move(bytes),
          .body = std::move(body),
          .length_verified = false,
          .keeps_connection = false};
}

void add_status_lines(Entries& all) {
  const auto response = [](std::string_view line) {
    return fmt::format("{}Content-Length: 5\r\n\r\nhello", line);
  };
  for (const std::string_view line :
       {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\n", "HTTP/1.1 200 \r\n", "HTTP/1.1 200\r\n",
        "HTTP/1.1 200\n", "HTTP/1.1 200  OK\r\n", "HTTP/1.1 200 \xff\xfe\r\n",
        "HTTP/1.1 200 OK: fine\r\n", "HTTP/1.1 200 a\tb\r\n"}) {
    all.push_back(good(fmt::format("status line {:?}", line), response(line)));
  }
  for (const std::string_view line : {"HTTP/1.1 20 OK\r\n",
                                      "HTTP/1.1 2000 OK\r\n",
                                      "HTTP/1.1 2x0 OK\r\n",
                                      "HTTP/1.1 099 OK\r\n",
                                      "HTTP/1.1 600 OK\r\n",
                                      "HTTP/1.1 999 OK\r\n",
                                      "HTTP/1.1 000 OK\r\n",
                                      "HTTP/1.1 -20 OK\r\n",
                                      "HTTP/1.1 +20 OK\r\n",
                                      "HTTP/1.1  200 OK\r\n",
                                      "HTTP/1.1\t200 OK\r\n",
                                      "HTTP/1.1 200\tOK\r\n",
                                      "HTTP/1.1 200OK\r\n",
                                      "HTTP/1.1 OK\r\n",
                                      "HTTP/1.1\r\n",
                                      "HTTP/1.1 \r\n",
                                      "HTTP/2 200 OK\r\n",
                                      "HTTP/2.0 200 OK\r\n",
                                      "HTTP/3 200 OK\r\n",
                                      "HTTP/1.2 200 OK\r\n",
                                      "HTTP/1 200 OK\r\n",
                                      "HTTP/0.9 200 OK\r\n",
                                      "HTTP/11 200 OK\r\n",
                                      "HTTP/1.10 200 OK\r\n",
                                      "HTTP/01.1 200 OK\r\n",
                                      "http/1.1 200 OK\r\n",
                                      "HTTPS/1.1 200 OK\r\n",
                                      "ICY 200 OK\r\n",
                                      "200 OK\r\n",
                                      " HTTP/1.1 200 OK\r\n",
                                      "\r\nHTTP/1.1 200 OK\r\n",
                                      "\nHTTP/1.1 200 OK\r\n",
                                      "GET / HTTP/1.1\r\n",
                                      "<html>\r\n",
                                      "SSH-2.0-OpenSSH_9.2\r\n",
                                      "220 ftp.example.org ready\r\n",
                                      "HTTP/1.1 200 O\rK\r\n",
                                      "HTTP/1.1 101 Switching Protocols\r\n"}) {
    all.push_back(bad_head(fmt::format("status line {:?}", line), response(line)));
  }
  auto old = good("HTTP/1.0", response("HTTP/1.0 200 OK\r\n"));
  old.keeps_connection = false;
  all.push_back(old);
  all.push_back(
      good("HTTP/1.0 keep-alive", response("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n")));
  for (const int status : {201, 202, 203, 206, 226, 300, 301, 302, 303, 307, 308, 400, 401, 403,
                           404, 407, 410, 416, 418, 429, 451, 499, 500, 502, 503, 504, 511, 599}) {
    auto entry =
        good(fmt::format("status {}", status), response(fmt::format("HTTP/1.1 {} x\r\n", status)));
    entry.status = status;
    all.push_back(entry);
  }
  for (const int status : {204, 304}) {
    all.push_back({.name = fmt::format("status {} has no body", status),
                   .bytes = fmt::format("HTTP/1.1 {} x\r\nContent-Length: 5\r\n\r\nhello", status),
                   .status = status,
                   .behind = "hello"});
  }
  for (const int status : {100, 102, 103, 199}) {
    all.push_back(good(fmt::format("informational {}", status),
                       fmt::format("HTTP/1.1 {} x\r\nLink: <a>\r\n\r\n", status) + with_line("")));
  }
  all.push_back(
      good("three informational ones",
           "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\n\r\nHTTP/1.1 103\n\n" + with_line("")));
  all.push_back(
      bad_head("an informational one alone", "HTTP/1.1 100 Continue\r\n\r\n", Problem::truncated));
  all.push_back(
      bad_head("garbage behind an informational one", "HTTP/1.1 100 x\r\n\r\nhello there\r\n\r\n"));
}

void add_fields(Entries& all) {
  for (const std::string_view line : {"A: b\r\n",
                                      "A:b\r\n",
                                      "A: b\n",
                                      "A:\r\n",
                                      "A: \r\n",
                                      "A:\t b \t\r\n",
                                      "A : b\r\n",
                                      "A\t: b\r\n",
                                      "A: b: c\r\n",
                                      "A: \xc3\xa4\r\n",
                                      "A: \xff\r\n",
                                      "A: \x01\x02\r\n",
                                      "A: \x7f\r\n",
                                      "A: b\r\n c\r\n",
                                      "A: b\r\n\tc\r\n",
                                      "A: b\n c\n",
                                      "A:\r\n b\r\n",
                                      "A: b\r\n \r\n",
                                      "A: b\r\n  c\r\n\t d\r\n",
                                      "!#$%&'*+-.^_`|~09aZ: b\r\n",
                                      "A: b\r\nA: c\r\n",
                                      "content-type: x\r\n",
                                      "CONTENT-TYPE: x\r\n",
                                      "A: \"b\r\n"}) {
    all.push_back(good(fmt::format("field {:?}", line), with_line(line)));
  }
  for (const std::string_view line : {" A: b\r\n",
                                      "\tA: b\r\n",
                                      " Content-Length: 5\r\n",
                                      "A\r\n",
                                      "A b\r\n",
                                      ": b\r\n",
                                      " : b\r\n",
                                      "A b: c\r\n",
                                      "A\r: b\r\n",
                                      "A: b\rc\r\n",
                                      "A: b\r\r\n",
                                      "(A): b\r\n",
                                      "A,: b\r\n",
                                      "A;: b\r\n",
                                      "A/: b\r\n",
                                      "A@: b\r\n",
                                      "A[]: b\r\n",
                                      "\xc3\xa4: b\r\n",
                                      "A\x7f: b\r\n",
                                      "A\x01: b\r\n",
                                      "\"A\": b\r\n",
                                      "A={}: b\r\n",
                                      "HTTP/1.1 200 OK\r\n"}) {
    all.push_back(bad_head(fmt::format("field {:?}", line), with_line(line)));
  }
  for (const std::string_view line : {"Content-Length: 5\x01\r\n",
                                      "Content-Length: \x0b"
                                      "5\r\n",
                                      "Transfer-Encoding: \x0b"
                                      "chunked\r\n",
                                      "Transfer-Encoding: chunked\x7f\r\n"}) {
    all.push_back(bad_head(fmt::format("field {:?}", line), with_line(line)));
  }
  using namespace std::string_literals;
  all.push_back(bad_head("NUL in a value", with_line("A: b\0c\r\n"s)));
  all.push_back(bad_head("NUL in a name", with_line("A\0: c\r\n"s)));
  all.push_back(good("a line of 60 KiB", with_line("A: " + std::string(60 * 1024, 'x') + "\r\n")));
  all.push_back(
      bad_head("a line of 65 KiB", with_line("A: " + std::string(65 * 1024, 'x') + "\r\n")));
  all.push_back(
      bad_head("a line of 103 KB", with_line("A: " + std::string(103'000, 'x') + "\r\n")));
  all.push_back(
      bad_head("a line without end", "HTTP/1.1 200 OK\r\nA: " + std::string(300 * 1024, 'x')));
  std::string lines;
  for (int i = 0; i < 250; ++i) lines += fmt::format("A{}: b\r\n", i);
  all.push_back(good("250 lines", with_line(lines)));
  for (int i = 0; i < 10; ++i) lines += fmt::format("B{}: b\r\n", i);
  all.push_back(bad_head("260 lines", with_line(lines)));
  lines.clear();
  for (int i = 0; i < 10; ++i) lines += fmt::format("A{}: {}\r\n", i, std::string(30 * 1024, 'x'));
  all.push_back(bad_head("a head of 300 KiB", with_line(lines)));
}

void add_lengths(Entries& all) {
  const auto with_length = [](std::string_view value) {
    return raw(fmt::format("Content-Length:{}\r\n", value), "hello");
  };
  for (const std::string_view value :
       {" 5", "5", "\t5\t", " 5 ", " 005", " 0000000000000000000000005", " 5, 5", " 5,5,5",
        " 5\r\nContent-Length: 5", " 5\r\nCONTENT-LENGTH: 05"}) {
    all.push_back(good(fmt::format("length {:?}", value), with_length(value)));
  }
  for (const std::string_view value : {"",
                                       " ",
                                       " 0x5",
                                       " 5abc",
                                       " +5",
                                       " -5",
                                       " 5.0",
                                       " 5 0",
                                       " 1\r\n 0",
                                       " 5e0",
                                       " five",
                                       " \xd9\xa5",
                                       " 5, 6",
                                       " 5,",
                                       " ,5",
                                       " 5;",
                                       " 5\r\nContent-Length: 6",
                                       " 6\r\nContent-Length: 5",
                                       " 5\r\nContent-Length: x",
                                       " 5\r\nContent-Length:",
                                       " '5'",
                                       " \"5\""}) {
    all.push_back(
        bad_body(fmt::format("length {:?}", value), with_length(value), "", Problem::protocol));
  }
  for (const std::string_view value : {" 9223372036854775808", " 18446744073709551615",
                                       " 18446744073709551616", " 99999999999999999999999999"}) {
    all.push_back(
        bad_body(fmt::format("length {:?}", value), with_length(value), "", Problem::too_large));
  }
  all.push_back(bad_body("length 2^63 - 1", with_length(" 9223372036854775807"), "hello",
                         Problem::truncated));
  all.push_back({.name = "length 0", .bytes = raw("Content-Length: 0\r\n", "")});
  all.push_back({.name = "length 0 with a body",
                 .bytes = raw("Content-Length: 0\r\n", "hello"),
                 .behind = "hello"});
  all.push_back(bad_body("cut in the body", raw("Content-Length: 6\r\n", "hello"), "hello",
                         Problem::truncated));
  all.push_back(
      bad_body("cut before the body", raw("Content-Length: 6\r\n", ""), "", Problem::truncated));
  auto longer = good("longer than its length", raw("Content-Length: 5\r\n", "hello world"));
  longer.behind = " world";
  all.push_back(longer);
  auto next =
      good("the next response behind it", raw("Content-Length: 5\r\n", "hello") + with_line(""));
  next.behind = with_line("");
  all.push_back(next);
  all.push_back(until_close("no length", raw("", "hello"), "hello"));
  all.push_back(until_close("no length, no body", raw("", ""), ""));
  all.push_back(until_close("no header line at all", "HTTP/1.1 200 OK\r\n\r\nhello", "hello"));
  all.push_back(until_close("Keep-Alive without a length",
                            raw("Connection: keep-alive\r\n", "hello"), "hello"));
  for (const std::string_view line :
       {"Connection: close\r\n", "Connection: Close\r\n", "connection: x, close\r\n",
        "Connection: keep-alive\r\nConnection: close\r\n"}) {
    auto entry = good(fmt::format("{:?}", line), with_line(line));
    entry.keeps_connection = false;
    all.push_back(entry);
  }
  all.push_back(good("Connection: closed", with_line("Connection: closed\r\n")));
}

void add_codings(Entries& all) {
  const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";
  const auto with_coding = [&](std::string_view value) {
    return raw(fmt::format("Transfer-Encoding:{}\r\n", value), chunks);
  };
  for (const std::string_view value :
       {" chunked", " Chunked", " CHUNKED ", "chunked", "\tchunked", "\r\n chunked"}) {
    all.push_back(good(fmt::format("coding {:?}", value), with_coding(value)));
  }
  for (const std::string_view value :
       {" gzip, chunked", " chunked, gzip", " chunked, chunked", " gzip", " deflate", " br", " x",
        " xchunked", " chunked x", " \"chunked\"", " chunked;q=1", " chunked,", " ,chunked",
        " chunked\r\nTransfer-Encoding: chunked", " gzip\r\nTransfer-Encoding: chunked",
        " identity, chunked", " chunked, identity"}) {
    all.push_back(
        bad_body(fmt::format("coding {:?}", value), with_coding(value), "", Problem::protocol));
  }
  for (const auto& [status, line] :
       {std::pair{404, "Content-Length: x"}, std::pair{503, "Transfer-Encoding: x"}}) {
    auto entry = bad_body(fmt::format("{} and {}", status, line),
                          fmt::format("HTTP/1.1 {} x\r\n{}\r\n\r\nhello", status, line), "",
                          Problem::protocol);
    entry.status = status;
    all.push_back(entry);
  }
  for (const std::string_view value : {" identity", " Identity", "", " "}) {
    all.push_back(until_close(fmt::format("coding {:?}", value), with_coding(value), chunks));
    all.push_back(good(fmt::format("coding {:?} and a length", value),
                       with_line(fmt::format("Transfer-Encoding:{}\r\n", value))));
  }
  all.push_back(bad_body("chunks by HTTP/1.0",
                         "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, "",
                         Problem::protocol));
  for (const std::string_view length : {"5", "3", "500", "x"}) {
    auto entry = good(
        fmt::format("chunks and a length of {}", length),
        raw(fmt::format("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", length), chunks));
    entry.keeps_connection = false;
    all.push_back(entry);
  }
}

void add_chunks(Entries& all) {
  const auto chunked = [](std::string_view rest) {
    return raw("Transfer-Encoding: chunked\r\n", rest);
  };
  for (const std::string_view rest :
       {"5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n", "05\r\nhello\r\n00\r\n\r\n",
        "00000000000000000000000000005\r\nhello\r\n0\r\n\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n",
        "5;a\r\nhello\r\n0;a=b\r\n\r\n", "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0 \r\n\r\n", "5\t\r\nhello\r\n0\r\n\r\n", "5 ;a\r\nhello\r\n0\r\n\r\n",
        "5  ; a = b ; c\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", "5\r\nhello\r\n0\nA: b\n\n",
        "5\r\nhello\r\n0\r\nContent-Length: 7\r\n\r\n", "5\r\nhello\r\n000\r\n\r\n"}) {
    all.push_back(good(fmt::format("chunks {:?}", rest), chunked(rest)));
  }
  auto behind = good("bytes behind the last chunk", chunked("5\r\nhello\r\n0\r\n\r\nx"));
  behind.behind = "x";
  all.push_back(behind);
  all.push_back({.name = "no chunk but the last", .bytes = chunked("0\r\n\r\n")});
  struct Broken {
    std::string_view rest, body;
    Problem problem = Problem::protocol;
  };
  const Broken broken[] = {
      {"hello", ""},
      {"\r\n5\r\nhello\r\n0\r\n\r\n", ""},
      {" 5\r\nhello\r\n0\r\n\r\n", ""},
      {"0x5\r\nhello\r\n", ""},
      {"+5\r\nhello\r\n", ""},
      {"-5\r\nhello\r\n", ""},
      {"5h\r\nhello\r\n", ""},
      {"5 h\r\nhello\r\n", ""},
      {"g\r\nhello\r\n", ""},
      {";a\r\nhello\r\n", ""},
      {"5\rhello\r\n0\r\n\r\n", ""},
      {"5;a\rhello\r\n0\r\n\r\n", ""},
      {"5,5\r\nhello\r\n", ""},
      {"5.0\r\nhello\r\n", ""},
      {"11111111111111111\r\nhello", ""},
      {"5\r\nhellox\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello0\r\n\r\n", "hello"},
      {"5\r\nhello\rx0\r\n\r\n", "hello"},
      {"5\r\nhello\r\n\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello\r\nx\r\n\r\n", "hello"},
      {"5\r\nhello\r\n0\rx", "hello"},
      {"5\r\nhello\r\n0\r\n\rx", "hello"},
      {"5\r\nhello\r\n0\r\nA: b\rx\r\n\r\n", "hello"},
      {"", "", Problem::truncated},
      {"5", "", Problem::truncated},
      {"5\r", "", Problem::truncated},
      {"5\r\n", "", Problem::truncated},
      {"5\r\nhel", "hel", Problem::truncated},
      {"5\r\nhello", "hello", Problem::truncated},
      {"5\r\nhello\r", "hello", Problem::truncated},
      {"5\r\nhello\r\n", "hello", Problem::truncated},
      {"5\r\nhello\r\n0", "hello", Problem::truncated},
      {"5\r\nhello\r\n0\r\n", "hello", Problem::truncated},
      {"5\r\nhello\r\n0\r\nA: b\r\n", "hello", Problem::truncated},
      {"5\r\nhello\r\n0\r\n\r", "hello", Problem::truncated},
      {"ffffffffffffffff\r\nhello", "hello", Problem::truncated},
      {"500\r\nhello\r\n0\r\n\r\n", "hello\r\n0\r\n\r\n", Problem::truncated},
  };
  for (const auto& [rest, body, problem] : broken) {
    all.push_back(
        bad_body(fmt::format("chunks {:?}", rest), chunked(rest), std::string(body), problem));
  }
  all.push_back(bad_body("a size line of 5 KB",
                         chunked("5;" + std::string(5000, 'a') + "\r\nhello"), "",
                         Problem::protocol));
  all.push_back(bad_body("a size line of blanks",
                         chunked("5" + std::string(5000, ' ') + "\r\nhello"), "",
                         Problem::protocol));
  all.push_back(bad_body("trailers of 70 KB",
                         chunked("5\r\nhello\r\n0\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"),
                         "hello", Problem::protocol));
}

void add_ends(Entries& all) {
  all.push_back(bad_head("nothing", "", Problem::no_response));
  for (const std::string_view part :
       {"H", "HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r", "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nA", "HTTP/1.1 200 OK\r\nA: b", "HTTP/1.1 200 OK\r\nA: b\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n\r", "HTTP/1.1 200 OK\nA: b\n"}) {
    all.push_back(
        bad_head(fmt::format("ends behind {:?}", part), std::string(part), Problem::truncated));
  }
}

Entries make_corpus() {
  Entries all;
  add_status_lines(all);
  add_fields(all);
  add_lengths(all);
  add_codings(all);
  add_chunks(all);
  add_ends(all);
  return all;
}

}  // namespace

std::span<const CorpusEntry> response_corpus() {
  static const Entries all = make_corpus();
  return all;
}

}  // namespace fanfetch
