/* The channel as built (common/channel/, coordinator/pool/coordinator_channel.cc and
 * worker/worker_channel.cc): one coordinator, one worker at a time, two single-producer
 * single-consumer rings, slots with generations, one eventfd each way, and kill -9 at any statement
 * of the worker. Spin assumes sequential consistency; TSan looks at the rest.
 * A worker that is cut off leaves its jobs unanswered, which is here a kill between two statements.
 *
 * Holds: every job is committed once, with its own result, and all jobs are at last; the progress of
 * a started lease is never that of an earlier one.
 * Seeded bugs, which Spin has to find:
 *   BUG_DRAIN_LATE     the worker empties its eventfd after it has looked at the ring
 *   BUG_NO_GENERATION  a done slot is believed whatever its generation
 *   BUG_RECLAIM_EARLY  a worker's leases are taken back before its death is sure
 *   BUG_PROGRESS_LATE  a slot's progress is cleared only after the job is marked as started
 * The progress word is an ordinal here, with the generation that it belongs to as a ghost. A job is
 * late when the coordinator finds no move of it; here that is any time, and kills the worker.
 */
#define NS 2
#define NJ 3
#ifndef MAXCRASH
#define MAXCRASH 2
#endif
#define STARTED 1
#define DONE 2
#define PACK(gen, low) ((gen) * 4 + (low))

/* Shared memory: who writes which word is as in common/channel/layout.h. */
byte submit_ring[NS]; byte submit_head;
byte complete_ring[NS]; byte complete_head;
byte request[NS]; byte result[NS]; byte state[NS]; byte progress[NS];

/* The kernel's. */
bool event_worker, event_coordinator;
bool killed, dead, exited; /* the signal is sent; it has struck; waitid says so */
byte crashes;

/* The world, and what is to be proved of it. */
byte committed[NJ];
bool all_done;

proctype Worker() {
  byte entry, slot, tail, head;
  {
    do
    :: true ->
end_sleep: event_worker;
#ifndef BUG_DRAIN_LATE
       event_worker = 0;
#endif
       do
       :: tail != submit_head ->
          entry = submit_ring[tail % NS]; tail++;
          slot = entry & 3;
#ifndef BUG_PROGRESS_LATE
          progress[slot] = PACK(entry >> 2, 0);
#endif
          state[slot] = PACK(entry >> 2, STARTED);
#ifdef BUG_PROGRESS_LATE
          progress[slot] = PACK(entry >> 2, 0);
#endif
          result[slot] = request[slot];
          progress[slot] = PACK(entry >> 2, 1);
          state[slot] = PACK(entry >> 2, DONE);
          complete_ring[head % NS] = entry; head++;
          complete_head = head
       :: else -> break
       od;
#ifdef BUG_DRAIN_LATE
       event_worker = 0;
#endif
       event_coordinator = 1
    od
  } unless { dead };
  exited = 1
}

inline commit(s) {
  assert(result[s] == leased[s]);
  committed[leased[s]]++;
  assert(committed[leased[s]] == 1);
  held[s] = 0; left--
}

inline drain() {
  do
  :: tail != complete_head ->
     entry = complete_ring[tail % NS]; tail++;
     slot = entry & 3;
     if
     :: slot < NS && held[slot] && generation[slot] == (entry >> 2) ->
        assert(state[slot] == PACK(generation[slot], DONE));
        commit(slot)
     :: else -> assert(false) /* a sound worker never does this */
     fi
  :: else -> break
  od
}

inline reclaim() {
  slot = 0;
  do
  :: slot < NS ->
     if
     :: held[slot] ->
        if
#ifndef BUG_NO_GENERATION
        :: state[slot] == PACK(generation[slot], DONE) -> commit(slot)
#else
        :: (state[slot] & 3) == DONE -> commit(slot)
#endif
        :: else -> pending[leased[slot]] = 1; held[slot] = 0
        fi
     :: else
     fi;
     slot++
  :: else -> break
  od
}

/* The coordinator's tick: what it reads of a started lease is of that lease. */
inline look() {
  slot = 0;
  do
  :: slot < NS ->
     if
     :: held[slot] && (state[slot] >> 2) == generation[slot] ->
        assert((progress[slot] >> 2) == generation[slot])
     :: else
     fi;
     slot++
  :: else -> break
  od
}

inline dispatch() {
  slot = 0;
  do
  :: slot < NS ->
     job = 0;
     do
     :: job < NJ && !pending[job] -> job++
     :: else -> break
     od;
     if
     :: !held[slot] && job < NJ ->
        pending[job] = 0; held[slot] = 1; leased[slot] = job;
        generation[slot] = (generation[slot] + 1) & 15;
        request[slot] = job;
        submit_ring[head % NS] = PACK(generation[slot], slot); head++;
        submit_head = head;
        posted = 1
     :: else
     fi;
     slot++
  :: else -> break
  od;
  if
  :: posted -> posted = 0; event_worker = 1
  :: else
  fi
}

active proctype Coordinator() {
  byte leased[NS]; byte generation[NS]; bool held[NS]; bool pending[NJ];
  byte head, tail, slot, job, entry;
  byte left = NJ;
  byte arrived;
  bool posted;
#ifdef BUG_RECLAIM_EARLY
  pending[0] = 1; pending[1] = 1; pending[2] = 1;
#endif
  run Worker();
  dispatch();
  do
  :: left == 0 -> break
  :: else ->
#ifndef BUG_RECLAIM_EARLY
     if
     :: event_coordinator || exited -> event_coordinator = 0
     :: arrived < NJ -> pending[arrived] = 1; arrived++ /* another link was read */
     fi;
     look();
#else
     (event_coordinator || killed);
     event_coordinator = 0;
#endif
     drain();
     if
#ifndef BUG_RECLAIM_EARLY
     :: exited ->
#else
     :: killed ->
#endif
        drain();
        reclaim();
#ifdef BUG_RECLAIM_EARLY
        drain(); /* sees what the dying worker still wrote */
        exited;
#endif
        skip; /* Spin: a loop may not end by jumping into a d_step */
        /* The successor gets a fresh region. */
        d_step {
          submit_head = 0; complete_head = 0; head = 0; tail = 0;
          state[0] = 0; state[1] = 0; progress[0] = 0; progress[1] = 0; result[0] = NJ; result[1] = NJ;
          generation[0] = 0; generation[1] = 0;
          event_worker = 0; event_coordinator = 0; killed = 0; dead = 0; exited = 0
        };
        run Worker()
     :: else
     fi;
     dispatch()
  od;
  assert(committed[0] == 1 && committed[1] == 1 && committed[2] == 1);
  all_done = 1
end: true
}

active proctype Killer() {
  do
  :: atomic { !all_done && !killed && !exited && crashes < MAXCRASH -> killed = 1; crashes++ }
     dead = 1
  :: break
  od
}

ltl done { <> all_done }
