#pragma once

#include "coordinator/fleet/run/script_text.h"

namespace fanfetch::scripts {

// Links on their way to nodes, and their results on the way back.

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

/// PREFIX CONSUMER ROOM SUSPICIOUS, and for each partition P TOKEN MOST CURSOR LOST: links for the
/// process, of partitions whose lease is the token's at that moment; ROOM in all, with the last
/// partition's more. CURSOR: where to go on with what others have got and not reported, `-` at the
/// beginning; empty: that is done, new ones follow. LOST 1: the lease before ran out, so that of
/// these, other consumers are gone that have any. Deliveries are counted so that each but the last
/// is of one that is gone. Those that SUSPICIOUS are gone of are named alone: see kReadSuspects.
/// Answers P, the next CURSOR, the entries, and suspects with how many are gone, in turn, of each
/// partition that has something to say.
inline constexpr auto kRead = joined(kGoneOf, kForgetConsumers, R"lua(
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
          local gone = gone_of(one, ARGV[2], ARGV[i + 4])
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
      if cursor == '' then forget_consumers(key, ARGV[2]) end
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
)lua");

/// PREFIX CONSUMER PARTITION TOKEN LOST ENTRY…: these of a partition for the process, as kRead
/// does. Answers how many are gone, and the entry, of each that has no result yet.
inline constexpr auto kReadSuspects = joined(kGoneOf, kForgetConsumers, R"lua(
local key, out = ARGV[1] .. 'p:' .. ARGV[3], {}
if redis.call('GET', ARGV[1] .. 'own:' .. ARGV[3]) ~= ARGV[4] then return out end
for i = 6, #ARGV do
  local one = redis.pcall('XPENDING', key, 'g', ARGV[i], ARGV[i], 1)
  if one and not one.err and one[1] then
    local gone = gone_of(one[1], ARGV[2], ARGV[5])
    local got = redis.call('XCLAIM', key, 'g', ARGV[2], 0, ARGV[i], 'RETRYCOUNT', gone + 1)
    if got[1] then out[#out + 1] = {gone, got[1]} end
  end
end
forget_consumers(key, ARGV[2])
return out
)lua");

/// `keep_dead(entry, why)`: keeps what an entry of XRANGE has among the dead ones.
inline constexpr char kKeepDead[] = R"lua(
local function keep_dead(entry, why)
  redis.call('XADD', ARGV[1] .. 'dead', 'MAXLEN', '~', '10000', '*', 'why', why, unpack(entry[2]))
end
)lua";

/// `put_results(give_up)`: of PREFIX, and for each result PARTITION ENTRY TOKEN COUNT FIELD VALUE
/// …, the result in place of the link's entry, if that is there and nobody was faster. TOKEN: only
/// if the lease is still that one's; `-`: whoever has it now. `give_up`: called for each such
/// entry, as XRANGE says it; nil: there is no need. Returns how many were put.
inline constexpr char kPutResults[] = R"lua(
local function put_results(give_up)
  local i, done = 2, 0
  while i <= #ARGV do
    local partition, id, token, count = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
    local key = ARGV[1] .. 'p:' .. partition
    local counts = token == '-' or redis.call('GET', ARGV[1] .. 'own:' .. partition) == token
    local entry = counts and give_up and redis.call('XRANGE', key, id, id)[1]
    if counts and redis.pcall('XACK', key, 'g', id) == 1 then
      redis.call('XDEL', key, id)
      if entry then give_up(entry) end
      redis.call('XADD', ARGV[1] .. 'res', '*', unpack(ARGV, i + 4, i + 3 + count))
      done = done + 1
    end
    i = i + 4 + count
  end
  return done
end
)lua";

/// As kPutResults says.
inline constexpr auto kReport = joined(kPutResults, R"lua(
return put_results(nil)
)lua");

/// The same for links that are given up, as nodes went down that had them: their entries are kept
/// among the dead ones.
inline constexpr auto kBury = joined(kKeepDead, kPutResults, R"lua(
return put_results(function(entry)
  keep_dead(entry, 'nodes that had it went down or were cut off')
end)
)lua");

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

/// PREFIX PARTITION ENTRY REASON: takes an entry out that no result will ever be for. REASON: why
/// it is kept among the dead ones; empty: it is not.
inline constexpr auto kDrop = joined(kKeepDead, R"lua(
local key = ARGV[1] .. 'p:' .. ARGV[2]
redis.pcall('XACK', key, 'g', ARGV[3])
local entry = redis.call('XRANGE', key, ARGV[3], ARGV[3])[1]
redis.call('XDEL', key, ARGV[3])
if ARGV[4] ~= '' and entry then keep_dead(entry, ARGV[4]) end
return 0
)lua");

}  // namespace fanfetch::scripts
