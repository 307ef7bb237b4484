// libFuzzer harness of what a Redis, a Sentinel and a user say: replies, INFO, errors, addresses.
// Input: a byte for the size of pieces, then what a server sends. See scripts/fuzz.

#include "common/utf8.h"
#include "coordinator/redis/master_finder.h"
#include "coordinator/redis/redis_server.h"
#include "coordinator/redis/redis_wire.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

constexpr RedisReplyLimits kLimits{.most_bytes = 20'000, .most_values = 500};

struct AllReplies {
  std::vector<RedisReply> replies;
  bool failed = false;
};

AllReplies read_replies(const std::string& bytes, std::size_t piece) {
  AllReplies all;
  RedisReplyReader reader(kLimits);
  for (const std::string& part : pieces_of(bytes, piece)) {
    reader.feed(part);
    for (;;) {
      auto reply = reader.next();
      if (!reply) {
        REQUIRE(!reply.error().message.empty() && !reader.next());
        all.failed = true;
        return all;
      }
      if (!*reply) break;
      all.replies.push_back(std::move(**reply));
    }
  }
  return all;
}

std::size_t values_of(const RedisReply& reply, int depth) {
  REQUIRE(depth <= 9);  // eight arrays, each in the one before, and a value
  REQUIRE(reply.elements.empty() || reply.is(RedisReply::Kind::array));
  std::size_t count = 1;
  for (const RedisReply& element : reply.elements) count += values_of(element, depth + 1);
  return count;
}

void check_sentence(const std::string& sentence) {
  REQUIRE(!sentence.empty() && sentence.size() < 2000);
  REQUIRE(printable(sentence, 5000) == sentence);
}

/// Whatever the pieces, they say the same; only what ends it may come a piece earlier or later.
void check_replies(const std::string& bytes, std::size_t piece) {
  const AllReplies at_once = read_replies(bytes, bytes.size() + 1);
  const AllReplies by_piece = read_replies(bytes, piece);
  const std::size_t both = std::min(at_once.replies.size(), by_piece.replies.size());
  for (std::size_t i = 0; i < both; ++i) REQUIRE(at_once.replies[i] == by_piece.replies[i]);
  if (!at_once.failed && !by_piece.failed) {
    REQUIRE(at_once.replies.size() == by_piece.replies.size());
  }
  for (const RedisReply& reply : by_piece.replies) {
    REQUIRE(values_of(reply, 1) <= kLimits.most_values);
    const RedisServer server = parse_redis_info(reply.text);
    if (const auto trouble = unfit(server, "a:1")) check_sentence(trouble->sentence);
    if (reply.is_error()) check_sentence(trouble_of_reply(reply.text, "a:1").sentence);
    const auto master = parse_master({RedisAnswer::Fate::answered, reply, {}}, "fleet", "s:1");
    if (!master) check_sentence(master.error().sentence);
    const auto replicas = count_replicas({RedisAnswer::Fate::answered, reply, {}});
    REQUIRE(replicas.value_or(0) <= reply.elements.size());
  }
}

void check_address(const std::string& text) {
  const auto address = parse_redis_address(text);
  if (!address) return check_sentence(address.error().message);
  REQUIRE(text.find('@') == std::string::npos);
  const auto again = parse_redis_address(to_text(*address));
  REQUIRE(again && *again == *address);
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  const std::size_t piece = input.byte() + 1;
  const std::string bytes = input.rest().substr(0, 60'000);
  check_replies(bytes, piece);
  check_address(bytes.substr(0, 3000));
  return 0;
}
