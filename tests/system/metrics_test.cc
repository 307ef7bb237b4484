// --metrics: what node_exporter's textfile collector finds during a run and after it.

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class MetricsTest : public CommandTest {
 protected:
  Finished run_with(std::vector<std::string> links, const std::string& file) {
    return run(list_setup(std::move(links), {"--metrics", file}));
  }
  [[nodiscard]] std::string metrics() const {
    return fs::exists(file_) ? support::read_file(file_) : "";
  }
  /// Of the series `name`, with these labels behind the folder's.
  [[nodiscard]] std::string series(const std::string& name, const std::string& labels = "") const {
    const std::string text = '\n' + metrics();
    const std::string key =
        fmt::format("\n{}{{output=\"{}\"{}{}}} ", name, fs::weakly_canonical(output()).string(),
                    labels.empty() ? "" : ",", labels);
    const auto at = text.find(key);
    if (at == text.npos) return "absent";
    return text.substr(at + key.size(), text.find('\n', at + 1) - at - key.size());
  }
  /// With warnings about names and units.
  void expect_sound() const {
    const std::string command = fmt::format("promtool check metrics < '{}'", file_);
    EXPECT_EQ(0, std::system(command.c_str())) << metrics();
  }

  const std::string file_ = folder_.at("f.prom");
};

TEST_F(MetricsTest, AfterARun) {
  auto links = serve_many(5, 1000);
  links.insert(links.end(), {"/missing.jpg", "nonsense", "/000.jpg"});
  const Finished finished = run_with(links, file_);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  expect_sound();
  EXPECT_EQ("5", series("fanfetch_links_total", "status=\"saved\""));
  EXPECT_EQ("1", series("fanfetch_links_total", "status=\"skipped\""));
  EXPECT_EQ("2", series("fanfetch_new_failures_total"));
  EXPECT_EQ("1", series("fanfetch_failures_total", "class=\"http_4xx\",http_status=\"404\""));
  EXPECT_EQ("1", series("fanfetch_failures_total", "class=\"bad_url\",http_status=\"\""));
  EXPECT_EQ("5000", series("fanfetch_saved_bytes_total"));
  EXPECT_LE(5000, std::stoll(series("fanfetch_received_bytes_total"))) << "up to the end";
  EXPECT_EQ("6", series("fanfetch_requests_total"));
  EXPECT_EQ("6", series("fanfetch_first_byte_seconds_count"));
  EXPECT_EQ("0", series("fanfetch_links_in_flight"));
  EXPECT_EQ("0", series("fanfetch_run_active"));
  EXPECT_EQ("1", series("fanfetch_run_exit_status"));
  EXPECT_EQ("absent", series("fanfetch_time_left_seconds"));
  struct stat status {};
  ASSERT_EQ(0, ::stat(file_.c_str(), &status));
  EXPECT_EQ(0644u, status.st_mode & 07777);
  EXPECT_EQ(0, run_with(serve_many(5, 1000), file_).exit_status) << "replaces its own";
  EXPECT_EQ("5", series("fanfetch_links_total", "status=\"kept\""));
  EXPECT_EQ("0", series("fanfetch_run_exit_status"));
}

TEST_F(MetricsTest, WhileARunIsGoingOnAndAfterItsDeath) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  auto process = std::make_unique<FanfetchProcess>(
      list_setup({"/held.jpg"}, {"-q", "-w1", "--metrics", file_}));
  EXPECT_TRUE(eventually([&] { return series("fanfetch_links_in_flight") == "1"; }, kPatience))
      << metrics();
  expect_sound();
  EXPECT_EQ("1", series("fanfetch_run_active"));
  EXPECT_EQ("absent", series("fanfetch_run_exit_status"));
  process->signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(*process).signal);
  EXPECT_EQ("1", series("fanfetch_run_active")) << "nobody was there to say so";
  const std::string began = series("fanfetch_run_start_timestamp_seconds");
  process = std::make_unique<FanfetchProcess>(
      list_setup({"/held.jpg"}, {"-q", "-w1", "--metrics", file_}));
  EXPECT_TRUE(eventually(
      [&] {
        return series("fanfetch_run_start_timestamp_seconds") != began &&
               series("fanfetch_links_in_flight") == "1";
      },
      kPatience));
  process->signal(SIGTERM);
  gate->open();
  EXPECT_EQ(SIGTERM, finish(*process).signal);
  EXPECT_EQ("143", series("fanfetch_run_exit_status"));
}

TEST_F(MetricsTest, AmongTheDownloadsItIsNotForeign) {
  fs::create_directory(output());
  const std::string inside = output() + "/f.prom";
  EXPECT_EQ(0, run_with(serve_many(3, 1000), inside).exit_status);
  const Finished verified = command({"verify", output(), "--strict"});
  EXPECT_EQ(0, verified.exit_status) << verified.describe();
  std::ofstream(output() + "/.f.prom.fanfetch-new") << "of a killed run";
  EXPECT_EQ(0, command({"verify", output(), "--strict"}).exit_status);
}

/// Neither gets the other's name, nor its content.
TEST_F(MetricsTest, ADownloadKeepsItsFile) {
  const std::string looks_like = support::read_file([this] {
    EXPECT_EQ(0, run_with(serve_many(1, 1000), file_).exit_status);
    return file_;
  }());
  origin_.serve("/x.prom", ok(looks_like));
  fs::create_directory(output());
  const std::string inside = output() + "/x.prom";
  EXPECT_EQ(0, run_with({"/x.prom"}, inside).exit_status);
  EXPECT_NE(looks_like, support::read_file(inside)) << "the download has another name";
  EXPECT_EQ(0, command({"verify", output(), "--strict"}).exit_status);
  fs::remove(inside);
  origin_.serve("/again/x.prom", ok(looks_like));
  EXPECT_EQ(0, run(list_setup({"/again/x.prom"})).exit_status);
  EXPECT_EQ(looks_like, support::read_file(inside));
  const Finished refused = run_with({"/x.prom"}, inside);
  EXPECT_EQ(2, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "which is a download; choose another file")) << refused.err;
  EXPECT_EQ(looks_like, support::read_file(inside));
}

TEST_F(MetricsTest, AFolderThatIsLostIsOneNotice) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  fs::create_directory(folder_.at("m"));
  FanfetchProcess process(list_setup({"/held.jpg"}, {"--metrics", folder_.at("m/f.prom")}));
  EXPECT_TRUE(eventually([&] { return fs::exists(folder_.at("m/f.prom")); }, kPatience));
  fs::remove_all(folder_.at("m"));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "cannot write the metrics '")) << finished.err;
  EXPECT_EQ(finished.err.find("cannot write the metrics"),
            finished.err.rfind("cannot write the metrics"))
      << finished.err;
}

TEST_F(MetricsTest, WhatItMustNotReplace) {
  (void)folder_.write("mine.prom", "node_load1 3\n");
  (void)folder_.write("list.prom", "http://127.0.0.1:9/x.jpg\n");
  fs::create_symlink("mine.prom", folder_.at("link.prom"));
  fs::create_directory(folder_.at("folder.prom"));
  const struct {
    std::vector<std::string> args;
    const char* says;
  } kCases[] = {
      {{"--metrics", folder_.at("mine.prom")}, "which holds no metrics of an earlier run"},
      {{"--metrics", folder_.at("link.prom")}, "which is not a regular file"},
      {{"--metrics", folder_.at("folder.prom")}, "which is not a regular file"},
      {{"--metrics", folder_.at("list.prom"), "-i", folder_.at("list.prom")},
       "would overwrite the list"},
      {{"--metrics", folder_.at("nowhere/f.prom")}, "make its folder"},
      {{"--metrics", folder_.at("f.txt")}, "is not the name of a file that ends with .prom"},
      {{"--metrics", folder_.at("new.prom"), "--results", folder_.at("new.prom")},
       "name the same file"},
      {{"--metrics", folder_.at("new.prom"), "--ledger", folder_.at("./new.prom")},
       "name the same file"},
      {{"--metrics", "-"}, "is not the name of a file that ends with .prom"},
      {{"--metrics", ""}, "is not the name of a file that ends with .prom"},
  };
  for (const auto& one : kCases) {
    Launch launch = list_setup({"/000.jpg"});
    launch.args.insert(launch.args.end(), one.args.begin(), one.args.end());
    const Finished refused = run(launch);
    EXPECT_EQ(2, refused.exit_status) << refused.describe();
    EXPECT_TRUE(has(refused.err, one.says)) << refused.err;
    EXPECT_FALSE(fs::exists(output())) << "nothing was begun";
  }
  EXPECT_EQ("node_load1 3\n", support::read_file(folder_.at("mine.prom")));
  (void)folder_.write("empty.prom", "");
  EXPECT_EQ(0, run_with(serve_many(1, 1000), folder_.at("empty.prom")).exit_status);
}

TEST_F(MetricsTest, TheExamplesAreSound) {
  const std::string examples = FANFETCH_EXAMPLES;
  EXPECT_EQ(0, std::system(("promtool check rules " + examples + "/fanfetch-alerts.yml").c_str()));
  EXPECT_EQ(
      0, std::system(
             ("python3 -m json.tool " + examples + "/fanfetch-dashboard.json >/dev/null").c_str()));
}

}  // namespace
}  // namespace fanfetch::system
