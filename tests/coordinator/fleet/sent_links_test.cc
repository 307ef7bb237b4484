#include "coordinator/fleet/sent_links.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace fanfetch {
namespace {

Link link_of(const std::string& text) {
  Link link;
  link.url = *parse_url(text);
  link.listed = text;
  link.hash = identity_of(link.url);
  link.name = "a.test/photo.jpg";
  return link;
}

LinkId id_of(const std::string& text) { return link_id(link_of(text).hash); }

const std::string kOne = "https://a.test/one.jpg", kTwo = "https://a.test/two.jpg";

TEST(SentLinksTest, TheFirstResultOfALinkIsItsOwn) {
  SentLinks sent;
  sent.add(link_of(kOne), 7);
  EXPECT_FALSE(sent.on_recorded(id_of(kOne))) << "it has no result";
  const auto first = sent.on_result(id_of(kOne), "5-0");
  ASSERT_TRUE(first.link);
  EXPECT_EQ(first.link->listed, kOne);
  EXPECT_TRUE(first.is_needed);
  const auto same = sent.on_result(id_of(kOne), "5-0");
  EXPECT_FALSE(same.link);
  EXPECT_TRUE(same.is_needed) << "it is read again while the ledger takes it";
  const auto second = sent.on_result(id_of(kOne), "6-0");
  EXPECT_FALSE(second.link);
  EXPECT_FALSE(second.is_needed);
  const auto recorded = sent.on_recorded(id_of(kOne));
  ASSERT_TRUE(recorded);
  EXPECT_EQ(recorded->partition, 7u);
  EXPECT_EQ(recorded->entry, "5-0");
  EXPECT_EQ(sent.size(), 0u);
  EXPECT_FALSE(sent.on_recorded(id_of(kOne)));
}

TEST(SentLinksTest, AResultThatNobodyWaitsForIsNotNeeded) {
  SentLinks sent;
  const auto answer = sent.on_result(id_of(kOne), "5-0");
  EXPECT_FALSE(answer.link);
  EXPECT_FALSE(answer.is_needed);
  EXPECT_FALSE(answer.is_known);
  sent.add(link_of(kOne), 1);
  EXPECT_TRUE(sent.has(id_of(kOne)));
  EXPECT_TRUE(sent.on_result(id_of(kOne), "5-0").is_known);
  EXPECT_TRUE(sent.on_result(id_of(kOne), "6-0").is_known) << "it has another one";
}

TEST(SentLinksTest, WhatWasLostAndHasNoResultIsSentAgain) {
  SentLinks sent;
  sent.add(link_of(kOne), 1);
  sent.add(link_of(kTwo), 2);
  (void)sent.on_result(id_of(kTwo), "5-0");
  std::vector<unsigned> times;
  const auto note = [&times](const Link& link, unsigned partition, unsigned number) {
    EXPECT_EQ(link.listed, kOne);
    EXPECT_EQ(partition, 1u);
    times.push_back(number);
  };
  sent.send_lost(note);
  EXPECT_TRUE(times.empty()) << "nothing is lost";
  sent.on_lost();
  sent.add(link_of("http://a.test/later"), 1);
  sent.send_lost(note);
  sent.send_lost(note);
  EXPECT_EQ(times, std::vector<unsigned>{2}) << "once for each loss";
  (void)sent.on_result(id_of("http://a.test/later"), "5-1");
  sent.on_lost();
  sent.send_lost(note);
  EXPECT_EQ(times, (std::vector<unsigned>{2, 3}));
  const auto answer = sent.on_result(id_of(kOne), "6-0");
  ASSERT_TRUE(answer.link);
  EXPECT_EQ(answer.link->listed, kOne) << "it is whole";
}

TEST(SentLinksTest, TheBiggestHostOfAPartition) {
  SentLinks sent;
  EXPECT_FALSE(sent.biggest_host(1));
  const std::string a = "https://a.test/", b = "https://b.test:8080/", plain = "http://a.test/";
  for (int n = 0; n < 4; ++n) sent.add(link_of(a + std::to_string(n)), 1);
  for (int n = 0; n < 5; ++n) sent.add(link_of(b + std::to_string(n)), 1);
  for (int n = 0; n < 2; ++n) sent.add(link_of(plain + std::to_string(n)), 1);
  for (int n = 9; n < 19; ++n) sent.add(link_of(a + std::to_string(n)), 2);
  for (int n = 0; n < 6; ++n) {
    Link piece = link_of("https://spread.test/" + std::to_string(n));
    piece.piece = {.number = 1, .count = 4};
    sent.add(std::move(piece), 1);
  }
  auto big = sent.biggest_host(1);
  ASSERT_TRUE(big);
  EXPECT_EQ(big->url.origin(), "https://b.test:8080");
  EXPECT_EQ(big->links, 5u);
  EXPECT_EQ(big->of, 17u);
  for (int n = 0; n < 2; ++n) (void)sent.on_result(id_of(b + std::to_string(n)), "5-0");
  big = sent.biggest_host(1);
  EXPECT_EQ(big->url.origin(), "https://a.test:443") << "these have results";
  EXPECT_EQ(big->of, 15u);
  const auto answer = sent.on_result(id_of(a + "0"), "6-0");
  ASSERT_TRUE(answer.link);
  EXPECT_EQ(answer.link->listed, a + "0") << "it is whole";
}

}  // namespace
}  // namespace fanfetch
