// The tutorial's job: from the Imgur gallery to whole files.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "tests/support/sample_gallery.h"
#include "tests/support/sample_images.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::string kClientId = "s3cret0123456789";
const std::string kFirstPage = "/3/gallery/hot/viral/0";

class GalleryTest : public SystemTest {
 protected:
  [[nodiscard]] Launch gallery_setup(const FaultOrigin& api, std::vector<std::string> args = {}) {
    args.push_back("--api-base=" + api.url());
    Launch given = setup(std::move(args));
    given.env["IMGUR_CLIENT_ID"] = kClientId;
    return given;
  }

  /// One item, listed with that link.
  [[nodiscard]] std::string item(std::string_view path) const {
    return fmt::format(R"({{"id":"x","type":"image/jpeg","link":"{}"}})", origin_.url(path));
  }
  void serve_page(int page, std::string_view items) {
    origin_.serve(fmt::format("/3/gallery/hot/viral/{}", page),
                  json(fmt::format(R"({{"data":[{}],"success":true,"status":200}})", items)));
  }
  /// The run must end with 3, say `text`, and never the client ID.
  void expect_refused(const std::string& text) {
    const Finished finished = run(gallery_setup(origin_));
    EXPECT_EQ(3, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, text)) << finished.describe();
    EXPECT_FALSE(has(finished.err, kClientId)) << finished.describe();
    EXPECT_TRUE(saved_files().empty());
  }
};

TEST_F(GalleryTest, WholeJob) {
  SampleGallery gallery({.delay = 20ms, .client_id = kClientId});
  const Finished finished = run(gallery_setup(gallery.origin()));
  ASSERT_EQ(0, finished.exit_status) << finished.describe();

  EXPECT_EQ(gallery.files().size(), 120u);
  EXPECT_EQ(gallery.files(), saved_files());
  for (const auto& [name, bytes] : saved_files()) EXPECT_TRUE(decodes_as_jpeg(bytes)) << name;

  const std::regex took(
      R"(Took [0-9.]+s: 120 saved, 0 kept, 4 skipped, 0 failed \([0-9.]+ MiB\) in )" + output());
  EXPECT_TRUE(std::regex_match(last_line(finished.err), took)) << finished.describe();
  EXPECT_EQ("", finished.out);
  EXPECT_EQ(0u, gallery.origin().count("/Anim001.gif"));

  const auto lines = records();
  EXPECT_EQ(124u, lines.size());
  EXPECT_EQ(4, std::count_if(lines.begin(), lines.end(),
                             [](const ResultLine& line) { return line.status == "skipped"; }));
}

TEST_F(GalleryTest, IdGoesToTheApiAlone) {
  SampleGallery gallery({.images = 4, .delay = 0ms, .client_id = kClientId});
  const Finished finished = run(gallery_setup(gallery.origin(), {"-v"}));
  ASSERT_EQ(0, finished.exit_status) << finished.describe();
  ASSERT_EQ(5u, gallery.origin().count());
  for (const Request& request : gallery.origin().requests()) {
    const bool listing = request.path.starts_with("/3/");
    EXPECT_EQ(listing, request.header("authorization").has_value()) << request.path;
    EXPECT_FALSE(request.header("referer")) << request.path;
  }
  EXPECT_FALSE(has(finished.err + finished.out + read_file(results()), kClientId));
}

TEST_F(GalleryTest, DefaultFolderIsImages) {
  SampleGallery gallery({.images = 3, .delay = 0ms});
  const Finished finished = run({.args = {"--allow-private", "--api-base", gallery.api_base()},
                                 .env = {{"IMGUR_CLIENT_ID", kClientId}},
                                 .folder = folder_.path()});
  ASSERT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(gallery.files(), files_in(folder_.path() / "images"));
  EXPECT_TRUE(last_line(finished.err).ends_with(" in images")) << finished.describe();
}

TEST_F(GalleryTest, IdFromFile) {
  SampleGallery gallery({.images = 2, .delay = 0ms, .client_id = "from-file"});
  const std::string file = folder_.write("id", "from-file\n");
  Launch given = gallery_setup(gallery.origin(), {"--client-id-file", file});
  given.env.erase("IMGUR_CLIENT_ID");
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(gallery.files(), saved_files());
}

TEST_F(GalleryTest, AcceptReplacesTheTutorialsRule) {
  SampleGallery gallery({.images = 2, .delay = 0ms});
  const Finished finished = run(gallery_setup(gallery.origin(), {"imgur", "--accept", "gif"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((std::map<std::string, std::string>{{"Anim001.gif", tiny_gif()}}), saved_files());
}

TEST_F(GalleryTest, MissingIdIsUsage) {
  Launch given = gallery_setup(origin_);
  given.env.clear();
  const Finished finished = run(given);
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "IMGUR_CLIENT_ID")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "fanfetch -")) << finished.describe();
  EXPECT_EQ(0u, origin_.count());
}

TEST_F(GalleryTest, RefusedIdByTheGallery) {
  SampleGallery gallery({.images = 1, .delay = 0ms, .client_id = "another"});
  const Finished finished = run(gallery_setup(gallery.origin()));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "The client_id provided is invalid.")) << finished.describe();
  EXPECT_FALSE(has(finished.err, kClientId)) << finished.describe();
}

TEST_F(GalleryTest, ErrorAsText) {
  origin_.serve(kFirstPage,
                json(R"({"data":{"error":"Malformed auth."},"success":false,"status":403})", 403));
  expect_refused("Malformed auth.");
  EXPECT_EQ(1u, origin_.count()) << "a refusal will be repeated: asking again is no use";
}

TEST_F(GalleryTest, ErrorAsObject) {
  origin_.serve(kFirstPage,
                json(R"({"data":{"error":{"code":1003,"message":"File type invalid","type":"x",)"
                     R"("exception":[]}},"success":false,"status":400})",
                     400));
  expect_refused("File type invalid");
}

TEST_F(GalleryTest, ErrorInsideA200) {
  origin_.serve(kFirstPage, json(R"({"data":{"error":"Nope"},"success":false,"status":403})"));
  expect_refused("Nope");
}

TEST_F(GalleryTest, ListingThatRecovers) {
  origin_.serve("/a.jpg", ok(picture()));
  origin_.serve_in_turn(kFirstPage, {status(503), json("{\"data\":[" + item("/a.jpg") + "]}")});
  const Finished finished = run(gallery_setup(origin_));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, saved_files().size());
}

TEST_F(GalleryTest, PagesThatAreNoListing) {
  for (const std::string_view body :
       {"<html>hello</html>", "", "{", R"({"data":)", "[]", "null", "7", "{}", R"({"data":7})",
        R"({"data":"text"})", R"({"data":null})", R"({"data":{"items":[]}})", "\xff\xfe{}"}) {
    origin_.serve(kFirstPage, json(body));
    SCOPED_TRACE(body);
    expect_refused("");
  }
}

TEST_F(GalleryTest, EndlessListing) {
  origin_.serve(kFirstPage, Reply{.body = std::string(100'000, ' '), .endless = true});
  expect_refused("");
}

TEST_F(GalleryTest, ItemsWithoutLinkAreSkipped) {
  origin_.serve("/a.jpg", ok(picture()));
  serve_page(0, R"({},{"id":"n","link":null},{"link":7},{"id":5},)" + item("/a.jpg"));
  const Finished finished = run(gallery_setup(origin_));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(last_line(finished.err), "1 saved, 0 kept, 4 skipped, 0 failed"))
      << finished.describe();
  const auto lines = records();
  ASSERT_EQ(5u, lines.size());
  EXPECT_EQ("skipped", lines[0].status);
  EXPECT_EQ(std::nullopt, lines[0].url);
  EXPECT_EQ("saved", lines[4].status);
}

TEST_F(GalleryTest, Pages) {
  for (const int page : {0, 1, 2}) {
    origin_.serve(fmt::format("/{}.jpg", page), ok(picture()));
    serve_page(page, item(fmt::format("/{}.jpg", page)));
  }
  serve_page(3, "");
  EXPECT_EQ(0, run(gallery_setup(origin_, {"--pages", "2"})).exit_status);
  EXPECT_EQ(2u, saved_files().size());
  EXPECT_EQ(0u, origin_.count("/3/gallery/hot/viral/2"));

  std::filesystem::remove_all(output());
  EXPECT_EQ(0, run(gallery_setup(origin_, {"--pages", "9"})).exit_status);
  EXPECT_EQ(3u, saved_files().size());
  EXPECT_EQ(0u, origin_.count("/3/gallery/hot/viral/4")) << "an empty page is the last";
}

TEST_F(GalleryTest, LaterPageFails) {
  origin_.serve("/0.jpg", ok(picture()));
  serve_page(0, item("/0.jpg"));
  origin_.serve("/3/gallery/hot/viral/1", status(404));
  const Finished finished = run(gallery_setup(origin_, {"--pages", "2"}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, saved_files().size()) << "what came is finished first";
}

TEST_F(GalleryTest, NobodyListens) {
  std::string gone;
  {
    const FaultOrigin closed;
    gone = closed.url();
  }
  Launch given = setup({"--api-base", gone});
  given.env["IMGUR_CLIENT_ID"] = kClientId;
  const Finished finished = run(given);
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
}

TEST_F(GalleryTest, ListingRedirectKeepsTheIdAtHome) {
  FaultOrigin other("127.0.0.2");
  other.serve(kFirstPage, json(R"({"data":[]})"));
  origin_.serve(kFirstPage, redirect(other.url(kFirstPage)));
  const Finished finished = run(gallery_setup(origin_));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  for (const Request& request : other.requests()) EXPECT_FALSE(request.header("authorization"));
}

}  // namespace
}  // namespace fanfetch::system
