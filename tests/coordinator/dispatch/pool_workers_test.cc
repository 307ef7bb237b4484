#include "coordinator/dispatch/pool_workers.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(ConnectionAfter, WhatIsBrokenOffTakesItsConnectionAlong) {
  for (const ErrorClass error : {ErrorClass::connect, ErrorClass::timeout, ErrorClass::truncated,
                                 ErrorClass::too_large, ErrorClass::disk}) {
    EXPECT_EQ(connection_after(Failed{.error = error}), Connection::closed) << name(error);
  }
  for (const ErrorClass error :
       {ErrorClass::http_4xx, ErrorClass::http_5xx, ErrorClass::rate_limited}) {
    EXPECT_EQ(connection_after(Failed{.error = error}), Connection::usable) << name(error);
  }
  EXPECT_EQ(connection_after(GivenUp{}), Connection::closed);
  EXPECT_EQ(connection_after(Saved{}), Connection::usable);
  EXPECT_EQ(connection_after(Redirected{}), Connection::usable);
  EXPECT_EQ(connection_after(Kept{}), Connection::usable);
}

}  // namespace
}  // namespace fanfetch
