#pragma once

namespace fanfetch::scripts {

// What a fleet asks of Redis where one command is too little: each script is one step, so that
// nobody sees half of it. The first argument is the job's key prefix. They are sent whole,
// as Redis knows a script again by itself, so that no NOSCRIPT has to be lived with.
//
// A Redis whose memory is full refuses each command that may need more, but not within a script
// that has changed something before. Nodes free its memory, so what they live by begins with a
// command that needs none, such as DEL or XACK.
//
// Keys of a job, behind its prefix:
//   job      hash: id, where, protocol, state, partitions, lease_ms, stop_ms, options, settings,
//            spread
//   era      string: RUN_ID REPLICATION_ID NONCE OPEN
//   own:P    the lease of partition P: `-` handed back, else the token of its owner
//   p:P      stream: links of partition P (group g; a consumer is a node's process, `NAME/PROCESS`,
//            or `-`: it had the link, and lived on; see suspects.h)
//   res      stream: results
//   nodes    sorted set: names, by the time of their last sign of life
//   about    hash: what each of them says of itself, `STATE VERSION`, for people
//   dead     stream: entries that are no links, or are given up (kBury)

/// PREFIX NAME ID WHERE PROTOCOL PARTITIONS LEASE_MS STOP_MS OPTIONS IS_BIRTH NONCE SPREAD: begins
/// a run of the job ID, without links. IS_BIRTH 1: no run of it was before, so that nobody can have
/// a lease. Answers `ok` PARTITIONS, or `taken` WHERE, or `spread` SPREAD: hosts were spread
/// otherwise, and some node may work by that. None does where all partitions are handed back and
/// nothing was lost since: that mark follows the end of a partition's last transfer.
inline constexpr char kBegin[] = R"lua(
local prefix, job = ARGV[1], ARGV[1] .. 'job'
local id, state = redis.call('HGET', job, 'id'), redis.call('HGET', job, 'state')
if id and id ~= ARGV[3] and state ~= 'done' then
  return {'taken', redis.call('HGET', job, 'where') or ''}
end
local function server()
  local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
  return string.match(info, 'run_id:(%w+)') .. ' ' .. string.match(info, 'master_replid:(%w+)') ..
         ' '
end
local spread = redis.call('HGET', job, 'spread') or ''
if id and state ~= 'done' and spread ~= ARGV[12] then
  local era, now = redis.call('GET', prefix .. 'era') or '', server()
  local idle = string.sub(era, 1, #now) == now and string.sub(era, -2) == ' 1'
  for p = 0, tonumber(redis.call('HGET', job, 'partitions') or 0) - 1 do
    idle = idle and redis.call('GET', prefix .. 'own:' .. p) == '-'
  end
  if not idle then return {'spread', spread} end
end
redis.call('HDEL', job, 'settings')
redis.call('HSETNX', job, 'partitions', ARGV[6])
redis.call('HSETNX', job, 'lease_ms', ARGV[7])
redis.call('HSETNX', job, 'stop_ms', ARGV[8])
redis.call('HSET', job, 'id', ARGV[3], 'where', ARGV[4], 'protocol', ARGV[5], 'options', ARGV[9],
           'state', 'running', 'spread', ARGV[12])
redis.call('SADD', 'ff:jobs', ARGV[2])
local partitions = redis.call('HGET', job, 'partitions')
for p = 0, tonumber(partitions) - 1 do redis.call('UNLINK', prefix .. 'p:' .. p) end
if not id and ARGV[10] == '1' and redis.call('EXISTS', prefix .. 'era') == 0 then
  redis.call('SET', prefix .. 'era', server() .. ARGV[11] .. ' 1')
  for p = 0, tonumber(partitions) - 1 do redis.call('SET', prefix .. 'own:' .. p, '-', 'NX') end
end
return {'ok', partitions}
)lua";

/// PREFIX ID STATE SETTINGS: changes those of the job, if it is still that one.
inline constexpr char kTell[] = R"lua(
if redis.call('HGET', ARGV[1] .. 'job', 'id') ~= ARGV[2] then return 0 end
redis.call('HDEL', ARGV[1] .. 'job', 'state')
redis.call('HSET', ARGV[1] .. 'job', 'state', ARGV[3], 'settings', ARGV[4])
return 1
)lua";

/// PREFIX PARTITIONS: removes all links.
inline constexpr char kWipe[] = R"lua(
for p = 0, tonumber(ARGV[2]) - 1 do redis.call('UNLINK', ARGV[1] .. 'p:' .. p) end
return 0
)lua";

/// PREFIX PARTITIONS LIFE_MS: counts links, results, and nodes that were heard of in that time; and
/// the ID of the job, empty: it is not there, and whose it is.
inline constexpr char kCount[] = R"lua(
local links = 0
for p = 0, tonumber(ARGV[2]) - 1 do links = links + redis.call('XLEN', ARGV[1] .. 'p:' .. p) end
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[3]
return {links, redis.call('XLEN', ARGV[1] .. 'res'),
        redis.call('ZCOUNT', ARGV[1] .. 'nodes', since, '+inf'),
        redis.call('HGET', ARGV[1] .. 'job', 'id') or '',
        redis.call('HGET', ARGV[1] .. 'job', 'where') or ''}
)lua";

/// PREFIX, and for each link PARTITION COUNT FIELD VALUE …: adds them to the streams.
inline constexpr char kSend[] = R"lua(
local made, i = {}, 2
while i <= #ARGV do
  local key, count = ARGV[1] .. 'p:' .. ARGV[i], tonumber(ARGV[i + 1])
  if not made[key] then
    if redis.call('XLEN', key) == 0 then
      redis.pcall('XGROUP', 'CREATE', key, 'g', '0', 'MKSTREAM')
    end
    made[key] = true
  end
  redis.call('XADD', key, '*', unpack(ARGV, i + 2, i + 1 + count))
  i = i + 2 + count
end
return 0
)lua";

/// PREFIX LIFE_MS NODE ABOUT: a sign of life, with what the node says of itself; NODE empty: of
/// nobody. Forgets nodes that gave none for LIFE_MS. Answers the job's hash and all nodes.
inline constexpr char kBeat[] = R"lua(
local nodes, about = ARGV[1] .. 'nodes', ARGV[1] .. 'about'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', nodes, '(' .. now, '+inf') -- the clock was set back
if ARGV[3] ~= '' then
  redis.call('ZADD', nodes, now, ARGV[3])
  redis.call('HSET', about, ARGV[3], ARGV[4])
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', now - ARGV[2])) do
  redis.call('ZREM', nodes, gone)
  redis.call('HDEL', about, gone)
end
return {redis.call('HGETALL', ARGV[1] .. 'job'), redis.call('ZRANGE', nodes, 0, -1)}
)lua";

/// JOBS: the names of all jobs, each with its state, in turn; empty: there is no such job.
inline constexpr char kJobs[] = R"lua(
local out = {}
for _, job in ipairs(redis.call('SMEMBERS', ARGV[1])) do
  out[#out + 1] = job
  out[#out + 1] = redis.call('HGET', 'ff:{' .. job .. '}:job', 'state') or ''
end
return out
)lua";

/// PREFIX, reads only: the time in milliseconds; the job's hash; its nodes, each with the time of
/// its last sign of life, in turn; what they say of themselves, as a hash; how many results wait;
/// how many entries are dead.
inline constexpr char kSurvey[] = R"lua(
local time = redis.call('TIME')
return {time[1] * 1000 + math.floor(time[2] / 1000), redis.call('HGETALL', ARGV[1] .. 'job'),
        redis.call('ZRANGE', ARGV[1] .. 'nodes', 0, -1, 'WITHSCORES'),
        redis.call('HGETALL', ARGV[1] .. 'about'), redis.call('XLEN', ARGV[1] .. 'res'),
        redis.call('XLEN', ARGV[1] .. 'dead')}
)lua";

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

/// PREFIX PARTITIONS: the server, the era, and a digit for each partition: 0 lost, 1 handed back,
/// 2 owned.
inline constexpr char kLook[] = R"lua(
local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
local seen = {}
for p = 0, tonumber(ARGV[2]) - 1 do
  local owner = redis.call('GET', ARGV[1] .. 'own:' .. p)
  seen[#seen + 1] = not owner and '0' or owner == '-' and '1' or '2'
end
return {string.match(info, 'run_id:(%w+)'), string.match(info, 'master_replid:(%w+)'),
        redis.call('GET', ARGV[1] .. 'era') or '', table.concat(seen)}
)lua";

/// PREFIX OLD NEW PARTITIONS: records NEW if the era is OLD (empty: there is none), and marks as
/// handed back those of the first PARTITIONS partitions that have no lease.
inline constexpr char kRecordEra[] = R"lua(
if (redis.call('GET', ARGV[1] .. 'era') or '') ~= ARGV[2] then return 0 end
redis.call('DEL', ARGV[1] .. 'era')
redis.call('SET', ARGV[1] .. 'era', ARGV[3])
for p = 0, tonumber(ARGV[4]) - 1 do redis.call('SET', ARGV[1] .. 'own:' .. p, '-', 'NX') end
return 1
)lua";

/// Answers how many replicas follow this server.
inline constexpr char kReplicas[] = R"lua(
local _, online = string.gsub(redis.call('INFO', 'replication'), 'state=online', '')
return online
)lua";

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

/// PREFIX PARTITION TOKEN: hands the partition back. The mark has no expiry.
inline constexpr char kGiveBack[] = R"lua(
local key = ARGV[1] .. 'own:' .. ARGV[2]
if redis.call('GET', key) ~= ARGV[3] then return 0 end
redis.call('DEL', key)
redis.call('SET', key, '-')
return 1
)lua";

/// PREFIX CONSUMER ROOM SUSPICIOUS, and for each partition P TOKEN MOST CURSOR LOST: links for the
/// process, of partitions whose lease is the token's at that moment; ROOM in all, with the last
/// partition's more. CURSOR: where to go on with what others have got and not reported, `-` at the
/// beginning; empty: that is done, new ones follow. LOST 1: the lease before ran out, so that of
/// these, other consumers are gone that have any. Deliveries are counted so that each but the last
/// is of one that is gone. Those that SUSPICIOUS are gone of are named alone: see kReadSuspects.
/// Answers P, the next CURSOR, the entries, and suspects with how many are gone, in turn, of each
/// partition that has something to say.
inline constexpr char kRead[] = R"lua(
local out, room, suspicious = {}, tonumber(ARGV[3]), tonumber(ARGV[4])
for i = 5, #ARGV, 5 do
  if room <= 0 then break end
  local key, cursor, entries, suspects = ARGV[1] .. 'p:' .. ARGV[i], ARGV[i + 3], {}, {}
  if redis.call('GET', ARGV[1] .. 'own:' .. ARGV[i]) == ARGV[i + 1] then
    local said, there = cursor ~= '', redis.call('XLEN', key) > 0
    if said then
      local page = there and redis.pcall('XPENDING', key, 'g', cursor, '+', ARGV[i + 2])
      cursor = ''
      if page and not page.err and page[1] then
        local claims = {}
        for _, one in ipairs(page) do
          local is_gone = ARGV[i + 4] == '1' and one[2] ~= '-' and one[2] ~= ARGV[2]
          local gone = is_gone and one[4] or math.max(one[4] - 1, 0)
          if gone < suspicious then
            claims[gone] = claims[gone] or {'XCLAIM', key, 'g', ARGV[2], 0}
            table.insert(claims[gone], one[1])
          else
            suspects[#suspects + 1] = one[1]
            suspects[#suspects + 1] = gone
          end
        end
        for gone = 0, suspicious - 1 do
          if claims[gone] then
            table.insert(claims[gone], 'RETRYCOUNT')
            table.insert(claims[gone], gone + 1)
            for _, one in ipairs(redis.call(unpack(claims[gone]))) do
              entries[#entries + 1] = one
            end
          end
        end
        if #page == tonumber(ARGV[i + 2]) then cursor = '(' .. page[#page][1] end
      end
    end
    if there and cursor == '' and #entries == 0 and #suspects == 0 then
      local got = redis.pcall('XREADGROUP', 'GROUP', 'g', ARGV[2], 'COUNT', ARGV[i + 2],
                              'STREAMS', key, '>')
      if got and not got.err then entries = got[1][2] end
    end
    if said or #entries > 0 then out[#out + 1] = {ARGV[i], cursor, entries, suspects} end
    room = room - #entries
  end
end
return out
)lua";

/// PREFIX, and for each result PARTITION ENTRY TOKEN COUNT FIELD VALUE …: the result in place of
/// the link's entry, if that is there and nobody was faster. TOKEN: only if the lease is still that
/// one's; `-`: whoever has it now.
inline constexpr char kReport[] = R"lua(
local i, done = 2, 0
while i <= #ARGV do
  local key, count = ARGV[1] .. 'p:' .. ARGV[i], tonumber(ARGV[i + 3])
  local counts = ARGV[i + 2] == '-' or redis.call('GET', ARGV[1] .. 'own:' .. ARGV[i]) == ARGV[i + 2]
  if counts and redis.pcall('XACK', key, 'g', ARGV[i + 1]) == 1 then
    redis.call('XDEL', key, ARGV[i + 1])
    redis.call('XADD', ARGV[1] .. 'res', '*', unpack(ARGV, i + 4, i + 3 + count))
    done = done + 1
  end
  i = i + 4 + count
end
return done
)lua";

/// PREFIX, and for each link PARTITION ENTRY CONSUMER COUNT …: that process lives, and is to be
/// blamed for none of these, whoever has them by now; COUNT arguments follow, for nothing.
inline constexpr char kAcquit[] = R"lua(
local i = 2
while i <= #ARGV do
  local key, entry = ARGV[1] .. 'p:' .. ARGV[i], ARGV[i + 1]
  local got = redis.pcall('XPENDING', key, 'g', entry, entry, 1)
  local one = got and not got.err and got[1]
  if one and one[2] == ARGV[i + 2] then
    redis.call('XCLAIM', key, 'g', '-', 0, entry, 'RETRYCOUNT', one[4], 'JUSTID')
  elseif one then
    redis.call('XCLAIM', key, 'g', one[2], 0, entry, 'RETRYCOUNT', math.max(one[4] - 1, 1),
               'JUSTID')
  end
  i = i + 4 + ARGV[i + 3]
end
return 0
)lua";

/// PREFIX CONSUMER PARTITION TOKEN LOST ENTRY…: these of a partition for the process, as kRead
/// does. Answers how many are gone, and the entry, of each that has no result yet.
inline constexpr char kReadSuspects[] = R"lua(
local key, out = ARGV[1] .. 'p:' .. ARGV[3], {}
if redis.call('GET', ARGV[1] .. 'own:' .. ARGV[3]) ~= ARGV[4] then return out end
for i = 6, #ARGV do
  local one = redis.pcall('XPENDING', key, 'g', ARGV[i], ARGV[i], 1)
  if one and not one.err and one[1] then
    local is_gone = ARGV[5] == '1' and one[1][2] ~= '-' and one[1][2] ~= ARGV[2]
    local gone = is_gone and one[1][4] or math.max(one[1][4] - 1, 0)
    local got = redis.call('XCLAIM', key, 'g', ARGV[2], 0, ARGV[i], 'RETRYCOUNT', gone + 1)
    if got[1] then out[#out + 1] = {gone, got[1]} end
  end
end
return out
)lua";

/// As kReport, for links that are given up, as nodes went down that had them: their entries are
/// kept among the dead ones.
inline constexpr char kBury[] = R"lua(
local i, done = 2, 0
while i <= #ARGV do
  local key, count = ARGV[1] .. 'p:' .. ARGV[i], tonumber(ARGV[i + 3])
  local entry = redis.call('XRANGE', key, ARGV[i + 1], ARGV[i + 1])[1]
  local counts = redis.call('GET', ARGV[1] .. 'own:' .. ARGV[i]) == ARGV[i + 2]
  if counts and entry and redis.pcall('XACK', key, 'g', ARGV[i + 1]) == 1 then
    redis.call('XDEL', key, ARGV[i + 1])
    redis.call('XADD', ARGV[1] .. 'dead', 'MAXLEN', '~', '10000', '*', 'why',
               'nodes that had it went down or were cut off', unpack(entry[2]))
    redis.call('XADD', ARGV[1] .. 'res', '*', unpack(ARGV, i + 4, i + 3 + count))
    done = done + 1
  end
  i = i + 4 + count
end
return done
)lua";

/// PREFIX PARTITION ENTRY REASON: takes an entry out that no result will ever be for. REASON: why
/// it is kept among the dead ones; empty: it is not.
inline constexpr char kDrop[] = R"lua(
local key = ARGV[1] .. 'p:' .. ARGV[2]
redis.pcall('XACK', key, 'g', ARGV[3])
local entry = redis.call('XRANGE', key, ARGV[3], ARGV[3])
redis.call('XDEL', key, ARGV[3])
if ARGV[4] ~= '' and entry[1] then
  redis.call('XADD', ARGV[1] .. 'dead', 'MAXLEN', '~', '10000', '*', 'why', ARGV[4],
             unpack(entry[1][2]))
end
return 0
)lua";

}  // namespace fanfetch::scripts
