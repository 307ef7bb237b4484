#include "coordinator/link/packed_link.h"

#include <gtest/gtest.h>

#include <tuple>

namespace fanfetch {
namespace {

/// All members: without one that is new, this does not compile.
auto members_of(const Link& link) {
  const auto& [index, listed, url, hash, name, open_name, name_given, name_key, host_limit, piece,
               earlier, failed_before, headers, columns] = link;
  const auto& [request, normal, userinfo, scheme, host, port, path] = url;
  return std::tie(index, listed, hash, name, open_name, name_given, name_key, host_limit, piece,
                  earlier, failed_before, headers, columns, request, normal, userinfo, scheme, host,
                  port, path);
}

void expect_same(const Link& got, const Link& wanted) {
  EXPECT_EQ(members_of(got), members_of(wanted));
}

/// How many members are as in a link that was just made.
std::size_t unset(const Link& link) {
  const Link made;
  return std::apply(
      [&](const auto&... of_made) {
        return std::apply(
            [&](const auto&... of_link) { return (std::size_t{of_link == of_made} + ...); },
            members_of(link));
      },
      members_of(made));
}

constexpr const char* kWithAll = "http://u:secret@a.org:81/photo.jpg";

TEST(PackedLink, KeepsAllThatALinkHas) {
  for (const char* const listed :
       {"http://a.org/", "https://a.org/photo.jpg", "http://127.0.0.1:8080/a/b/photo.jpg",
        "HTTPS://B%C3%BCcher.example/%7Euser/a%2fb?x=1+2&y=%41#part", "http://[::1]:99/x?",
        "http://u:secret@a.org/u:secret@a.org", kWithAll}) {
    SCOPED_TRACE(listed);
    Link link{.index = 7, .listed = mask_userinfo(listed), .url = *parse_url(listed)};
    expect_same(PackedLink(link).unpack(), link);
    link.hash = sha256("hash");
    link.name = "folder/photo.jpg";
    link.open_name = "photo";
    link.name_given = true;
    link.name_key = 8;
    link.host_limit = 9;
    link.piece = {.number = 1, .count = 3};
    link.earlier = std::make_shared<Earlier>();
    link.failed_before = true;
    link.headers = {"Referer: http://a.org/", "X: y"};
    link.columns = std::make_shared<std::string>("{}");
    if (std::string_view(listed) == kWithAll) {
      EXPECT_EQ(unset(link), 0U) << "fill a new member in, too";
    }
    expect_same(PackedLink(link).unpack(), link);
  }
}

TEST(PackedLink, KeepsAnEmptyLink) { expect_same(PackedLink(Link{}).unpack(), Link{}); }

}  // namespace
}  // namespace fanfetch
