#pragma once

#include "coordinator/fleet/run/script_text.h"

namespace fanfetch::scripts {

// For those who look at a fleet: which jobs there are, and how it stands with one.

/// JOBS: the names of all jobs, each with its state and for how many milliseconds its driver has
/// given no sign of life (-1: unknown), in turn. Forgets names whose job is gone; a user who may
/// only read leaves that to others.
inline constexpr auto kJobs = joined(kNowMs, kDriverQuiet, R"lua(
local out = {}
for _, job in ipairs(redis.call('SMEMBERS', ARGV[1])) do
  local key = 'ff:{' .. job .. '}:job'
  local state = redis.call('HGET', key, 'state')
  if state then
    out[#out + 1] = job
    out[#out + 1] = state
    out[#out + 1] = driver_quiet(key)
  else
    redis.pcall('SREM', ARGV[1], job)
  end
end
return out
)lua");

/// PREFIX, reads only: the time in milliseconds; the job's hash; its nodes, each with the time of
/// its last sign of life, in turn; what they say of themselves, as a hash; how many results wait;
/// how many entries are dead.
inline constexpr auto kSurvey = joined(kNowMs, R"lua(
return {now_ms(), redis.call('HGETALL', ARGV[1] .. 'job'),
        redis.call('ZRANGE', ARGV[1] .. 'nodes', 0, -1, 'WITHSCORES'),
        redis.call('HGETALL', ARGV[1] .. 'about'), redis.call('XLEN', ARGV[1] .. 'res'),
        redis.call('XLEN', ARGV[1] .. 'dead')}
)lua");

/// PREFIX FROM TO, reads only: of each of these partitions (without TO) its lease (empty: none),
/// how many links there are, and each node with how many of them it has got, in turn.
inline constexpr char kSurveyPartitions[] = R"lua(
local out = {}
for p = tonumber(ARGV[2]), tonumber(ARGV[3]) - 1 do
  local key = ARGV[1] .. 'p:' .. p
  local links = redis.call('XLEN', key)
  local row = {redis.call('GET', ARGV[1] .. 'own:' .. p) or '', links}
  local got = links > 0 and redis.pcall('XPENDING', key, 'g')
  if got and not got.err and got[4] then
    for _, consumer in ipairs(got[4]) do
      if consumer[1] ~= '-' then
        row[#row + 1] = string.match(consumer[1], '^[^/]*')
        row[#row + 1] = consumer[2]
      end
    end
  end
  out[#out + 1] = row
end
return out
)lua";

}  // namespace fanfetch::scripts
