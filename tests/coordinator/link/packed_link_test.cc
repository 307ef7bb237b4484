#include "coordinator/link/packed_link.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

void expect_same(const Link& got, const Link& wanted) {
  EXPECT_EQ(got.index, wanted.index);
  EXPECT_EQ(got.listed, wanted.listed);
  EXPECT_EQ(got.url.request, wanted.url.request);
  EXPECT_EQ(got.url.normal, wanted.url.normal);
  EXPECT_EQ(got.url.userinfo, wanted.url.userinfo);
  EXPECT_EQ(got.url.scheme, wanted.url.scheme);
  EXPECT_EQ(got.url.host, wanted.url.host);
  EXPECT_EQ(got.url.port, wanted.url.port);
  EXPECT_EQ(got.url.path, wanted.url.path);
  EXPECT_EQ(got.hash, wanted.hash);
  EXPECT_EQ(got.name, wanted.name);
  EXPECT_EQ(got.open_name, wanted.open_name);
  EXPECT_EQ(got.name_given, wanted.name_given);
  EXPECT_EQ(got.name_key, wanted.name_key);
  EXPECT_EQ(got.host_limit, wanted.host_limit);
  EXPECT_EQ(got.earlier, wanted.earlier);
  EXPECT_EQ(got.failed_before, wanted.failed_before);
  EXPECT_EQ(got.headers, wanted.headers);
  EXPECT_EQ(got.columns, wanted.columns);
}

TEST(PackedLink, KeepsAllThatALinkHas) {
  for (const char* const listed :
       {"http://a.org/", "https://a.org/photo.jpg", "http://127.0.0.1:8080/a/b/photo.jpg",
        "HTTPS://B%C3%BCcher.example/%7Euser/a%2fb?x=1+2&y=%41#part", "http://[::1]:99/x?",
        "http://u:secret@a.org/u:secret@a.org"}) {
    SCOPED_TRACE(listed);
    Link link{.index = 7, .listed = mask_userinfo(listed), .url = *parse_url(listed)};
    expect_same(PackedLink(link).unpack(), link);
    link.hash = sha256("hash");
    link.name = "folder/photo.jpg";
    link.open_name = "photo";
    link.name_given = true;
    link.name_key = 8;
    link.host_limit = 9;
    link.earlier = std::make_shared<Earlier>();
    link.failed_before = true;
    link.headers = {"Referer: http://a.org/", "X: y"};
    link.columns = std::make_shared<std::string>("{}");
    expect_same(PackedLink(link).unpack(), link);
  }
}

TEST(PackedLink, KeepsAnEmptyLink) { expect_same(PackedLink(Link{}).unpack(), Link{}); }

}  // namespace
}  // namespace fanfetch
