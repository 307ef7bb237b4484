#pragma once

#include "coordinator/fleet/run/script_text.h"

namespace fanfetch::scripts {

// A job's beginning and end, and what its driver and its nodes tell each other of it.

/// PREFIX NAME ID WHERE PROTOCOL PARTITIONS LEASE_MS STOP_MS OPTIONS IS_BIRTH NONCE SPREAD
/// SPREAD_MS WAITED: begins a run of the job ID, without links. IS_BIRTH 1: no run of it was
/// before, so that nobody can have a lease. Answers `ok` PARTITIONS TAKEN_OVER; or `taken` WHERE
/// QUIET_MS TAKEOVER_MS: it is another job's name, whose driver has been silent for QUIET_MS (-1:
/// unknown), and it stays so, unless it is the same WHERE, made anew, and its driver is silent for
/// TAKEOVER_MS and thus gone; or `spread` SPREAD OWNED TAKEOVER_MS SIGN: hosts were spread
/// otherwise, and some node may work by that. None does where all partitions are handed back and
/// nothing was lost since: that mark follows the end of a partition's last transfer. And none does
/// where OWNED, the partitions that have an owner, was 0 for TAKEOVER_MS, and SIGN the same, which
/// changes where Redis may have lost leases: then WAITED is that SIGN. Else it is empty.
inline constexpr auto kBegin = joined(kServerIds, kNowMs, kDriverQuiet, R"lua(
local prefix, job = ARGV[1], ARGV[1] .. 'job'
local id, state = redis.call('HGET', job, 'id'), redis.call('HGET', job, 'state')
local taken_over
local takeover = tonumber(redis.call('HGET', job, 'lease_ms') or 0) +
                 tonumber(redis.call('HGET', job, 'stop_ms') or 0)
if id and id ~= ARGV[3] and state ~= 'done' then
  local where, quiet = redis.call('HGET', job, 'where') or '', driver_quiet(job)
  if where ~= ARGV[4] or quiet < takeover then return {'taken', where, quiet, takeover} end
  taken_over = id
end
local function server()
  local run, replication = server_ids()
  return run .. ' ' .. replication .. ' '
end
local spread = redis.call('HGET', job, 'spread') or ''
if id and state ~= 'done' and spread ~= ARGV[12] then
  local era, now = redis.call('GET', prefix .. 'era') or '', server()
  local idle = string.sub(era, 1, #now) == now and string.sub(era, -2) == ' 1'
  local owned = 0
  for p = 0, tonumber(redis.call('HGET', job, 'partitions') or 0) - 1 do
    local owner = redis.call('GET', prefix .. 'own:' .. p)
    idle = idle and owner == '-'
    if owner and owner ~= '-' then owned = owned + 1 end
  end
  local sign = now .. era
  if not idle and (owned > 0 or ARGV[14] ~= sign) then
    return {'spread', spread, owned, takeover, sign}
  end
end
redis.call('HDEL', job, 'settings')
redis.call('HSETNX', job, 'partitions', ARGV[6])
redis.call('HSETNX', job, 'lease_ms', ARGV[7])
redis.call('HSETNX', job, 'stop_ms', ARGV[8])
redis.call('HSETNX', job, 'spread_ms', ARGV[13])
redis.call('HSET', job, 'id', ARGV[3], 'where', ARGV[4], 'protocol', ARGV[5], 'options', ARGV[9],
           'state', 'running', 'spread', ARGV[12], 'seen_ms', now_ms())
if state == 'done' and id ~= ARGV[3] then redis.call('HSET', job, 'after', id) end
if not id then redis.call('HSET', job, 'born', table.concat(redis.call('TIME'), '.')) end
if taken_over or not id and ARGV[10] == '1' then redis.call('UNLINK', prefix .. 'res') end
redis.call('SADD', 'ff:jobs', ARGV[2])
local partitions = redis.call('HGET', job, 'partitions')
for p = 0, tonumber(partitions) - 1 do redis.call('UNLINK', prefix .. 'p:' .. p) end
if not id or state == 'done' then
  for _, key in ipairs({'job', 'era', 'nodes', 'about', 'dead', 'res'}) do
    redis.call('PERSIST', prefix .. key)
  end
  for p = 0, tonumber(partitions) - 1 do
    local lease = prefix .. 'own:' .. p
    if redis.call('GET', lease) == '-' then redis.call('PERSIST', lease) end
  end
end
if not id and ARGV[10] == '1' and redis.call('EXISTS', prefix .. 'era') == 0 then
  redis.call('SET', prefix .. 'era', server() .. ARGV[11] .. ' 1')
  for p = 0, tonumber(partitions) - 1 do redis.call('SET', prefix .. 'own:' .. p, '-', 'NX') end
end
return {'ok', partitions, taken_over and 1 or 0}
)lua");

/// PREFIX ID STATE SETTINGS: changes those of the job, if it is still that one.
inline constexpr char kTell[] = R"lua(
if redis.call('HGET', ARGV[1] .. 'job', 'id') ~= ARGV[2] then return 0 end
redis.call('HDEL', ARGV[1] .. 'job', 'state')
redis.call('HSET', ARGV[1] .. 'job', 'state', ARGV[3], 'settings', ARGV[4])
return 1
)lua";

/// PREFIX ID: a sign of life of the job's driver, if it is still that one.
inline constexpr auto kDriverSign = joined(kNowMs, R"lua(
if redis.call('HGET', ARGV[1] .. 'job', 'id') ~= ARGV[2] then return 0 end
redis.call('HDEL', ARGV[1] .. 'job', 'seen_ms')
redis.call('HSET', ARGV[1] .. 'job', 'seen_ms', now_ms())
return 1
)lua");

/// PREFIX ID SPREAD PARTITION…: writes how hosts are spread from now on, if the job is still that
/// one and these partitions have no link left. Answers 1; 0: it is another's; 2: there are links.
inline constexpr char kSpread[] = R"lua(
if redis.call('HGET', ARGV[1] .. 'job', 'id') ~= ARGV[2] then return 0 end
for i = 4, #ARGV do
  if redis.call('XLEN', ARGV[1] .. 'p:' .. ARGV[i]) > 0 then return 2 end
end
redis.call('HDEL', ARGV[1] .. 'job', 'spread')
redis.call('HSET', ARGV[1] .. 'job', 'spread', ARGV[3])
return 1
)lua";

/// PREFIX ID: the job is done, if it is still that one. Links and results are removed, and the rest
/// goes by itself; not a lease, which has its own time.
inline constexpr auto kEnd = joined(kExpireWithJob, R"lua(
local prefix, job = ARGV[1], ARGV[1] .. 'job'
if redis.call('HGET', job, 'id') ~= ARGV[2] then return 0 end
redis.call('UNLINK', prefix .. 'res')
redis.call('HSET', job, 'state', 'done')
for p = 0, tonumber(redis.call('HGET', job, 'partitions')) - 1 do
  local lease = prefix .. 'own:' .. p
  redis.call('UNLINK', prefix .. 'p:' .. p)
  if redis.call('GET', lease) == '-' then expire_with_job(lease) end
end
for _, key in ipairs({'era', 'nodes', 'about'}) do expire_with_job(prefix .. key) end
for _, key in ipairs({'job', 'dead'}) do redis.call('EXPIRE', prefix .. key, 7 * 24 * 3600) end
return 1
)lua");

/// PREFIX PARTITIONS LIFE_MS: counts links, results, and nodes that were heard of in that time; and
/// the ID of the job, empty: it is not there, whose it is, and how hosts are spread.
inline constexpr auto kCount = joined(kNowMs, R"lua(
local links = 0
for p = 0, tonumber(ARGV[2]) - 1 do links = links + redis.call('XLEN', ARGV[1] .. 'p:' .. p) end
return {links, redis.call('XLEN', ARGV[1] .. 'res'),
        redis.call('ZCOUNT', ARGV[1] .. 'nodes', now_ms() - ARGV[3], '+inf'),
        redis.call('HGET', ARGV[1] .. 'job', 'id') or '',
        redis.call('HGET', ARGV[1] .. 'job', 'where') or '',
        redis.call('HGET', ARGV[1] .. 'job', 'spread') or ''}
)lua");

/// PREFIX LIFE_MS NODE ABOUT SILENCE_MS: a sign of life, with what the node says of itself; NODE
/// empty: of nobody. Forgets nodes that gave none for LIFE_MS. Answers the job's hash, the nodes
/// that gave one within SILENCE_MS, the time in milliseconds, and what the first result is called
/// that the driver has not recorded; empty: there is none; `0-0`, which is
/// before all: that cannot be told.
inline constexpr auto kBeat = joined(kNowMs, kExpireWithJob, R"lua(
local nodes, about, now = ARGV[1] .. 'nodes', ARGV[1] .. 'about', now_ms()
redis.call('ZREMRANGEBYSCORE', nodes, '(' .. now, '+inf') -- the clock was set back
if ARGV[3] ~= '' then
  redis.call('ZADD', nodes, now, ARGV[3])
  redis.call('HSET', about, ARGV[3], ARGV[4])
  expire_with_job(nodes)
  expire_with_job(about)
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', now - ARGV[2])) do
  redis.call('ZREM', nodes, gone)
  redis.call('HDEL', about, gone)
end
local results = redis.pcall('XRANGE', ARGV[1] .. 'res', '-', '+', 'COUNT', 1)
return {redis.call('HGETALL', ARGV[1] .. 'job'),
        redis.call('ZRANGEBYSCORE', nodes, '(' .. now - ARGV[5], '+inf'), now,
        results.err and '0-0' or results[1] and results[1][1] or ''}
)lua");

}  // namespace fanfetch::scripts
