// What bodies are: an HTML page is never saved as a picture, what the user does not want is not
// saved, and names follow what is there.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "common/sha256.h"
#include "tests/support/sample_images.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

const std::string kPage = "<!DOCTYPE html>\n<html><body>log in</body></html>";

class ContentTest : public SystemTest {
 protected:
  void expect_wrong_type(const ResultLine& line) {
    EXPECT_EQ("failed", line.status) << line.message.value_or("");
    EXPECT_EQ("wrong_type", line.error) << line.message.value_or("");
    EXPECT_EQ(false, line.retryable);
    EXPECT_EQ(std::nullopt, line.file_name);
    expect_nothing_left();
  }
  void expect_filtered(const ResultLine& line, std::string_view why) {
    EXPECT_EQ("skipped", line.status) << line.message.value_or("");
    EXPECT_EQ("filtered", line.error) << line.message.value_or("");
    EXPECT_TRUE(has(line.message.value_or(""), why)) << line.message.value_or("");
    expect_nothing_left();
  }
  void expect_nothing_left() {
    EXPECT_TRUE(saved_files().empty());
    EXPECT_TRUE(files_in(output() + "/.fanfetch/part").empty());
  }
  /// Runs over one link, whatever becomes of it.
  ResultLine settle(const std::string& link, std::vector<std::string> args = {}) {
    const Finished finished = run(list_setup({link}, std::move(args)));
    const auto lines = records();
    EXPECT_EQ(1u, lines.size()) << finished.describe();
    if (lines.empty()) return {};
    EXPECT_EQ(lines[0].status == "failed" ? 1 : 0, finished.exit_status) << finished.describe();
    return lines[0];
  }
  static Reply page() { return {.body = kPage, .content_type = "text/html"}; }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& [name, bytes] : saved_files()) names.insert(name);
    return names;
  }
};

using Names = std::set<std::string>;

// --- wrong_type ---

TEST_F(ContentTest, AHtmlPageIsNoPicture) {
  origin_.serve("/a.jpg", page());
  const ResultLine line = fetch("/a.jpg");
  expect_wrong_type(line);
  EXPECT_EQ("its bytes are HTML, not a picture (sent as text/html)", line.message);
  EXPECT_EQ(200, line.http_status);
  EXPECT_EQ("text/html", line.content_type);
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(ContentTest, NorIsOneThatSaysItIs) {
  origin_.serve("/a", Reply{.body = kPage, .content_type = "image/png"});
  expect_wrong_type(fetch("/a"));
}

TEST_F(ContentTest, NorIsOneThatARedirectLeadsTo) {
  origin_.serve("/a.jpg", redirect("/login"));
  origin_.serve("/login", page());
  expect_wrong_type(fetch("/a.jpg"));
}

TEST_F(ContentTest, NorIsOneThatIsCalledOne) {
  Reply reply = page();
  reply.headers = {{"Content-Disposition", "attachment; filename=\"a.jpg\""}};
  origin_.serve("/get", reply);
  expect_wrong_type(fetch("/get"));
}

TEST_F(ContentTest, TextAndNothingAreNoPicturesEither) {
  origin_.serve("/a.jpg", ok("404 not found"));
  expect_wrong_type(fetch("/a.jpg"));
}

/// A server that makes its pictures on demand may have been slow, or out of room.
TEST_F(ContentTest, AnEmptyPictureIsTriedAgain) {
  const Reply empty{.body = "", .content_type = "image/jpeg"};
  origin_.serve_in_turn("/a.jpg", {empty, ok(picture())});
  EXPECT_EQ("saved", fetch("/a.jpg").status);
  EXPECT_EQ(2u, origin_.count());

  origin_.serve("/b.jpg", empty);
  const ResultLine line = settle("/b.jpg", {"--retries=1"});
  EXPECT_EQ("wrong_type", line.error);
  EXPECT_EQ(true, line.retryable);
  EXPECT_EQ("it is empty, not a picture (sent as image/jpeg)", line.message);
  EXPECT_EQ(4u, origin_.count());
  EXPECT_TRUE(files_in(output() + "/.fanfetch/part").empty());

  origin_.serve("/b.jpg", ok(picture()));
  EXPECT_EQ("saved", settle("/b.jpg").status) << "the next run asks again";
}

TEST_F(ContentTest, ASignInPageIsNoFile) {
  const std::vector<std::string> links = {"/a.zip", "/a.pdf", "/a.nc",
                                          "/a.tif", "/a.mp4", "/moved.zip"};
  for (const std::string& link : links) origin_.serve(link, page());
  origin_.serve("/moved.zip", redirect("/login"));
  origin_.serve("/login", page());
  origin_.serve("/page.php", page());
  std::vector<std::string> all = links;
  all.emplace_back("/page.php");
  EXPECT_EQ(1, run(list_setup(all)).exit_status);
  const auto lines = records();
  ASSERT_EQ(7u, lines.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    EXPECT_EQ("wrong_type", lines[i].error) << links[i];
    EXPECT_EQ(false, lines[i].retryable);
  }
  EXPECT_EQ("saved", lines[6].status) << "a script may make pages";

  EXPECT_EQ(0, run(list_setup(all, {"--check=none", "--retry-failed=all"})).exit_status);
  EXPECT_EQ(7u, saved_files().size());
  EXPECT_EQ(kPage, saved_files()["a.zip"]);
}

TEST_F(ContentTest, SegmentsOfAStreamAreVideo) {
  const std::string moof("\0\0\0\x64moof\0\0\0\x10mfhd\0\0\0\0\0\0\0\1", 24);
  origin_.serve("/1.mp4", Reply{.body = moof, .content_type = "video/mp4"});
  origin_.serve("/2.m4s", Reply{.body = moof, .content_type = "video/iso.segment"});
  origin_.serve("/3.webm", Reply{.body = "\x1F\x43\xB6\x75\x81\1", .content_type = "video/webm"});
  EXPECT_EQ(0, run(list_setup({"/1.mp4", "/2.m4s", "/3.webm"})).exit_status);
  EXPECT_EQ((Names{"1.mp4", "2.m4s", "3.webm"}), names());
}

TEST_F(ContentTest, AnyPictureIsOne) {
  origin_.serve("/a.jpg", Reply{.body = removed_png(), .content_type = "image/jpeg"});
  EXPECT_EQ("saved", fetch("/a.jpg").status);
  EXPECT_EQ(Names{"a.jpg"}, names()) << "types lie; the name stays";
}

TEST_F(ContentTest, PagesAreSavedAsPages) {
  origin_.serve("/a.html", page());
  origin_.serve("/a.gifv", page());
  EXPECT_EQ(0, run(list_setup({"/a.html", "/a.gifv"})).exit_status);
  EXPECT_EQ((Names{"a.gifv", "a.html"}), names());
}

TEST_F(ContentTest, InPiecesOfOneByte) {
  Reply reply = page();
  reply.drip_bytes = 1;
  reply.drip_every = 1ms;
  origin_.serve("/a.jpg", reply);
  expect_wrong_type(fetch("/a.jpg"));
  const std::string jpeg = sample_jpeg(1).substr(0, 1500);
  origin_.serve("/b.jpg", Reply{.body = jpeg, .drip_bytes = 1});
  EXPECT_EQ("saved", fetch("/b.jpg").status);
  EXPECT_EQ(jpeg, saved_files()["b.jpg"]);
}

/// The gate stays closed: waiting for more would last for ever.
TEST_F(ContentTest, StopsAsSoonAsTheHeadTells) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", half_then_gate(kPage + std::string(100, ' ') + kPage, gate));
  expect_wrong_type(fetch("/a.jpg", {"--stall-timeout=0", "--timeout=0"}));
  gate->open();
}

TEST_F(ContentTest, UnderAnEncodingThatNobodyAskedFor) {
  Reply reply = page();
  reply.gzip = true;
  origin_.serve("/a.jpg", reply);
  expect_wrong_type(fetch("/a.jpg"));
  origin_.serve("/b.jpg", Reply{.body = sample_jpeg(1), .gzip = true});
  EXPECT_EQ("saved", fetch("/b.jpg").status);
}

TEST_F(ContentTest, ACompressedSvgIsOne) {
  Reply reply = ok(gzip("<svg xmlns='http://www.w3.org/2000/svg'/>"));
  reply.content_type = "image/svg+xml";
  reply.headers = {{"Content-Encoding", "gzip"}};
  origin_.serve("/a.svgz", reply);
  EXPECT_EQ("saved", fetch("/a.svgz").status);
}

TEST_F(ContentTest, ARestIsOfWhatItsBeginningWas) {
  const std::string body = noise(3 << 20);
  Reply cut = in_pieces(body);
  cut.cut_after = 2 << 20;
  cut.ending = Ending::close;
  origin_.serve_in_turn("/a.jpg", {cut, in_pieces(body)});
  EXPECT_EQ("saved", fetch("/a.jpg").status);
  EXPECT_EQ(2u, origin_.count());
  EXPECT_TRUE(origin_.requests().at(1).header("range"));
  EXPECT_EQ(body, saved_files()["a.jpg"]);
}

TEST_F(ContentTest, AWrongTypeIsGoneForGood) {
  origin_.serve("/a.jpg", page());
  (void)fetch("/a.jpg");
  const ResultLine again = fetch("/a.jpg");
  EXPECT_EQ("wrong_type", again.error);
  EXPECT_EQ(1u, origin_.count()) << "not asked for again";
  origin_.serve("/a.jpg", ok(picture()));
  EXPECT_EQ("saved", fetch("/a.jpg", {"--retry-failed=wrong_type"}).status);
}

// --- What the user does not want ---

TEST_F(ContentTest, AcceptedTypesAreThoseOfTheBytes) {
  origin_.serve("/a", Reply{.body = sample_jpeg(1), .content_type = "text/plain"});
  expect_filtered(settle("/a", {"--accept-type=image/png,text/*"}), "image/jpeg");
  origin_.serve("/b", page());
  expect_filtered(settle("/b", {"--accept-type=image/*"}), "text/html");
  EXPECT_EQ("saved", settle("/a", {"--accept-type=image/*"}).status) << "the next run asks again";
}

TEST_F(ContentTest, AcceptedTypesOfARest) {
  const std::string body = noise(3 << 20);
  Reply cut = in_pieces(body);
  cut.cut_after = 2 << 20;
  cut.ending = Ending::close;
  origin_.serve_in_turn("/a", {cut, in_pieces(body)});
  EXPECT_EQ("truncated", settle("/a", {"--retries=0"}).error);
  expect_filtered(settle("/a", {"--accept-type=image/png"}), "image/jpeg");
}

TEST_F(ContentTest, SmallFilesAreNotWanted) {
  origin_.serve("/a.jpg", ok(picture()));
  expect_filtered(settle("/a.jpg", {"--min-size=12"}), "11 bytes");
  EXPECT_EQ("saved", settle("/a.jpg", {"--min-size=11"}).status);
  EXPECT_EQ(2u, origin_.count());
}

TEST_F(ContentTest, TheRobotsTagIsRespectedOnRequest) {
  Reply reply = ok(noise(50'000));
  reply.headers = {{"X-Robots-Tag", "nofollow"}, {"X-Robots-Tag", "googlebot: none, NoAI"}};
  origin_.serve("/others.jpg", reply);
  reply.headers.emplace_back("X-Robots-Tag", "fanfetch: noarchive, noimageai");
  origin_.serve("/ours.jpg", reply);
  expect_filtered(settle("/ours.jpg", {"--respect-robots-tag"}), "noimageai");
  EXPECT_EQ("saved", settle("/others.jpg", {"--respect-robots-tag"}).status);
  EXPECT_EQ("saved", settle("/ours.jpg").status) << "not asked to";
}

TEST_F(ContentTest, TheRobotsTagCountsBeforeTheBody) {
  Reply reply = ok(noise(50'000));
  reply.headers = {{"X-Robots-Tag", "noai"}};
  reply.endless = true;
  origin_.serve("/endless.jpg", reply);
  expect_filtered(settle("/endless.jpg", {"--respect-robots-tag", "--timeout=0"}), "noai");
  origin_.serve("/empty.jpg", Reply{.body = "", .headers = reply.headers});
  expect_filtered(settle("/empty.jpg", {"--respect-robots-tag"}), "noai");
}

TEST_F(ContentTest, TheRobotsTagOfARest) {
  const std::string body = noise(3 << 20);
  Reply cut = in_pieces(body);
  cut.cut_after = 2 << 20;
  cut.ending = Ending::close;
  Reply rest = in_pieces(body);
  rest.headers = {{"X-Robots-Tag", "noai"}};
  origin_.serve_in_turn("/a.jpg", {cut, rest});
  EXPECT_EQ("truncated", settle("/a.jpg", {"--retries=0"}).error);
  expect_filtered(settle("/a.jpg", {"--respect-robots-tag"}), "noai");
  EXPECT_TRUE(origin_.requests().at(1).header("range"));
}

TEST_F(ContentTest, WhatIsNotWantedAnyMoreLeavesTheEarlierFile) {
  origin_.serve("/a.jpg", ok(picture("first")));
  EXPECT_EQ("saved", settle("/a.jpg").status);
  origin_.serve("/a.jpg", ok(picture("2nd")));
  const ResultLine line = settle("/a.jpg", {"--refresh", "--min-size=1K"});
  EXPECT_EQ("skipped", line.status);
  EXPECT_TRUE(has(line.message.value_or(""), "the earlier run stays: a.jpg"));
  EXPECT_EQ(picture("first"), saved_files()["a.jpg"]);
  EXPECT_EQ("kept", settle("/a.jpg").status);
}

// --- Placeholders ---

TEST_F(ContentTest, APlaceholderByItsUrlOverSeveralHops) {
  FaultOrigin proxy;
  proxy.serve("/1.jpg", redirect("http://i.imgur.com/2.jpg"));
  proxy.serve("/2.jpg", redirect("//imgur.com/removed.png?1"));
  proxy.serve("/removed.png", ok(removed_png()));
  const Launch given = list_setup({"http://imgur.test/1.jpg", "http://i.imgur.com/removed.png#x"},
                                  {"--proxy", proxy.url()});
  EXPECT_EQ(1, run(given).exit_status);
  const auto lines = records();
  ASSERT_EQ(2u, lines.size());
  for (const ResultLine& line : lines) {
    EXPECT_EQ("placeholder", line.error) << line.message.value_or("");
    EXPECT_EQ(false, line.retryable);
  }
  EXPECT_EQ("http://imgur.com/removed.png?1", lines[0].final_url);
  EXPECT_EQ(2u, proxy.count()) << "the placeholder itself is not asked for";
  EXPECT_TRUE(saved_files().empty());
  EXPECT_EQ(1, run(given).exit_status);
  EXPECT_EQ(2u, proxy.count()) << "gone for good";
}

TEST_F(ContentTest, APlaceholderByItsHash) {
  const TempDir programs;  // laid out as a build folder is
  const auto lay_out = [&](const char* variable, const std::string& place) {
    fs::create_directories(fs::path(programs.at(place)).parent_path());
    fs::copy_file(::getenv(variable), programs.at(place));
  };
  lay_out("FANFETCH", "coordinator/fanfetch");
  lay_out("FANFETCH_PLACEHOLDER_WORKER", "worker/fanfetch-worker");
  const std::string body = "this stands for a picture that is gone";
  origin_.serve("/gone", ok(body));
  origin_.serve("/here", ok("this stands for a picture that is HERE"));
  for (const char* hash : {"--hash=sha256", "--hash=none"}) {
    fs::remove_all(output());
    Launch given = list_setup({"/gone", "/here"}, {hash});
    given.program = programs.at("coordinator/fanfetch");
    EXPECT_EQ(1, run(given).exit_status);
    const auto lines = records();
    ASSERT_EQ(2u, lines.size());
    EXPECT_EQ("placeholder", lines[0].error) << lines[0].message.value_or("");
    EXPECT_EQ(false, lines[0].retryable);
    EXPECT_EQ("it is the tests' placeholder", lines[0].message);
    EXPECT_EQ(std::string(hash) == "--hash=none", !lines[1].sha256);
    EXPECT_EQ(Names{"here"}, names());
    EXPECT_TRUE(files_in(output() + "/.fanfetch/part").empty());
  }
}

// --- Names ---

TEST_F(ContentTest, ExtensionsAreFixedOnRequest) {
  origin_.serve("/photo.png", ok(sample_jpeg(1)));
  origin_.serve("/drawing", ok(removed_png()));
  origin_.serve("/right.JPEG", ok(sample_jpeg(2)));
  const std::vector<std::string> links = {"/photo.png", "/drawing", "/right.JPEG"};
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  EXPECT_EQ((Names{"drawing.png", "photo.png", "right.JPEG"}), names())
      << "only what has none gets one by itself";
  fs::remove_all(output());
  EXPECT_EQ(0, run(list_setup(links, {"--fix-extension"})).exit_status);
  EXPECT_EQ((Names{"drawing.png", "photo.jpg", "right.JPEG"}), names());
  EXPECT_EQ("photo.jpg", records().at(0).file_name);
}

TEST_F(ContentTest, FixedNamesAreFoundAgainAndNeverMeet) {
  std::vector<std::string> links;
  for (const char* path :
       {"/photo.jpg", "/a/photo.png", "/b/Photo.gif", "/c/photo", "/foreign.png"}) {
    origin_.serve(path, ok(sample_jpeg(static_cast<unsigned>(links.size()) + 1)));
    links.emplace_back(path);
  }
  fs::create_directory(output());
  (void)folder_.write("images/foreign.jpg", "mine");
  EXPECT_EQ(0, run(list_setup(links, {"--fix-extension"})).exit_status);
  auto files = saved_files();
  EXPECT_EQ(6u, files.size());
  EXPECT_EQ("mine", files["foreign.jpg"]);
  const auto lines = records();
  ASSERT_EQ(5u, lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_TRUE(lines[i].file_name);
    EXPECT_TRUE(lines[i].file_name->ends_with(".jpg")) << *lines[i].file_name;
    EXPECT_TRUE(files[*lines[i].file_name] == sample_jpeg(static_cast<unsigned>(i) + 1)) << i;
  }
  for (const char* option : {"--fix-extension", "--fix-extension=false"}) {
    EXPECT_EQ(0, run(list_setup(links, {option})).exit_status);
    for (const ResultLine& line : records()) EXPECT_EQ("kept", line.status) << option;
    EXPECT_EQ(files, saved_files());
  }
  EXPECT_EQ(5u, origin_.count()) << "the second run finds them";
  // One that was removed comes back under its name.
  fs::remove(output() + "/" + *lines[1].file_name);
  EXPECT_EQ(0, run(list_setup(links, {"--fix-extension"})).exit_status);
  EXPECT_EQ(files, saved_files());
}

TEST_F(ContentTest, ARefreshedFileKeepsItsName) {
  origin_.serve("/photo.png", ok(removed_png()));
  EXPECT_EQ("saved", fetch("/photo.png", {"--fix-extension"}).status);
  origin_.serve("/photo.png", ok(sample_jpeg(1)));
  EXPECT_EQ("saved", fetch("/photo.png", {"--fix-extension", "--refresh"}).status);
  EXPECT_EQ(Names{"photo.png"}, names());
}

TEST_F(ContentTest, APictureWithoutAnExtensionGetsOne) {
  for (const char* link : {"/", "/?img=5", "/show.php?id=1", "/photo"}) {
    origin_.serve(link, Reply{.body = sample_jpeg(1), .content_type = "image/jpeg"});
  }
  EXPECT_EQ(0, run(list_setup({"/?img=5", "/show.php?id=1", "/photo"})).exit_status);
  EXPECT_EQ((Names{"index.jpg", "photo.jpg", "show.jpg"}), names());
  EXPECT_EQ(0, run(list_setup({"/?img=5", "/show.php?id=1", "/photo"})).exit_status);
  for (const ResultLine& line : records()) EXPECT_EQ("kept", line.status);

  fs::remove_all(output());
  const std::vector<std::string> numbered = {"--name={ext}/{index:03}.{ext}"};
  EXPECT_EQ(0, run(list_setup({"/?img=5", "/show.php?id=1", "/photo"}, numbered)).exit_status);
  EXPECT_EQ((Names{"jpg/001.jpg", "jpg/002.jpg", "jpg/003.jpg"}), names());
}

TEST_F(ContentTest, ContentDispositionAsServersWriteIt) {
  std::vector<std::string> links;
  for (const char* name : {"\"na\xEFve 1.jpg\"", "\"=?UTF-8?Q?na=C3=AFve_2?=.jpg\"",
                           "utf8''na%C3%AFve%203.jpg", "'na%C3%AFve 4.jpg'"}) {
    Reply reply = ok(sample_jpeg(1));
    reply.headers = {{"Content-Disposition", std::string("attachment; filename=") + name}};
    links.push_back(fmt::format("/get.php?id={}", links.size() + 1));
    origin_.serve(links.back(), reply);
  }
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  EXPECT_EQ((Names{"na\xC3\xAFve 1.jpg", "na\xC3\xAFve 2.jpg", "na\xC3\xAFve 3.jpg",
                   "na\xC3\xAFve 4.jpg"}),
            names());
}

TEST_F(ContentTest, ContentDispositionIsAHint) {
  Reply reply = ok(sample_jpeg(1));
  reply.headers = {
      {"Content-Disposition", "attachment; filename=x; filename*=UTF-8''..%2F..%2Fna%C3%AFve.jpg"}};
  origin_.serve("/download", reply);
  origin_.serve("/named.jpg", reply);
  EXPECT_EQ(0, run(list_setup({"/download?id=1", "/download?id=2", "/named.jpg"})).exit_status);
  const std::string second =
      "na\xC3\xAFve-" + to_hex(sha256(origin_.url("/download?id=2"))).substr(0, 8) + ".jpg";
  const std::string first =
      "na\xC3\xAFve-" + to_hex(sha256(origin_.url("/download?id=1"))).substr(0, 8) + ".jpg";
  const Names with_first{"na\xC3\xAFve.jpg", second, "named.jpg"};
  const Names with_second{"na\xC3\xAFve.jpg", first, "named.jpg"};
  EXPECT_TRUE(names() == with_first || names() == with_second) << "who is there first";
  EXPECT_EQ(0, run(list_setup({"/download?id=1", "/download?id=2", "/named.jpg"})).exit_status);
  EXPECT_EQ(3u, origin_.count()) << "kept";
}

TEST_F(ContentTest, ATemplateOfTheUsersOwnHearsNoHint) {
  Reply reply = ok(sample_jpeg(1));
  reply.headers = {{"Content-Disposition", "attachment; filename=hint.jpg"}};
  origin_.serve("/download", reply);
  EXPECT_EQ(0, run(list_setup({"/download"}, {"--name={index:03}"})).exit_status);
  EXPECT_EQ(Names{"001"}, names());
  EXPECT_EQ(0, run(list_setup({"/download?2"}, {"--name={host}/{name}"})).exit_status);
  EXPECT_EQ((Names{"001", "127.0.0.1/hint.jpg"}), names());
}

}  // namespace
}  // namespace fanfetch::system
