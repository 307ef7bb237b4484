#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace fanfetch::scripts {

// What a fleet asks of Redis where one command is too little: each script is one step, so that
// nobody sees half of it. The first argument is the job's key prefix. They are sent whole,
// as Redis knows a script again by itself, so that no NOSCRIPT has to be lived with.
//
// A Redis whose memory is full refuses each command that may need more, but not within a script
// that has changed something before. Nodes free its memory, so what they live by begins with a
// command that needs none, such as DEL or XACK. (A result frees no memory whose link's entry is
// gone; there are few of these, but where all memory was freed before.)
//
// Keys of a job, behind its prefix:
//   job      hash: id, where, protocol, state, partitions, lease_ms, stop_ms, spread_ms, options,
//            settings, spread, seen_ms (when the driver gave its last sign of life), after (the ID
//            of the job that had the name before, and was done), born (when the driver wrote it
//            into a Redis that had nothing of it: another time after all was lost)
//   era      string: RUN_ID REPLICATION_ID NONCE OPEN
//   own:P    the lease of partition P: `-` handed back, else the token of its owner
//   p:P      stream: links of partition P (group g; a consumer is a node's process, `NAME/PROCESS`,
//            or `-`: it had the link, and lived on; see suspects.h)
//   res      stream: results
//   nodes    sorted set: names, by the time of their last sign of life
//   about    hash: what each of them says of itself, `STATE VERSION`, for people
//   dead     stream: entries that are no links, or are given up (kBury)
// Once the job is done, p:* and res go at once, and the others by themselves: nodes that come
// within a week learn that it is done (job, dead), and the rest is there for a day, for a driver
// that begins anew. What is not there any more then counts as lost, never as handed back.

/// A script that is made of several pieces.
template <std::size_t kSize>
struct ScriptText {
  char text[kSize];

  // Scripts of one piece are arrays, which convert as well.
  constexpr operator std::string_view() const { return {text, kSize}; }
};

/// The pieces, each a whole text, one behind the other: functions that several scripts have, and
/// then what uses them.
template <std::size_t... kSizes>
consteval auto joined(const char (&... pieces)[kSizes]) {
  ScriptText<(kSizes + ...) - sizeof...(kSizes)> script{};  // without their final zeros
  char* end = script.text;
  ((end = std::copy_n(pieces, kSizes - 1, end)), ...);
  return script;
}

/// `server_ids()`: the run ID and the replication ID of the server.
inline constexpr char kServerIds[] = R"lua(
local function server_ids()
  local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
  return string.match(info, 'run_id:(%w+)'), string.match(info, 'master_replid:(%w+)')
end
)lua";

/// `is_job(id)`: the job is that one, or is not there, as where Redis has lost its data: then its
/// driver writes it again.
inline constexpr char kIsJob[] = R"lua(
local function is_job(id)
  local known = redis.call('HGET', ARGV[1] .. 'job', 'id')
  return not known or known == id
end
)lua";

/// `now_ms()`: the server's time in milliseconds.
inline constexpr char kNowMs[] = R"lua(
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
)lua";

/// `driver_quiet(job)`: for how many milliseconds the driver of the job has given no sign of life;
/// -1: that is not known.
inline constexpr char kDriverQuiet[] = R"lua(
local function driver_quiet(job)
  local seen = tonumber(redis.call('HGET', job, 'seen_ms') or '')
  return seen and math.max(now_ms() - seen, 0) or -1
end
)lua";

/// `expire_with_job(key)`: lets go of what is written once the job is done, or is not there any
/// more, as kEnd does of the rest. kBegin keeps it again.
inline constexpr char kExpireWithJob[] = R"lua(
local function expire_with_job(key)
  local state = redis.call('HGET', ARGV[1] .. 'job', 'state')
  if not state or state == 'done' then
    redis.call('EXPIRE', key, 24 * 3600)
  end
end
)lua";

}  // namespace fanfetch::scripts
