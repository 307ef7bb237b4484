#pragma once

#include "coordinator/fleet/run/script_text.h"

namespace fanfetch::scripts {

// The leases of partitions, and whether they are all there are: see NodeLeases and EraWatch.

/// PREFIX PARTITIONS: the server, the era, and a digit for each partition: 0 lost, 1 handed back,
/// 2 owned.
inline constexpr auto kLook = joined(kServerIds, R"lua(
local run, replication = server_ids()
local seen = {}
for p = 0, tonumber(ARGV[2]) - 1 do
  local owner = redis.call('GET', ARGV[1] .. 'own:' .. p)
  seen[#seen + 1] = not owner and '0' or owner == '-' and '1' or '2'
end
return {run, replication, redis.call('GET', ARGV[1] .. 'era') or '', table.concat(seen)}
)lua");

/// PREFIX OLD NEW PARTITIONS: records NEW if the era is OLD (empty: there is none), and marks as
/// handed back those of the first PARTITIONS partitions that have no lease.
inline constexpr auto kRecordEra = joined(kExpireWithJob, R"lua(
if (redis.call('GET', ARGV[1] .. 'era') or '') ~= ARGV[2] then return 0 end
redis.call('DEL', ARGV[1] .. 'era')
redis.call('SET', ARGV[1] .. 'era', ARGV[3])
expire_with_job(ARGV[1] .. 'era')
for p = 0, tonumber(ARGV[4]) - 1 do
  local lease = ARGV[1] .. 'own:' .. p
  if redis.call('SET', lease, '-', 'NX') then expire_with_job(lease) end
end
return 1
)lua");

/// PREFIX ERA PARTITION TOKEN LEASE_MS LOST: takes a partition that was handed back or, if LOST is
/// 1, has no key. Answers 1, 0, or -1: the era is another.
inline constexpr char kTake[] = R"lua(
local key = ARGV[1] .. 'own:' .. ARGV[3]
if (redis.call('GET', ARGV[1] .. 'era') or '') ~= ARGV[2] then return -1 end
if (redis.call('GET', key) or '') ~= (ARGV[6] == '1' and '' or '-') then return 0 end
redis.call('DEL', key)
redis.call('SET', key, ARGV[4], 'PX', ARGV[5])
return 1
)lua";

/// PREFIX PARTITION TOKEN LEASE_MS: prolongs a lease that is the token's.
inline constexpr char kRenew[] = R"lua(
local key = ARGV[1] .. 'own:' .. ARGV[2]
if redis.call('GET', key) ~= ARGV[3] then return 0 end
redis.call('PEXPIRE', key, ARGV[4])
return 1
)lua";

/// PREFIX PARTITION TOKEN: hands the partition back. The mark lasts as long as the job. The token's
/// process is no consumer of the partition's any more, unless it has links there.
inline constexpr auto kGiveBack = joined(kExpireWithJob, R"lua(
local key = ARGV[1] .. 'own:' .. ARGV[2]
if redis.call('GET', key) ~= ARGV[3] then return 0 end
redis.call('DEL', key)
redis.call('SET', key, '-')
expire_with_job(key)
local stream, process = ARGV[1] .. 'p:' .. ARGV[2], string.match(ARGV[3], '^[^:]*')
local got = redis.pcall('XPENDING', stream, 'g', '-', '+', 1, process)
if not got.err and #got == 0 then redis.call('XGROUP', 'DELCONSUMER', stream, 'g', process) end
return 1
)lua");

}  // namespace fanfetch::scripts
