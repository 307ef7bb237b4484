// Imgur's listings: each form of them, albums, pauses and credits.

#include <fmt/format.h>
#include <signal.h>

#include "tests/support/sample_gallery.h"
#include "tests/support/sample_images.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::string kClientId = "s3cret0123456789";
const std::string kFirstPage = "/3/gallery/hot/viral/0";

class ImgurTest : public SystemTest {
 protected:
  [[nodiscard]] Launch imgur_setup(std::vector<std::string> args, const std::string& api) const {
    args.push_back("--api-base=" + api);
    Launch given = setup(std::move(args));
    given.env["IMGUR_CLIENT_ID"] = kClientId;
    return given;
  }
  [[nodiscard]] Launch imgur_setup(std::vector<std::string> args) const {
    return imgur_setup(std::move(args), origin_.url());
  }

  /// An image's item; the image is served.
  std::string image(const std::string& name) {
    const bool is_gif = name.ends_with(".gif");
    files_[name] = is_gif ? tiny_gif() : sample_jpeg(static_cast<unsigned>(name[0]));
    origin_.serve("/" + name,
                  Reply{.body = files_[name], .content_type = is_gif ? "image/gif" : "image/jpeg"});
    return fmt::format(R"({{"id":"{}","link":"{}"}})", name.substr(0, name.find('.')),
                       origin_.url("/" + name));
  }
  static std::string album(std::string_view id, int count, std::string_view images) {
    return fmt::format(
        R"({{"id":"{0}","is_album":true,"link":"https://imgur.com/a/{0}","images_count":{1},)"
        R"("images":[{2}]}})",
        id, count, images);
  }
  static Reply listing(std::string_view items) {
    return json(fmt::format(R"({{"data":[{}],"success":true,"status":200}})", items));
  }
  static Reply with_credits(Reply reply, int remaining, int seconds) {
    reply.headers = {{"X-RateLimit-UserLimit", "500"},
                     {"X-RateLimit-UserRemaining", std::to_string(remaining)},
                     {"X-RateLimit-UserReset", std::to_string(seconds)},
                     {"X-RateLimit-ClientLimit", "12500"},
                     {"X-RateLimit-ClientRemaining", "12000"}};
    return reply;
  }
  /// The source must bring all that image() served, and the ID may go nowhere but to the API.
  Finished expect_all(std::vector<std::string> args) {
    const Finished finished = run(imgur_setup(std::move(args)));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(files_, saved_files()) << finished.describe();
    EXPECT_FALSE(has(finished.err + finished.out, kClientId)) << finished.describe();
    for (const Request& request : origin_.requests()) {
      EXPECT_EQ(request.path.starts_with("/3/"), request.header("authorization").has_value());
    }
    return finished;
  }

  std::map<std::string, std::string> files_;  // what image() served
};

// --- Forms ---

TEST_F(ImgurTest, SubredditToItsEnd) {
  origin_.serve("/3/gallery/r/pics/time/0", listing(image("a.jpg") + "," + image("b.gif")));
  origin_.serve("/3/gallery/r/pics/time/1", listing(image("c.jpg")));
  origin_.serve("/3/gallery/r/pics/time/2", listing(""));
  expect_all({"imgur:r/pics", "--pages", "all"});
  EXPECT_EQ(0u, origin_.count("/3/gallery/r/pics/time/3"));
}

TEST_F(ImgurTest, GallerySection) {
  origin_.serve("/3/gallery/top/time/week/0", listing(image("a.jpg")));
  expect_all({"imgur:top/time/week"});
}

TEST_F(ImgurTest, Tag) {
  origin_.serve("/3/gallery/t/red%20cats/viral/0",
                json(R"({"data":{"name":"red cats","items":[)" + image("a.jpg") +
                     R"(]},"success":true,"status":200})"));
  expect_all({"imgur:t/red cats"});
}

TEST_F(ImgurTest, Search) {
  origin_.serve("/3/gallery/search/top/week/0?q=c%2B%2B%20cats", listing(image("a.jpg")));
  expect_all({"imgur:search/top/week?q=c%2B%2B cats"});
}

TEST_F(ImgurTest, AlbumAndItsPastedPage) {
  origin_.serve("/3/album/A1b2C3d/images", listing(image("a.jpg") + "," + image("b.jpg")));
  expect_all({"imgur:a/A1b2C3d"});
  expect_all({"https://m.imgur.com/a/two-cats-A1b2C3d/?grid#1", "--refresh"});
  EXPECT_EQ(2u, origin_.count("/3/album/A1b2C3d/images"));
}

TEST_F(ImgurTest, PastedPagesOfAPostAndOfAnImage) {
  origin_.serve("/3/gallery/A1b2C3d",
                json(R"({"data":)" + album("A1b2C3d", 2, image("a.jpg")) + "}"));
  origin_.serve("/3/album/A1b2C3d/images", listing(image("a.jpg") + "," + image("b.jpg")));
  origin_.serve("/3/image/abcde", json(R"({"data":)" + image("c.jpg") + "}"));
  expect_all({"https://imgur.com/gallery/my-post-A1b2C3d", "https://imgur.com/abcde"});
}

TEST_F(ImgurTest, DirectLinkNeedsNoId) {
  // Nothing answers for i.imgur.com here; that it is planned is enough.
  Launch given = setup({"https://i.imgur.com/abcde.jpg", "--dry-run"});
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("https://i.imgur.com/abcde.jpg\tabcde.jpg\n", finished.out);
}

TEST_F(ImgurTest, WrongWordsAreUsage) {
  for (const char* word : {"imgur:best", "imgur:r/pics/viral", "https://imgur.com/user/me"}) {
    const Finished finished = run(imgur_setup({word}));
    EXPECT_EQ(2, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, "imgur:r/NAME, imgur:t/TAG")) << finished.describe();
  }
  Launch given = imgur_setup({"imgur:r/pics"});
  given.env.clear();
  const Finished finished = run(given);
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "IMGUR_CLIENT_ID")) << finished.describe();
  EXPECT_EQ(0u, origin_.count());
}

// --- Links and albums ---

TEST_F(ImgurTest, LinksLeadToFiles) {
  origin_.serve("/3/gallery/r/pics/time/0",
                listing(R"({"id":"a","link":"http://i.imgur.com/abcde.jpg?1"},
                           {"id":"b","link":"http://i.imgur.com/fghij.gifv"})"));
  const Finished finished = run(imgur_setup({"imgur:r/pics", "--dry-run"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(
      "https://i.imgur.com/abcde.jpg?1\tabcde.jpg\nhttps://i.imgur.com/fghij.mp4\tfghij.mp4\n",
      finished.out);
}

TEST_F(ImgurTest, ItemsKeepTheirOwnFields) {
  origin_.serve("/x.jpg", Reply{.body = sample_jpeg(1), .content_type = "image/jpeg"});
  origin_.serve("/3/gallery/r/pics/time/0",
                listing(fmt::format(R"({{"id":"x1","title":"A cat","account_url":"ann","views":7,)"
                                    R"("tags":[{{"name":"cats"}}],"link":"{}"}},)"
                                    R"({{"id":"none","title":"Nothing"}})",
                                    origin_.url("/x.jpg"))));
  const Finished finished =
      run(imgur_setup({"imgur:r/pics", "--keep-columns", "--name={col:account_url}-{name}"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(saved_files().contains("ann-x.jpg")) << finished.describe();
  const std::string text = read_file(results());
  EXPECT_TRUE(
      has(text, R"("title":"A cat","account_url":"ann","views":7,"tags":[{"name":"cats"}])"))
      << text;
  EXPECT_TRUE(has(finished.err, "skipped: 1 no_link")) << finished.describe();
  EXPECT_FALSE(has(finished.err + text, "filtered")) << finished.describe();
}

TEST_F(ImgurTest, ARefusedIdIsNoList) {
  Reply refused = json(R"({"data":{"error":"Invalid client_id"},"success":false,"status":403})");
  refused.status = 403;
  origin_.serve("/3/gallery/r/pics/time/0", refused);
  const Finished finished = run(imgur_setup({"imgur:r/pics"}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "check IMGUR_CLIENT_ID")) << finished.describe();
  EXPECT_TRUE(has(run({.args = {"--help"}}).out,
                  "3 the list of links could not be had, or a client "
                  "ID was refused"));
}

TEST_F(ImgurTest, SampleGalleryWithAlbums) {
  SampleGallery gallery({.images = 4, .delay = 0ms, .client_id = kClientId});
  const Finished finished = run(imgur_setup({"imgur:hot", "--albums"}, gallery.origin().url()));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  auto expected = gallery.files();
  expected.insert(gallery.other_files().begin(), gallery.other_files().end());
  EXPECT_EQ(expected, saved_files());
  EXPECT_EQ(1u, gallery.origin().count("/3/album/Album01/images"));
  EXPECT_EQ(0u, gallery.origin().count("/Movie01.gifv"));
}

TEST_F(ImgurTest, AlbumThatCannotBeOpened) {
  origin_.serve("/3/gallery/r/pics/time/0",
                listing(album("Closed1", 3, image("a.jpg")) + "," + image("b.jpg")));
  const Finished finished = run(imgur_setup({"imgur:r/pics", "--albums"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(files_, saved_files());
  const auto lines = records();
  ASSERT_EQ(3u, lines.size());
  EXPECT_EQ("failed", lines[1].status);
  EXPECT_EQ("http_4xx", lines[1].error);
  EXPECT_EQ("https://imgur.com/a/Closed1", lines[1].url);
  EXPECT_TRUE(has(finished.err, "2 images of this album cannot be had")) << finished.describe();
}

TEST_F(ImgurTest, AlbumsAreSkippedOtherwise) {
  origin_.serve("/3/gallery/r/pics/time/0",
                listing(album("Album01", 3, "") + "," + image("b.jpg")));
  expect_all({"imgur:r/pics"});
  EXPECT_EQ("skipped", records()[0].status);
}

// --- Pauses ---

TEST_F(ImgurTest, PagesComeWhileFilesAreFetched) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/3/gallery/r/pics/time/0", listing(image("a.jpg") + "," + image("b.jpg")));
  Reply held = listing(image("c.jpg"));
  held.gate = gate;
  origin_.serve("/3/gallery/r/pics/time/1", held);
  FanfetchProcess process(imgur_setup({"imgur:r/pics", "--pages", "2", "-v"}));
  for (const char* name : {"a.jpg", "b.jpg"}) {
    EXPECT_TRUE(process.wait_for_stderr(fmt::format("saved: {}", origin_.url("/") + name)));
  }
  EXPECT_TRUE(origin_.wait_for_count("/3/gallery/r/pics/time/1", 1));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(files_, saved_files());
}

TEST_F(ImgurTest, CapacityIsWaitedOut) {
  origin_.serve_in_turn(
      "/3/gallery/r/pics/time/0",
      {json(R"({"data":{"error":"Imgur is temporarily over capacity."},"success":false,)"
            R"("status":403})",
            403),
       listing(image("a.jpg"))});
  const Finished finished = expect_all({"imgur:r/pics"});
  EXPECT_TRUE(has(finished.err, "over capacity.): asking again in 1 s")) << finished.describe();
}

TEST_F(ImgurTest, PauseEndsWithTheRun) {
  const std::string says =
      R"({"errors":[{"id":"1","code":"429","status":"x","detail":"Slow down"}]})";
  for (const auto& [reply, text] : {std::pair(json(says, 429), "Slow down"),
                                    {status(503, {{"Retry-After", "0"}}), "(status 503)"}}) {
    origin_.serve(kFirstPage, reply);
    FanfetchProcess process(imgur_setup({"imgur"}));
    EXPECT_TRUE(process.wait_for_stderr(text));
    EXPECT_TRUE(process.wait_for_stderr("asking again in"));
    process.signal(SIGTERM);
    const Finished finished = finish(process);
    EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
    EXPECT_FALSE(has(finished.err, kClientId)) << finished.describe();
  }
}

// --- Credits ---

TEST_F(ImgurTest, CreditsAreShown) {
  origin_.serve("/3/gallery/r/pics/time/0", with_credits(listing(image("a.jpg")), 480, 720));
  Finished finished = expect_all({"imgur:r/pics"});
  const char* line = "Imgur: 480 of 500 credits left, renewed in 12 min; 12000 of 12500 of this";
  EXPECT_TRUE(has(finished.err, line)) << finished.describe();
  finished = expect_all({"imgur:r/pics", "-q"});
  EXPECT_FALSE(has(finished.err, line)) << finished.describe();
  finished = run(imgur_setup({"imgur:r/pics", "--dry-run"}));
  EXPECT_TRUE(has(finished.err, line)) << finished.describe();
}

TEST_F(ImgurTest, CreditsNearZeroEndTheListing) {
  origin_.serve("/3/gallery/r/pics/time/0", with_credits(listing(image("a.jpg")), 3, 3000));
  const Finished finished = run(imgur_setup({"imgur:r/pics", "--pages", "all"}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "only 3 of 500 credits left: try again in 50 min"))
      << finished.describe();
  EXPECT_EQ(files_, saved_files());
  EXPECT_EQ(0u, origin_.count("/3/gallery/r/pics/time/1"));
}

TEST_F(ImgurTest, CreditsThatAreRenewedSoonAreWaitedFor) {
  origin_.serve("/3/gallery/r/pics/time/0", with_credits(listing(image("a.jpg")), 3, 1));
  origin_.serve("/3/gallery/r/pics/time/1", with_credits(listing(""), 499, 3600));
  const Finished finished = expect_all({"imgur:r/pics", "--pages", "all"});
  EXPECT_TRUE(has(finished.err, "only 3 of 500 credits left: asking again in 1 s"))
      << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
