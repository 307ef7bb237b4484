#include "coordinator/redis/redis_wire.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "common/human_text.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

/// hiredis moves the rest of its buffer for each KiB of replies that it made: fed in small pieces,
/// it has little to move.
constexpr std::size_t kReaderPiece = 16 * 1024;
/// A status, an error, a number or the length of something. hiredis looks for its end from its
/// beginning each time it gets a piece, so a long one would cost the square of its length.
constexpr std::size_t kMaxLine = 64 * 1024;

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

}  // namespace

/// Whose address hiredis hands to the functions that make values; they are called from C, so that
/// nothing may be thrown there.
struct RedisReplyReader::Parts {
  explicit Parts(RedisReplyLimits given) : limits(given) {}

  static Parts& of(const redisReadTask* task) { return *static_cast<Parts*>(task->privdata); }

  /// The place of the value that `task` reads; null: that is one too many. What is in an array
  /// stays where it is while one of its values grows, as arrays grow only at their ends.
  RedisReply* place(const redisReadTask* task, RedisReply::Kind kind) noexcept {
    if (++values > limits.most_values) {
      is_too_large = true;
      return nullptr;
    }
    RedisReply* value = &reply;
    if (task->parent != nullptr) {
      auto& siblings = static_cast<RedisReply*>(task->parent->obj)->elements;
      try {
        value = &siblings.emplace_back();
      } catch (const std::bad_alloc&) {
        return nullptr;
      }
    }
    value->kind = kind;
    return value;
  }

  /// hiredis waits for more, and not because a string is incomplete whose length it knows.
  [[nodiscard]] bool has_endless_line() const {
    if (reader->len - reader->pos <= kMaxLine) return false;
    return std::string_view(reader->buf + reader->pos, kMaxLine).find("\r\n") ==
           std::string_view::npos;
  }

  static void* make_text(const redisReadTask* task, char* bytes, std::size_t size) noexcept {
    const bool is_error = task->type == REDIS_REPLY_ERROR;
    RedisReply* value =
        of(task).place(task, is_error ? RedisReply::Kind::error : RedisReply::Kind::text);
    if (value == nullptr) return nullptr;
    try {
      value->text.assign(bytes, size);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
    return value;
  }
  static void* make_array(const redisReadTask* task, int count) noexcept {
    // Known before the elements come: who promises too many is not waited for.
    if (count > 0 && static_cast<std::size_t>(count) > of(task).limits.most_values) {
      of(task).is_too_large = true;
      return nullptr;
    }
    return of(task).place(task, RedisReply::Kind::array);
  }
  static void* make_integer(const redisReadTask* task, long long number) noexcept {
    RedisReply* value = of(task).place(task, RedisReply::Kind::integer);
    if (value != nullptr) value->integer = number;
    return value;
  }
  static void* make_nil(const redisReadTask* task) noexcept {
    return of(task).place(task, RedisReply::Kind::nil);
  }
  static void free_nothing(void*) noexcept {}  // the values are members of `reply`

  const RedisReplyLimits limits;
  redisReplyObjectFunctions functions{&make_text, &make_array, &make_integer, &make_nil,
                                      &free_nothing};
  std::unique_ptr<redisReader, FreeReader> reader;
  std::string unread;         // fed, and not yet hiredis'
  std::size_t read = 0;       // of `unread`
  RedisReply reply;           // on its way
  std::size_t values = 0;     // of `reply`
  std::size_t bytes = 0;      // that hiredis got since the last whole reply
  bool is_too_large = false;  // and so there is no value for hiredis
};

RedisReplyReader::RedisReplyReader(RedisReplyLimits limits)
    : parts_(std::make_unique<Parts>(limits)) {
  parts_->reader.reset(redisReaderCreateWithFunctions(&parts_->functions));
  if (!parts_->reader) throw std::bad_alloc();
  parts_->reader->privdata = parts_.get();
}

RedisReplyReader::RedisReplyReader(RedisReplyReader&&) noexcept = default;
RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::feed(std::string_view bytes) {
  Parts& parts = *parts_;
  parts.unread.erase(0, std::exchange(parts.read, 0));
  parts.unread += bytes;
}

Result<std::optional<RedisReply>> RedisReplyReader::next() {
  Parts& parts = *parts_;
  redisReader* reader = parts.reader.get();
  const auto too_large = [&] {
    return fail("it sends a reply of more than {} or {} values",
                human_bytes(parts.limits.most_bytes), human_count(parts.limits.most_values));
  };
  if (parts.is_too_large) return too_large();
  for (;;) {
    void* made = nullptr;
    if (redisReaderGetReply(reader, &made) != REDIS_OK) {
      if (parts.is_too_large) return too_large();
      if (reader->err == REDIS_ERR_OOM) throw std::bad_alloc();
      return fail("what it sends is not Redis' protocol ({})", printable(reader->errstr));
    }
    if (made != nullptr) {
      // What is left of the piece belongs to the next reply.
      parts.bytes = std::min(parts.bytes, reader->len - reader->pos);
      parts.values = 0;
      return std::optional(std::exchange(parts.reply, {}));
    }
    if (parts.has_endless_line()) return fail("what it sends is not Redis' protocol (a long line)");
    if (parts.bytes > parts.limits.most_bytes) {
      parts.is_too_large = true;
      return too_large();
    }
    const std::size_t piece = std::min(kReaderPiece, parts.unread.size() - parts.read);
    if (piece == 0) return std::optional<RedisReply>();
    if (redisReaderFeed(reader, parts.unread.data() + parts.read, piece) != REDIS_OK) {
      throw std::bad_alloc();
    }
    parts.read += piece;
    parts.bytes += piece;
  }
}

void append_command(const std::vector<std::string>& words, std::string& output) {
  assert(!words.empty());
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* command = nullptr;
  const int size =
      redisFormatCommandArgv(&command, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&redisFreeCommand)> owned(command, &redisFreeCommand);
  output.append(command, static_cast<std::size_t>(size));
}

}  // namespace fanfetch
