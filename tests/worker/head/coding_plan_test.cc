#include "worker/head/coding_plan.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Codings = std::vector<Coding>;
using enum Coding;

CodingPlan plan(const Codings& codings, const FileNames& names = {}) {
  return plan_codings(codings, names);
}

TEST(CodingPlan, WhatOnlyCarriedTheFileIsRemovedLastFirst) {
  EXPECT_EQ(plan({}).remove, Codings{});
  for (const Coding coding : {gzip, deflate, brotli, zstd}) {
    EXPECT_EQ(plan({coding}, {.url = "http://a.example/a.txt"}).remove, Codings{coding});
  }
  EXPECT_EQ(plan({gzip, brotli, zstd}).remove, (Codings{zstd, brotli, gzip}));
  EXPECT_EQ(plan({gzip, brotli}).note, "");
}

TEST(CodingPlan, AnyNameMaySayThatTheCodingIsTheFilesOwn) {
  const std::vector<std::string> hops = {"", "gz"};
  for (const FileNames& names : {
           FileNames{.url = "http://a.example/pkg.tar.gz"},
           FileNames{.url = "http://a.example/PKG.TAR.GZ?x=.txt"},
           FileNames{.url = "http://a.example/a.tgz#x.txt"},
           FileNames{.url = "http://a.example/a.bgz"},
           FileNames{.url = "http://a.example/a%2eg%7A"},
           FileNames{.url = "http://a.example/a.SvgZ"},
           FileNames{.url = "http://a.example/1", .link_extension = "gz"},
           FileNames{.url = "http://a.example/1", .hop_extensions = hops},
           FileNames{.url = "http://a.example/1", .suggested_name = "A b.tar.Gz"},
           FileNames{.url = "http://a.example/1", .content_type = "application/gzip"},
           FileNames{.url = "http://a.example/1", .content_type = "Application/X-GZip ; a=b"},
       }) {
    EXPECT_EQ(plan({gzip}, names).remove, Codings{}) << names.url << names.content_type;
    EXPECT_EQ(plan({gzip}, names).note, "");
    EXPECT_EQ(plan({brotli}, names).remove, Codings{brotli}) << "it is not what is named";
  }
  for (const FileNames& names : {
           FileNames{.url = "http://a.example/get?file=a.gz"},
           FileNames{.url = "http://a.gz"},
           FileNames{.url = "http://a.example/a.gz/b"},
           FileNames{.url = "http://a.example/gz"},
           FileNames{.url = "http://a.example/1", .content_type = "application/x-tar"},
       }) {
    EXPECT_EQ(plan({gzip}, names).remove, Codings{gzip}) << names.url;
  }
}

TEST(CodingPlan, EachCodingHasItsNames) {
  for (const auto& [coding, extension] :
       {std::pair(bzip2, "bz2"), std::pair(compress, "z"), std::pair(xz, "xz"),
        std::pair(zstd, "zst"), std::pair(brotli, "br")}) {
    const CodingPlan own = plan({coding}, {.link_extension = extension});
    EXPECT_EQ(own.remove, Codings{}) << extension;
    EXPECT_EQ(own.note, "") << extension;
    EXPECT_EQ(plan({gzip}, {.link_extension = extension}).remove, Codings{gzip}) << extension;
  }
}

TEST(CodingPlan, WhatOnlyNamesFilesStaysAndIsNoted) {
  for (const auto& [coding, word] :
       {std::pair(bzip2, "'bzip2'"), std::pair(compress, "'compress'"), std::pair(xz, "'xz'")}) {
    EXPECT_EQ(plan({coding}).remove, Codings{}) << word;
    EXPECT_NE(plan({coding}).note.find(word), std::string::npos) << plan({coding}).note;
  }
}

TEST(CodingPlan, OnlyWhatWasAppliedBehindTheFilesOwnIsRemoved) {
  const FileNames gz{.link_extension = "gz"};
  EXPECT_EQ(plan({gzip, brotli}, gz).remove, Codings{brotli});
  EXPECT_EQ(plan({gzip, gzip}, gz).remove, Codings{gzip}) << "a proxy's";
  EXPECT_EQ(plan({brotli, gzip}, gz).remove, Codings{}) << "it is a gzip file";
  EXPECT_EQ(plan({bzip2, gzip}).remove, Codings{gzip});
  EXPECT_NE(plan({bzip2, gzip}).note, "");
  EXPECT_EQ(plan({gzip, bzip2}).remove, Codings{}) << "nobody reaches it";
}

}  // namespace
}  // namespace fanfetch
