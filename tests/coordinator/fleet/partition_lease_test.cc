// The table of partition_lease.h, state by state. A lease of 30 s: usable for 24, stopped within
// 10, renewed every 10.

#include "coordinator/fleet/partition_lease.h"

#include <gtest/gtest.h>

#include "tests/coordinator/fleet/lease_moments.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;
using Request = PartitionLease::Request;
using State = PartitionLease::State;

/// Asked for at 0 by request 1.
PartitionLease asked() { return {kLeaseRules, 7, 1, at(0)}; }

/// The same, answered with yes at 1.
PartitionLease working() {
  PartitionLease lease = asked();
  lease.on_yes(1, at(1));
  return lease;
}

PartitionLease unsure() {
  PartitionLease lease = asked();
  lease.on_lost();
  return lease;
}

PartitionLease stopping() {
  PartitionLease lease = working();
  lease.hand_back(at(5));
  return lease;
}

PartitionLease returning() {
  PartitionLease lease = stopping();
  lease.on_stopped();
  return lease;
}

/// Over at 24.
PartitionLease dropping() {
  PartitionLease lease = working();
  lease.on_time(at(25));
  return lease;
}

TEST(PartitionLease, AskedWonAndWorkedOn) {
  PartitionLease lease = asked();
  EXPECT_EQ(lease.state(), State::asked);
  EXPECT_FALSE(lease.has_transfers());
  EXPECT_EQ(lease.due(at(20)), Request::none);
  lease.on_yes(1, at(5));
  EXPECT_EQ(lease.state(), State::working);
  EXPECT_TRUE(lease.has_transfers());
  EXPECT_EQ(lease.end(), at(24)) << "from before it was sent, not from the answer";
  EXPECT_EQ(lease.stop_by(), at(34));
}

TEST(PartitionLease, LostToAnotherNode) {
  PartitionLease lease = asked();
  lease.on_no(1, at(1));
  EXPECT_EQ(lease.state(), State::over);
}

TEST(PartitionLease, AYesThatComesTooLateIsNotWorkedBy) {
  PartitionLease lease = asked();
  lease.on_time(at(24));
  EXPECT_EQ(lease.state(), State::unsure);
  EXPECT_EQ(lease.due(at(24)), Request::none) << "the answer may still come";
  lease.on_yes(1, at(25));
  EXPECT_EQ(lease.state(), State::unsure);
  EXPECT_EQ(lease.due(at(25)), Request::renew);

  PartitionLease other = asked();
  other.on_yes(1, at(24));
  EXPECT_EQ(other.state(), State::unsure);
}

TEST(PartitionLease, AnAnswerThatIsLostProvesNothing) {
  PartitionLease lease = unsure();
  EXPECT_EQ(lease.state(), State::unsure);
  EXPECT_FALSE(lease.has_transfers());
  EXPECT_EQ(lease.due(at(2)), Request::renew);
  lease.on_sent(2, at(2));
  lease.on_yes(1, at(3));  // nobody's: an answer to request 1 cannot come any more
  EXPECT_EQ(lease.state(), State::unsure);
  lease.on_yes(2, at(3));
  EXPECT_EQ(lease.state(), State::working);
  EXPECT_EQ(lease.end(), at(26));
}

TEST(PartitionLease, OneRequestMayBeLostAlone) {
  PartitionLease lease = working();
  lease.on_sent(2, at(10));
  lease.on_lost(1);
  EXPECT_EQ(lease.due(at(11)), Request::none) << "not the one that is on its way";
  lease.on_lost(2);
  EXPECT_EQ(lease.due(at(11)), Request::renew);
}

TEST(PartitionLease, AnUnsureOneTurnsOutNotToBeOurs) {
  PartitionLease lease = unsure();
  lease.on_sent(2, at(2));
  lease.on_no(2, at(3));
  EXPECT_EQ(lease.state(), State::over);
}

TEST(PartitionLease, AnUnsureOneMayBeOursForOneLease) {
  PartitionLease lease = unsure();
  lease.on_time(at(29));
  EXPECT_EQ(lease.state(), State::unsure);
  lease.on_time(at(30));
  EXPECT_EQ(lease.state(), State::over);
}

TEST(PartitionLease, RenewalsKeepIt) {
  PartitionLease lease = working();
  EXPECT_EQ(lease.due(at(9)), Request::none);
  EXPECT_EQ(lease.due(at(10)), Request::renew);
  lease.on_sent(2, at(10));
  EXPECT_EQ(lease.due(at(11)), Request::none);
  EXPECT_EQ(lease.end(), at(24)) << "not by a renewal without an answer";
  lease.on_yes(2, at(12));
  EXPECT_EQ(lease.end(), at(34));
  EXPECT_EQ(lease.due(at(19)), Request::none);
  EXPECT_EQ(lease.due(at(20)), Request::renew);
}

TEST(PartitionLease, ARenewalThatIsLostIsAskedForAgain) {
  PartitionLease lease = working();
  lease.on_sent(2, at(10));
  lease.on_lost();
  EXPECT_EQ(lease.state(), State::working);
  EXPECT_EQ(lease.end(), at(24));
  EXPECT_EQ(lease.due(at(11)), Request::renew) << "at once";
  EXPECT_EQ(lease.wake_at(true), at(10));
  EXPECT_EQ(lease.wake_at(false), at(24));
  lease.on_sent(3, at(11));
  lease.on_yes(3, at(12));
  EXPECT_EQ(lease.end(), at(35));
  lease.on_lost();  // nothing was on its way
  EXPECT_EQ(lease.due(at(20)), Request::none);
  EXPECT_EQ(lease.due(at(21)), Request::renew);
}

TEST(PartitionLease, WithoutARenewalItIsOverAndStops) {
  PartitionLease lease = working();
  lease.on_time(at(23));
  EXPECT_EQ(lease.state(), State::working);
  lease.on_time(at(24));
  EXPECT_EQ(lease.state(), State::dropping);
  EXPECT_TRUE(lease.has_transfers());
  EXPECT_EQ(lease.stop_by(), at(34));
  EXPECT_EQ(lease.due(at(24)), Request::none);
}

/// After a sleep: what it may still do is counted from its end, not from when that was noticed.
TEST(PartitionLease, ASleeperStopsAtOnce) {
  PartitionLease lease = working();
  lease.on_time(at(500));
  EXPECT_EQ(lease.state(), State::dropping);
  EXPECT_EQ(lease.stop_by(), at(34));
}

/// Nor from an answer that it finds when it wakes, or from a decision of that time.
TEST(PartitionLease, ASleeperHasNoTimeLeftWhateverItNoticesFirst) {
  PartitionLease gone = working();
  gone.on_sent(2, at(10));
  gone.on_no(2, at(500));
  EXPECT_EQ(gone.state(), State::dropping);
  EXPECT_EQ(gone.stop_by(), at(34));
  PartitionLease back = working();
  back.hand_back(at(500));
  EXPECT_EQ(back.stop_by(), at(34));
  back.on_time(at(500));
  EXPECT_EQ(back.state(), State::dropping);
  EXPECT_EQ(back.stop_by(), at(34));
}

TEST(PartitionLease, ADroppedOneThatIsStillOursIsWorkedOnAgain) {
  PartitionLease lease = dropping();
  lease.on_stopped();
  EXPECT_EQ(lease.state(), State::unsure);
  lease.on_sent(2, at(26));
  lease.on_yes(2, at(27));
  EXPECT_EQ(lease.state(), State::working);
  EXPECT_EQ(lease.end(), at(50));
}

TEST(PartitionLease, ARenewalThatFindsItGoneStopsIt) {
  PartitionLease lease = working();
  lease.on_sent(2, at(10));
  lease.on_no(2, at(11));
  EXPECT_EQ(lease.state(), State::dropping);
  EXPECT_EQ(lease.stop_by(), at(21));
  lease.on_stopped();
  EXPECT_EQ(lease.state(), State::over);
}

TEST(PartitionLease, ADroppedOneThatIsGone) {
  PartitionLease lease = working();
  lease.on_sent(2, at(10));
  lease.on_time(at(24));
  lease.on_no(2, at(25));
  EXPECT_EQ(lease.state(), State::dropping);
  lease.on_stopped();
  EXPECT_EQ(lease.state(), State::over);
}

TEST(PartitionLease, HandedBackOnceItsTransfersHaveStopped) {
  PartitionLease lease = stopping();
  EXPECT_EQ(lease.state(), State::stopping);
  EXPECT_EQ(lease.stop_by(), at(15));
  EXPECT_EQ(lease.due(at(6)), Request::none);
  EXPECT_EQ(lease.due(at(10)), Request::renew) << "transfers still run";
  lease.on_stopped();
  EXPECT_EQ(lease.state(), State::returning);
  EXPECT_EQ(lease.due(at(6)), Request::give_back);
  lease.on_sent(2, at(6));
  lease.on_yes(2, at(7));
  EXPECT_EQ(lease.state(), State::over);
}

/// An answer to the renewal before is none to handing back.
TEST(PartitionLease, ARenewalOnItsWayIsNotTakenForHandingBack) {
  PartitionLease lease = stopping();
  lease.on_sent(2, at(10));
  lease.on_stopped();
  EXPECT_EQ(lease.due(at(11)), Request::none);
  lease.on_yes(2, at(12));
  EXPECT_EQ(lease.state(), State::returning);
  EXPECT_EQ(lease.due(at(12)), Request::give_back);
}

TEST(PartitionLease, HandingBackIsRepeatedForOneLease) {
  PartitionLease lease = returning();
  lease.on_sent(2, at(6));
  lease.on_lost();
  EXPECT_EQ(lease.state(), State::returning);
  EXPECT_EQ(lease.due(at(7)), Request::give_back);
  lease.on_time(at(36));
  EXPECT_EQ(lease.state(), State::over);

  PartitionLease gone = returning();
  gone.on_sent(2, at(6));
  gone.on_no(2, at(7));
  EXPECT_EQ(gone.state(), State::over);
}

TEST(PartitionLease, StoppingWhileTheLeaseEnds) {
  PartitionLease lease = working();
  lease.hand_back(at(23));
  lease.on_time(at(24));
  EXPECT_EQ(lease.state(), State::dropping);
  EXPECT_EQ(lease.stop_by(), at(33));
  lease.hand_back(at(24));
  EXPECT_EQ(lease.state(), State::dropping);
}

TEST(PartitionLease, AnUnsureOneCanBeHandedBack) {
  PartitionLease lease = unsure();
  lease.hand_back(at(2));
  EXPECT_EQ(lease.due(at(2)), Request::give_back);
}

TEST(PartitionLease, WhenToLookAgain) {
  const struct {
    PartitionLease lease;
    std::optional<BootInstant> connected, not_connected;
  } rows[] = {
      {asked(), at(24), at(24)},
      {unsure(), at(0), at(30)},
      {working(), at(10), at(24)},
      {stopping(), at(10), at(24)},
      {dropping(), std::nullopt, std::nullopt},
      {returning(), at(0), at(30)},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.lease.wake_at(true), row.connected) << static_cast<int>(row.lease.state());
    EXPECT_EQ(row.lease.wake_at(false), row.not_connected) << static_cast<int>(row.lease.state());
  }
}

/// (usable + stop) × drift ≤ takeover: clocks may differ by a sixth.
TEST(LeaseRules, TheTimesFitEachOther) {
  for (const int lease : {30, 60, 600}) {
    const LeaseRules rules = LeaseRules::of(seconds(lease), seconds(10));
    EXPECT_LE((rules.usable + rules.stop) * 7 / 6, rules.takeover) << lease;
    EXPECT_LT(rules.renew_every * 2, rules.usable) << "one renewal may be lost";
    EXPECT_LT(rules.look_every + rules.look_takes_at_most, rules.lease / 2) << "no gap";
  }
}

}  // namespace
}  // namespace fanfetch
