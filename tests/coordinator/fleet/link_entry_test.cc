#include "coordinator/fleet/link_entry.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch {
namespace {

LinkEntry entry_of(const std::string& text) {
  LinkEntry entry;
  Link& link = entry.link;
  link.url = *parse_url(text);
  link.listed = mask_userinfo(text);
  link.hash = identity_of(link.url);
  link.index = 17;
  link.name = "a.test/photo.jpg";
  entry.attempts = 5;
  return entry;
}

void set(FleetFields& fields, const std::string& name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first != name) continue;
    field.second = value;
    return;
  }
  fields.emplace_back(name, value);
}

std::string error_of(const FleetFields& fields) {
  const auto entry = decode_link(fields);
  return entry ? "" : entry.error().message;
}

TEST(LinkEntry, ComesBackAsItWas) {
  LinkEntry entry = entry_of("https://a.test/x/photo.jpg?size=1");
  entry.link.listed = "HTTPS://a.test/x/photo.jpg?size=1#top";  // says the same
  entry.link.open_name = "a.test/photo";
  entry.link.name_given = true;
  entry.link.host_limit = 6;
  entry.link.piece = piece_of(link_id(entry.link.hash), 5);
  entry.link.failed_before = true;
  entry.sent = 3;
  entry.headers = {"api", "session-2"};
  const auto fields = encode(entry);
  ASSERT_TRUE(fields);
  const auto back = decode_link(*fields);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->link.listed, entry.link.listed);
  EXPECT_EQ(back->link.url.request, entry.link.url.request);
  EXPECT_EQ(back->link.url.normal, entry.link.url.normal);
  EXPECT_EQ(back->link.hash, entry.link.hash);
  EXPECT_EQ(back->link.name, entry.link.name);
  EXPECT_EQ(back->link.open_name, entry.link.open_name);
  EXPECT_EQ(back->link.index, 17u);
  EXPECT_EQ(back->link.host_limit, 6u);
  EXPECT_EQ(back->link.piece, entry.link.piece);
  EXPECT_TRUE(back->link.name_given && back->link.failed_before);
  EXPECT_EQ(back->attempts, 5u);
  EXPECT_EQ(back->sent, 3u);
  EXPECT_EQ(back->headers, entry.headers);
}

/// A hundred thousand of them wait in memory.
TEST(LinkEntry, HasFewFields) {
  const auto fields = encode(entry_of("http://a.test/photo.jpg"));
  ASSERT_TRUE(fields);
  const FleetFields expected = {{"v", "1"},
                                {"id", to_hex(link_id(sha256("http://a.test/photo.jpg")))},
                                {"u", "http://a.test/photo.jpg"},
                                {"n", "a.test/photo.jpg"},
                                {"i", "17"},
                                {"t", "5"}};
  EXPECT_EQ(*fields, expected);
  const auto back = decode_link(*fields);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->link.listed, "http://a.test/photo.jpg");
  EXPECT_EQ(back->sent, 1u);
  EXPECT_EQ(back->link.piece, HostPiece()) << "its host is whole";
  EXPECT_TRUE(back->headers.empty());
}

TEST(LinkEntry, NoSecretTravels) {
  const LinkEntry user = entry_of("http://bob:hush@a.test/");
  const auto refused = encode(user);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("hush"), std::string::npos);
  LinkEntry header = entry_of("http://a.test/");
  header.link.headers = {"Cookie: hush"};
  ASSERT_FALSE(encode(header));
  EXPECT_EQ(encode(header).error().message.find("hush"), std::string::npos);
}

/// Two links that are asked for by the same URL.
TEST(LinkEntry, ABlankIsAnotherLinkThanItsEscape) {
  const LinkEntry blank = entry_of("http://a.test/?x=a b"),
                  escape = entry_of("http://a.test/?x=a%20b");
  ASSERT_EQ(blank.link.url.request, escape.link.url.request);
  ASSERT_NE(blank.link.hash, escape.link.hash);
  for (const LinkEntry& entry : {blank, escape}) {
    const auto back = decode_link(*encode(entry));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->link.hash, entry.link.hash);
    EXPECT_EQ(back->link.listed, entry.link.listed);
  }
}

TEST(LinkEntry, WhatNodesWouldTakeForAnotherLink) {
  LinkEntry entry = entry_of("http://a.test/x");
  entry.link.listed = "http://a.test/y";
  EXPECT_FALSE(encode(entry));
  entry.link.listed = "nonsense";
  EXPECT_FALSE(encode(entry));
}

TEST(LinkEntry, TooLongToTravel) {
  LinkEntry entry = entry_of("http://a.test/");
  entry.link.listed = "http://a.test/#" + std::string(kMostFieldBytes, 'x');
  EXPECT_FALSE(encode(entry));
}

TEST(LinkEntry, FieldsOfLaterVersionsArePassedBy) {
  auto fields = *encode(entry_of("http://a.test/"));
  fields.emplace_back("news", "x");
  EXPECT_EQ(error_of(fields), "");
}

TEST(LinkEntry, AnotherVersionIsRefusedWithAWord) {
  auto fields = *encode(entry_of("http://a.test/"));
  set(fields, "v", "2");
  EXPECT_EQ(error_of(fields), "a link of the fleet has version '2', and this fanfetch knows 1");
}

TEST(LinkEntry, WhatItMayNotHold) {
  const FleetFields good = *encode(entry_of("http://a.test/"));
  const std::pair<const char*, std::string> rows[] = {
      {"id", "00"},
      {"id", std::string(32, '0')},  // of another link
      {"u", ""},
      {"u", "ftp://a.test/"},
      {"u", "http://a.test/other"},
      {"u", "http://bob@a.test/"},
      {"u", "http://a.test/" + std::string(kMaxUrlBytes, 'x')},
      {"u", "http://a.test/#" + std::string(kMostFieldBytes, 'x')},
      {"n", ""},
      {"n", "../etc/passwd"},
      {"o", "/etc/passwd"},
      {"i", ""},
      {"i", "0"},
      {"i", "-1"},
      {"i", "9223372036854775808"},
      {"i", "99999999999999999999"},
      {"i", "1x"},
      {"i", " 1"},
      {"t", "0"},
      {"t", "1001"},
      {"s", "0"},
      {"c", "0"},
      {"g", "2"},
      {"h", "a b"},
      {"h", ",a"},
      {"h", "a,,b"},
      {"h", std::string(65, 'x')},
      {"h", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"},
  };
  EXPECT_EQ(error_of(good), "");
  for (const auto& [name, value] : rows) {
    FleetFields fields = good;
    set(fields, name, value);
    EXPECT_NE(error_of(fields), "") << name << " " << value;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    FleetFields fields = good;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(error_of(fields), "") << good[i].first << " is missing";
    fields = good;
    fields.push_back(good[i]);
    EXPECT_NE(error_of(fields), "") << good[i].first << " twice";
  }
}

TEST(LinkEntry, WhatIsTooLargeIsNotLookedAt) {
  FleetFields fields = *encode(entry_of("http://a.test/"));
  while (fields.size() <= kMostFields) fields.emplace_back("x" + std::to_string(fields.size()), "");
  EXPECT_EQ(error_of(fields), "a link of the fleet is too large");
  fields = *encode(entry_of("http://a.test/"));
  for (const char* name : {"x", "y", "z", "w", "q"}) {
    fields.emplace_back(name, std::string(kMostFieldBytes, 'x'));
  }
  EXPECT_EQ(error_of(fields), "a link of the fleet is too large");
}

TEST(LinkEntry, SafeNames) {
  for (const char* good : {"a", "a/b/c.jpg", "a b", "\xC3\xA4/x", "a./b", "index.html"}) {
    EXPECT_TRUE(is_safe_name(good)) << good;
  }
  for (const char* bad : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/../b", ".fanfetch/x",
                          "a/.b", "a\\b", "a\nb", "\x7F", "\xFF", "\xC3"}) {
    EXPECT_FALSE(is_safe_name(bad)) << bad;
  }
  EXPECT_FALSE(is_safe_name(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_safe_name(std::string(255, 'x')));
  EXPECT_FALSE(is_safe_name(std::string(256, 'x')));
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += "a/";
  EXPECT_FALSE(is_safe_name(deep + "a"));
}

TEST(FleetFields, ManyAreOneText) {
  const FleetFields fields = {{"v", "1"}, {"", ""}, {"x", std::string("\0\n", 2)}};
  const std::string bytes = to_bytes(fields);
  EXPECT_EQ(fields_from_bytes(bytes), fields);
  EXPECT_EQ(fields_from_bytes(""), FleetFields{});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto cut = fields_from_bytes(bytes.substr(0, size));
    EXPECT_NE(cut, fields) << size;
  }
  EXPECT_EQ(fields_from_bytes("\xFF\xFF\xFF\xFF"), std::nullopt);
}

}  // namespace
}  // namespace fanfetch
