#include "coordinator/dispatch/task.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(Task, StartsOverAtTheLinksOwnUrl) {
  Task task(Link{.url = *parse_url("https://a.org/x")});
  EXPECT_EQ(task.origin, "https://a.org:443");
  task.follow(*parse_url("http://b.org/y"));
  task.tries.hops = 3;
  EXPECT_EQ(task.origin, "http://b.org:80");
  EXPECT_EQ(task.was_encrypted, WasEncrypted::yes);
  task.follow(*parse_url("http://b.org/z"));
  EXPECT_EQ(task.was_encrypted, WasEncrypted::yes) << "it was, some hops ago";
  task.start_over();
  EXPECT_EQ(task.was_encrypted, WasEncrypted::no);
  EXPECT_EQ(task.url().normal, "https://a.org/x");
  EXPECT_EQ(task.origin, "https://a.org:443");
  EXPECT_EQ(task.tries.hops, 0);
}

/// A piece of the link's host has the limits of that host alone.
TEST(Task, IsOfAPieceOfItsOwnHostAlone) {
  const HostPiece piece{.number = 1, .count = 4};
  Task task(Link{.url = *parse_url("https://a.org/x"), .piece = piece});
  EXPECT_EQ(task.piece(), piece);
  task.follow(*parse_url("https://a.org/y"));
  EXPECT_EQ(task.piece(), piece);
  task.follow(*parse_url("https://b.org/z"));
  EXPECT_EQ(task.piece(), HostPiece());
  task.follow(*parse_url("http://a.org:8080/x"));
  EXPECT_EQ(task.piece(), piece) << "the same host, by another scheme and port";
  task.start_over();
  EXPECT_EQ(task.piece(), piece);
}

}  // namespace
}  // namespace fanfetch
