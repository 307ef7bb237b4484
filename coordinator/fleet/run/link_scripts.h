#pragma once

#include "coordinator/fleet/run/script_text.h"

namespace fanfetch::scripts {

// Links on their way to nodes, and their results on the way back.

// The second argument of each is the ID of the job that it is for: while a driver or a node has not
// heard that another job has the name, it does nothing there.

/// PREFIX ID, and for each link PARTITION COUNT FIELD VALUE …: adds them to the streams.
inline constexpr auto kSend = joined(kIsJob, R"lua(
local made, i = {}, 3
if not is_job(ARGV[2]) then return 0 end
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
)lua");

/// `gone_of(one, me, lost)`: how many are gone that had an entry, of which `one` is what XPENDING
/// says. Each but the last to whom it was delivered is. The last one is, too, where the lease
/// before ran out (`lost` is 1), unless that is this process, or one that has said that it lives.
inline constexpr char kGoneOf[] = R"lua(
local function gone_of(one, me, lost)
  local holder, deliveries = one[2], one[4]
  if lost == '1' and holder ~= '-' and holder ~= me then return deliveries end
  return math.max(deliveries - 1, 0)
end
)lua";

/// `forget_consumers(key, me)`: removes those that nothing of the stream is with any more, but this
/// process; one that lives is there again with the next link that it gets.
inline constexpr char kForgetConsumers[] = R"lua(
local function forget_consumers(key, me)
  local consumers = redis.pcall('XINFO', 'CONSUMERS', key, 'g')
  for _, consumer in ipairs(consumers.err and {} or consumers) do
    local about = {}
    for i = 1, #consumer, 2 do about[consumer[i]] = consumer[i + 1] end
    if about.pending == 0 and about.name ~= me then
      redis.call('XGROUP', 'DELCONSUMER', key, 'g', about.name)
    end
  end
end
)lua";

/// PREFIX ID CONSUMER ROOM SUSPICIOUS, and for each partition P TOKEN MOST CURSOR LOST: links for
/// the process, of partitions whose lease is the token's at that moment; ROOM in all, with the last
/// partition's more. CURSOR: where to go on with what others have got and not reported, `-` at the
/// beginning; empty: that is done, new ones follow. LOST 1: the lease before ran out, so that of
/// these, other consumers are gone that have any. Deliveries are counted so that each but the last
/// is of one that is gone. Those that SUSPICIOUS are gone of are named alone: see kReadSuspects.
/// Answers P, the next CURSOR, the entries, and suspects with how many are gone, in turn, of each
/// partition that has something to say.
inline constexpr auto kRead = joined(kIsJob, kGoneOf, kForgetConsumers, R"lua(
local out, me, room, suspicious = {}, ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if not is_job(ARGV[2]) then return out end
for i = 6, #ARGV, 5 do
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
          local gone = gone_of(one, me, ARGV[i + 4])
          if gone < suspicious then
            claims[gone] = claims[gone] or {'XCLAIM', key, 'g', me, 0}
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
      if cursor == '' then forget_consumers(key, me) end
    end
    if there and cursor == '' and #entries == 0 and #suspects == 0 then
      local got = redis.pcall('XREADGROUP', 'GROUP', 'g', me, 'COUNT', ARGV[i + 2], 'STREAMS',
                              key, '>')
      if got and not got.err then entries = got[1][2] end
    end
    if said or #entries > 0 then out[#out + 1] = {ARGV[i], cursor, entries, suspects} end
    room = room - #entries
  end
end
return out
)lua");

/// PREFIX ID CONSUMER PARTITION TOKEN LOST ENTRY…: these of a partition for the process, as kRead
/// does. Answers how many are gone, and the entry, of each that has no result yet.
inline constexpr auto kReadSuspects = joined(kIsJob, kGoneOf, kForgetConsumers, R"lua(
local me, key, out = ARGV[3], ARGV[1] .. 'p:' .. ARGV[4], {}
local is_owner = redis.call('GET', ARGV[1] .. 'own:' .. ARGV[4]) == ARGV[5]
if not is_owner or not is_job(ARGV[2]) then return out end
for i = 7, #ARGV do
  local one = redis.pcall('XPENDING', key, 'g', ARGV[i], ARGV[i], 1)
  if one and not one.err and one[1] then
    local gone = gone_of(one[1], me, ARGV[6])
    local got = redis.call('XCLAIM', key, 'g', me, 0, ARGV[i], 'RETRYCOUNT', gone + 1)
    if got[1] then out[#out + 1] = {gone, got[1]} end
  end
end
forget_consumers(key, me)
return out
)lua");

/// `keep_dead(entry, why)`: keeps what an entry of XRANGE has among the dead ones.
inline constexpr char kKeepDead[] = R"lua(
local function keep_dead(entry, why)
  redis.call('XADD', ARGV[1] .. 'dead', 'MAXLEN', '~', '10000', '*', 'why', why, unpack(entry[2]))
end
)lua";

/// `is_over(id)`: no result of that job is waited for.
inline constexpr char kIsOver[] = R"lua(
local function is_over(id)
  return not is_job(id) or redis.call('HGET', ARGV[1] .. 'job', 'state') == 'done'
end
)lua";

/// `put_results(give_up)`: of PREFIX ID, and for each result PARTITION ENTRY TOKEN COUNT FIELD
/// VALUE …, the result in place of the link's entry. TOKEN: only if the lease is still that one's,
/// and that entry is there, as nobody was faster; or where neither is, as Redis has lost all.
/// `-`: whoever has the lease, and where the entry is not there, too: a driver that has the link's
/// result knows it by its ID. `give_up`: called for each entry, as XRANGE says it; nil: there is no
/// need. Returns what each result is called among the results; empty: it was not put.
inline constexpr char kPutResults[] = R"lua(
local function put_results(give_up)
  local i, put = 3, {}
  if is_over(ARGV[2]) then return put end
  redis.call('HDEL', ARGV[1] .. 'job', '')  -- which is not there: see script_text.h
  while i <= #ARGV do
    local partition, id, token, count = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
    local key = ARGV[1] .. 'p:' .. partition
    local owner = token ~= '-' and redis.call('GET', ARGV[1] .. 'own:' .. partition)
    local counts = token == '-' or owner == token
    local entry = (give_up or not counts) and redis.call('XRANGE', key, id, id)[1]
    local is_there = counts and redis.pcall('XACK', key, 'g', id) == 1
    if is_there or token == '-' then redis.call('XDEL', key, id) end
    if is_there and give_up and entry then give_up(entry) end
    local is_lost = (not owner or owner == '-') and not counts and not entry
    put[#put + 1] = (is_there or is_lost or token == '-') and
                    redis.call('XADD', ARGV[1] .. 'res', '*', unpack(ARGV, i + 4, i + 3 + count)) or
                    ''
    i = i + 4 + count
  end
  expire_with_job(ARGV[1] .. 'res')
  return put
end
)lua";

/// As kPutResults says.
inline constexpr auto kReport = joined(kIsJob, kIsOver, kExpireWithJob, kPutResults, R"lua(
return put_results(nil)
)lua");

/// PREFIX ID, and for each result PARTITION ENTRY RESULT COUNT FIELD VALUE …: those that Redis had
/// as RESULT and may have lost. Answers as kPutResults does: RESULT, where it is there.
inline constexpr auto kReportAgain = joined(kIsJob, kIsOver, kExpireWithJob, R"lua(
local i, put, results = 3, {}, ARGV[1] .. 'res'
while i <= #ARGV and not is_over(ARGV[2]) do
  local key, entry, id, count = ARGV[1] .. 'p:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  redis.pcall('XACK', key, 'g', entry)
  redis.call('XDEL', key, entry)  -- that it was delivered may be lost, too
  local known = redis.call('XRANGE', results, id, id)[1] or {id, {}}
  local is_there = #known[2] == tonumber(count)
  for n, word in ipairs(known[2]) do is_there = is_there and word == ARGV[i + 3 + n] end
  put[#put + 1] = is_there and id or
                  redis.call('XADD', results, '*', unpack(ARGV, i + 4, i + 3 + count))
  i = i + 4 + count
end
expire_with_job(results)
return put
)lua");

/// As kPutResults says, for links that are given up, as nodes went down that had them: their
/// entries are kept among the dead ones.
inline constexpr auto kBury = joined(kIsJob, kIsOver, kExpireWithJob, kKeepDead, kPutResults, R"lua(
return put_results(function(entry)
  keep_dead(entry, 'nodes that had it went down or were cut off')
end)
)lua");

/// PREFIX ID, and for each link PARTITION ENTRY CONSUMER COUNT …: that process lives, and is to be
/// blamed for none of these, whoever has them by now; COUNT arguments follow, for nothing.
inline constexpr auto kAcquit = joined(kIsJob, R"lua(
local i = is_job(ARGV[2]) and 3 or #ARGV + 1
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
)lua");

/// PREFIX ID PARTITION ENTRY REASON: takes an entry out that no result will ever be for. REASON:
/// why it is kept among the dead ones; empty: it is not.
inline constexpr auto kDrop = joined(kIsJob, kKeepDead, R"lua(
if not is_job(ARGV[2]) then return 0 end
local key, id = ARGV[1] .. 'p:' .. ARGV[3], ARGV[4]
redis.pcall('XACK', key, 'g', id)
local entry = redis.call('XRANGE', key, id, id)[1]
redis.call('XDEL', key, id)
if ARGV[5] ~= '' and entry then keep_dead(entry, ARGV[5]) end
return 0
)lua");

}  // namespace fanfetch::scripts
