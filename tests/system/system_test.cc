#include "tests/system/system_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

namespace fanfetch::system {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() & 255);
  // Links to it end in .jpg, so it begins as a JPEG does.
  static constexpr std::string_view kJpeg = "\xFF\xD8\xFF\xE0";
  return bytes.replace(0, std::min(size, kJpeg.size()), kJpeg, 0, std::min(size, kJpeg.size()));
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string last_line(std::string_view text) {
  const auto lines = lines_of(text);
  return lines.empty() ? "" : lines.back();
}

Launch SystemTest::setup(std::vector<std::string> args) const {
  for (const char* arg : {"--allow-private", "--output"}) args.emplace_back(arg);
  args.push_back(output());
  args.push_back("--results=" + results());
  return {.args = std::move(args), .folder = folder_.path()};
}

Launch SystemTest::list_setup(const std::vector<std::string>& links,
                              std::vector<std::string> args) {
  std::string text;
  for (const std::string& link : links) {
    text += (link.starts_with('/') ? origin_.url(link) : link) + '\n';
  }
  args.emplace_back("-i");
  args.push_back(folder_.write(fmt::format("list{}.txt", ++lists_), text));
  return setup(std::move(args));
}

Finished SystemTest::run(const Launch& given, std::chrono::milliseconds limit) {
  FanfetchProcess process(given);
  return finish(process, limit);
}

Finished SystemTest::finish(FanfetchProcess& process, std::chrono::milliseconds limit) {
  Finished finished = process.wait(limit);
  EXPECT_FALSE(finished.overran) << finished.describe();
  EXPECT_TRUE(finished.left_behind.empty()) << finished.describe();
  EXPECT_FALSE(has(finished.err, "ERROR: AddressSanitizer")) << finished.err;
  EXPECT_FALSE(has(finished.err, "runtime error:")) << finished.err;
  return finished;
}

std::map<std::string, std::string> SystemTest::saved_files() const { return files_in(output()); }

std::vector<ResultLine> SystemTest::records() const {
  if (!std::filesystem::exists(results())) return {};
  auto lines = parse_result_lines(read_file(results()));
  std::sort(lines.begin(), lines.end(),
            [](const ResultLine& a, const ResultLine& b) { return a.index < b.index; });
  return lines;
}

ResultLine SystemTest::fetch(const std::string& link, std::vector<std::string> args) {
  const Finished finished = run(list_setup({link}, std::move(args)));
  const auto lines = records();
  EXPECT_EQ(1u, lines.size()) << finished.describe();
  if (lines.empty()) return {};
  EXPECT_EQ(lines[0].status == "saved" ? 0 : 1, finished.exit_status) << finished.describe();
  EXPECT_EQ(lines[0].status == "saved", saved_files().size() == 1) << finished.describe();
  return lines[0];
}

std::vector<std::string> SystemTest::serve_many(std::size_t count, std::size_t size,
                                                std::chrono::milliseconds delay) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("{:03}.jpg", i);
    paths.push_back("/" + name);
    served_[name] = noise(size, static_cast<unsigned>(i) + 1);
    origin_.serve(paths.back(), Reply{.body = served_[name], .delay = delay});
  }
  return paths;
}

}  // namespace fanfetch::system
