#include "common/http/content_codings.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Codings = std::vector<Coding>;

Codings codings(std::initializer_list<const char*> lines) {
  ResponseHead head(200, HttpVersion::http_1_1);
  for (const char* line : lines) EXPECT_TRUE(head.add("content-encoding", line));
  return content_codings(head);
}

TEST(ContentCodings, AreOneListOverAllLines) {
  EXPECT_EQ(codings({}), Codings{});
  EXPECT_EQ(codings({"gzip"}), Codings{Coding::gzip});
  EXPECT_EQ(codings({" GZip\t", "br"}), (Codings{Coding::gzip, Coding::brotli}));
  EXPECT_EQ(codings({"gzip,\tbr ,zstd"}), (Codings{Coding::gzip, Coding::brotli, Coding::zstd}));
  EXPECT_EQ(codings({"deflate, gzip", "gzip"}),
            (Codings{Coding::deflate, Coding::gzip, Coding::gzip}));
}

TEST(ContentCodings, HaveSeveralNames) {
  EXPECT_EQ(codings({"x-gzip"}), Codings{Coding::gzip});
  EXPECT_EQ(codings({"x-compress, compress"}), (Codings{Coding::compress, Coding::compress}));
  EXPECT_EQ(codings({"bzip2, x-xz"}), (Codings{Coding::bzip2, Coding::xz}));
  for (const Coding coding : {Coding::gzip, Coding::deflate, Coding::brotli, Coding::zstd,
                              Coding::bzip2, Coding::compress, Coding::xz}) {
    EXPECT_EQ(codings({std::string(name(coding)).c_str()}), Codings{coding}) << name(coding);
  }
}

TEST(ContentCodings, OtherWordsAreNone) {
  for (const char* word : {"", "identity", "UTF-8", "none", "aws-chunked", "binary", ",", " , ,",
                           "gzip2", "gzip;q=1", "\"gzip\"", "gz ip"}) {
    EXPECT_EQ(codings({word}), Codings{}) << word;
    EXPECT_EQ(codings({word, "gzip"}), Codings{Coding::gzip}) << word;
  }
  EXPECT_EQ(codings({"aws-chunked,gzip", "identity"}), Codings{Coding::gzip});
}

}  // namespace
}  // namespace fanfetch
