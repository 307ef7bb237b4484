#include "tests/support/reply.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace fanfetch::support {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 206: return "Partial Content";
    case 302: return "Found";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Whatever";
  }
}

std::string head(const Reply& reply, std::size_t length) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
  if (!reply.content_type.empty()) text += "Content-Type: " + reply.content_type + "\r\n";
  if (reply.gzip) text += "Content-Encoding: gzip\r\n";
  if (!reply.etag.empty()) text += "ETag: " + reply.etag + "\r\n";
  if (reply.claimed_length || (reply.framing == Framing::length && !reply.endless)) {
    text += fmt::format("Content-Length: {}\r\n", reply.claimed_length.value_or(length));
  } else if (reply.framing != Framing::until_close && !reply.endless) {
    text += "Transfer-Encoding: chunked\r\n";
  }
  for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

/// The body as sent over the wire.
std::string frame(std::string body, Framing framing) {
  if (framing == Framing::length || framing == Framing::until_close) return body;
  const std::string_view all = body;
  const std::size_t half = body.size() / 2;
  if (framing == Framing::bad_chunk) return chunk(all.substr(0, half)) + "zz\r\nno chunk\r\n";
  std::string framed;
  if (half > 0) framed += chunk(all.substr(0, half));
  if (half < body.size()) framed += chunk(all.substr(half));
  return framing == Framing::chunked ? framed + "0\r\n\r\n" : framed;
}

bool send_body(Connection& connection, const Reply& reply, std::string_view bytes) {
  if (reply.gate && reply.gate_after > 0) {
    const std::size_t before = std::min(reply.gate_after, bytes.size());
    if (!connection.send(bytes.substr(0, before)) || !connection.wait(*reply.gate)) return false;
    bytes.remove_prefix(before);
  }
  while (reply.drip_bytes > 0 && bytes.size() > reply.drip_bytes) {
    if (!connection.send(bytes.substr(0, reply.drip_bytes))) return false;
    bytes.remove_prefix(reply.drip_bytes);
    if (!connection.pause(reply.drip_every)) return false;
  }
  return connection.send_last(bytes);
}

/// The start of the requested range; nullopt: there is none, or If-Range names another version.
std::optional<std::size_t> wanted_rest(const Request& request, const Reply& reply) {
  const auto range = request.header("range");
  const auto condition = request.header("if-range");
  if (!range || !range->starts_with("bytes=") || !range->ends_with('-')) return std::nullopt;
  if (condition && *condition != reply.etag) return std::nullopt;
  return std::stoul(range->substr(6));
}

/// The 206 for it, with its faults, or the 416.
Reply rest_of(const Reply& whole, std::size_t start) {
  const std::size_t total = whole.body.size();
  if (start >= total || whole.ranges == Ranges::unsatisfiable) {
    return status(416, {{"Content-Range", fmt::format("bytes */{}", total)}});
  }
  const auto range = [total](std::size_t first, std::size_t of) {
    return std::pair("Content-Range", fmt::format("bytes {}-{}/{}", first, total - 1, of));
  };
  Reply rest = whole;
  rest.status = 206;
  rest.body = whole.body.substr(start);
  switch (whole.ranges) {
    case Ranges::wrong_start:
      rest.headers.emplace_back(range(start + 1, total));
      rest.body.erase(0, 1);
      return rest;
    case Ranges::wrong_total: rest.headers.emplace_back(range(start, total + 1)); return rest;
    case Ranges::other_etag: rest.etag = "\"another\""; break;
    case Ranges::encoded: rest.headers.emplace_back("Content-Encoding", "gzip"); break;
    case Ranges::multipart: rest.content_type = "multipart/byteranges; boundary=x"; break;
    case Ranges::no_range: return rest;
    case Ranges::too_much:
      rest.body += '!';
      rest.framing = Framing::chunked;
      break;
    case Ranges::too_little:
      rest.body.resize(rest.body.size() / 2);
      rest.framing = Framing::chunked;
      break;
    case Ranges::says_whole: rest.status = 200; break;
    case Ranges::two_etags: rest.headers.emplace_back("ETag", "\"another\""); break;
    case Ranges::empty: rest.body.clear(); break;
    case Ranges::bare:
      rest.etag.clear();
      rest.content_type.clear();
      break;
    default: break;
  }
  rest.headers.emplace_back(range(start, total));
  return rest;
}

}  // namespace

void answer(Connection& connection, const Request& request, const Reply& reply) {
  if (reply.ranges != Ranges::ignored) {
    if (const auto start = wanted_rest(request, reply)) {
      Reply rest = rest_of(reply, *start);
      rest.ranges = Ranges::ignored;
      return answer(connection, request, rest);
    }
  }
  if (reply.silent) {
    connection.wait_for_hang_up();
    return connection.close();
  }
  if (!connection.pause(reply.delay)) return connection.close();
  if (reply.gate && reply.gate_after == 0 && !connection.wait(*reply.gate)) {
    return connection.close();
  }
  const std::string payload = reply.gzip ? gzip(reply.body) : reply.body;
  std::string framed = frame(payload, reply.framing);
  if (reply.cut_after) framed.resize(std::min(*reply.cut_after, framed.size()));

  const std::string first = head(reply, payload.size());
  if (request.method == "HEAD") {
    connection.send_last(first);
    return;
  }
  bool sent = false;
  if (reply.endless) {
    sent = connection.send(first);
    while (sent) sent = connection.send(framed);
  } else if (framed.empty() || (!reply.gate && reply.drip_bytes == 0)) {
    sent = connection.send_last(first + framed);  // one segment where it fits
  } else {
    sent = connection.send(first) && send_body(connection, reply, framed);
  }
  if (reply.ending == Ending::reset) return connection.reset();
  const bool ends_by_close = reply.framing == Framing::until_close ||
                             reply.framing == Framing::unterminated_chunks ||
                             reply.framing == Framing::bad_chunk;
  if (!sent || ends_by_close || reply.ending == Ending::close) connection.close();
}

Reply ok(std::string_view body) { return {.body = std::string(body)}; }

std::string picture(std::string_view text) { return "\xFF\xD8\xFF\xE0" + std::string(text); }

Reply status(int code, Headers headers) {
  return {.status = code,
          .body = fmt::format("<html><h1>{}</h1></html>", code),
          .headers = std::move(headers),
          .content_type = "text/html"};
}

Reply json(std::string_view body, int code) {
  return {.status = code, .body = std::string(body), .content_type = "application/json"};
}

Reply redirect(std::string_view location, int code) {
  return status(code, {{"Location", std::string(location)}});
}

Reply truncated(std::string_view body, std::size_t sent) {
  return {.body = std::string(body), .ending = Ending::close, .cut_after = sent};
}

Reply reset_after(std::string_view body, std::size_t sent) {
  return {.body = std::string(body), .ending = Ending::reset, .cut_after = sent};
}

Reply in_pieces(std::string_view body, Ranges ranges) {
  return {.body = std::string(body), .etag = "\"1\"", .ranges = ranges};
}

Reply half_then_gate(std::string_view body, std::shared_ptr<Gate> gate) {
  return {.body = std::string(body), .gate = std::move(gate), .gate_after = body.size() / 2};
}

std::string gzip(std::string_view plain) {
  z_stream stream{};
  constexpr int kGzipWrapper = 15 + 16;  // zlib.h: the largest window, and a gzip header
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWrapper, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string packed(deflateBound(&stream, plain.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("deflate");
  return packed;
}

}  // namespace fanfetch::support
