#include "coordinator/commands/report/page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/http/base64.h"
#include "common/sha256.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHostile[] = {
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "' onload='alert(1)",        "--><!-- ]]> </style></svg>",
    "javascript:alert(1)",       "\xFF\xFE\xC0",
    "\u202Egpj\u2066.exe",       "\x1b]0;title\x07",
    "&lt;b&gt; &amp;#x3c;",
};

constexpr WallTime kStartedAt{1'764'000'000s};

ReportHost host(const std::string& name, std::uint64_t files, std::chrono::milliseconds time) {
  ReportHost one{.name = name, .sums = {}};
  one.sums.files = files;
  one.sums.bytes = files * 30'000;
  one.sums.failed = files / 10;
  one.sums.transfer_time = 3s;
  for (std::uint64_t i = 0; i < files; ++i) one.sums.first_byte.add(time * (i % 7 + 1));
  return one;
}

/// All that a report can have, each text from outside being `text`.
ReportData full(const std::string& text) {
  ReportData data{.output = text, .ledger = text, .at = kStartedAt + 1h};
  data.saved = 900;
  data.failed = 99;
  data.bytes = 27'000'000;
  data.hosts_in_all = 40;
  data.runs = {{.number = 3,
                .started_at = kStartedAt,
                .ended_at = kStartedAt + 5min,
                .state = text,
                .saved = 900,
                .kept = 1,
                .skipped = 2,
                .failed = 99,
                .bytes = 27'000'000,
                .command = text,
                .told = text},
               {.number = 2, .started_at = kStartedAt - 1h, .state = "killed"}};
  data.more_runs = 1;
  for (std::uint64_t i = 1; i <= 30; ++i) {
    data.samples.push_back({.at = i * 10s, .files = 30 * i, .bytes = 900'000 * i, .failed = 3 * i});
  }
  for (int i = 0; i < 900; ++i) data.sizes.add(static_cast<std::uint64_t>(i * i));
  data.hosts = {host(text, 500, 30ms), host("", 300, 5ms), host("b.test", 100, 900ms)};
  data.more_hosts = 37;
  data.rest = host("", 10, 1ms).sums;
  data.nodes = {{.name = text, .files = 800, .bytes = 20'000'000, .failed = 9}, {.name = "two"}};
  data.more_nodes = 1;
  data.failures = {
      {.name = "http_4xx",
       .known = true,
       .count = 98,
       .statuses = {{404, 90}, {410, 8}},
       .worst_hosts = {{text, 90}, {"", 8}},
       .examples = {{.url = text, .host = text, .http_status = 404, .attempts = 1, .message = text},
                    {.url = "http://a.test/" + text, .message = text}}},
      {.name = text, .known = false, .count = 1}};
  data.duplicates = Duplicates{.files = 2,
                               .bytes = 2000,
                               .contents = 1,
                               .biggest = {{.files = 3, .bytes = 1000, .names = {text, text}}}};
  data.pictures = {{.file_name = text, .url = text, .type = "image/gif", .bytes = "GIF89a\xFF<"},
                   {.file_name = "b.gif",
                    .url = "http://a.test/" + text,
                    .type = "image/gif",
                    .bytes = "GIF89a"}};
  return data;
}

/// Reads a page as strictly as XML: each tag is closed in order, each attribute is quoted and comes
/// once, nothing but text and references is between.
class PageReader {
 public:
  struct Tag {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    [[nodiscard]] std::string attribute(std::string_view wanted) const {
      for (const auto& [key, value] : attributes) {
        if (key == wanted) return value;
      }
      return "";
    }
  };

  explicit PageReader(std::string_view html) : rest_(html) {
    take("<!DOCTYPE html>");
    while (!rest_.empty() && problem_.empty()) {
      if (rest_[0] == '<') {
        read_tag();
      } else {
        read_text();
      }
    }
    if (problem_.empty() && !open_.empty()) problem_ = "not closed: " + open_.back();
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::vector<Tag>& tags() const { return tags_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// What <style> or <script> holds.
  [[nodiscard]] std::string raw(std::string_view name) const {
    for (const auto& [tag, content] : raw_) {
      if (tag == name) return content;
    }
    return "";
  }

 private:
  void fail(std::string_view what) {
    problem_ = fmt::format("{} before {}", what, rest_.substr(0, 80));
  }
  void take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return fail(fmt::format("no {}", expected));
    rest_.remove_prefix(expected.size());
  }
  std::string word() {
    const std::size_t end = std::min(rest_.find_first_of(" =/>\"'<\n"), rest_.size());
    std::string taken(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (taken.empty()) fail("no word");
    return taken;
  }
  void check_references(std::string_view text) {
    for (std::size_t at = 0; (at = text.find('&', at)) != text.npos; ++at) {
      const auto known = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
      if (std::ranges::none_of(known,
                               [&](const char* one) { return text.substr(at).starts_with(one); })) {
        return fail(fmt::format("a bare & in {}", text));
      }
    }
  }
  void read_text() {
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    if (text.find('>') != text.npos) return fail("a bare >");
    check_references(text);
    text_ += text;
    rest_.remove_prefix(end);
  }
  void read_tag() {
    take("<");
    if (rest_.starts_with("/")) {
      take("/");
      const std::string name = word();
      if (open_.empty() || open_.back() != name) return fail("closes what is not open: " + name);
      open_.pop_back();
      return take(">");
    }
    Tag tag{.name = word(), .attributes = {}};
    while (problem_.empty() && rest_.starts_with(" ")) {
      take(" ");
      const std::string name = word();
      if (!tag.attribute(name).empty()) return fail("twice: " + name);
      take("=\"");
      const std::size_t end = rest_.find('"');
      if (end == rest_.npos) return fail("an endless attribute");
      const std::string value(rest_.substr(0, end));
      check_references(value);
      if (value.find('<') != value.npos) return fail("a bare < in an attribute");
      tag.attributes.emplace_back(name, value);
      rest_.remove_prefix(end + 1);
    }
    const bool is_void = tag.name == "meta" || tag.name == "img";
    const bool closes_itself = rest_.starts_with("/");
    if (closes_itself) take("/");
    take(">");
    if (tag.name == "style" || tag.name == "script") {
      const std::string end = "</" + tag.name + ">";
      const std::size_t size = rest_.find(end);
      if (size == rest_.npos) return fail("no end");
      raw_.emplace_back(tag.name, rest_.substr(0, size));
      rest_.remove_prefix(size + end.size());
    } else if (!is_void && !closes_itself) {
      open_.push_back(tag.name);
    }
    tags_.push_back(std::move(tag));
  }

  std::string_view rest_;
  std::string problem_, text_;
  std::vector<std::string> open_;
  std::vector<Tag> tags_;
  std::vector<std::pair<std::string, std::string>> raw_;
};

std::string source_of(const std::string& text) {
  const Sha256Digest digest = sha256(text);
  return "'sha256-" + base64(std::string(digest.begin(), digest.end())) + "'";
}

TEST(ReportPage, IsWellFormedAndHarmlessWhateverTheNamesAre) {
  const PageReader plain(report_page(full("plain"), "1.2"));
  EXPECT_EQ("", plain.problem());
  for (const std::string_view text : kHostile) {
    const std::string html = report_page(full(std::string(text)), "1.2");
    const PageReader page(html);
    EXPECT_EQ("", page.problem()) << text;
    // Nothing of the text became an element: there are as many as with a plain one.
    EXPECT_EQ(plain.tags().size(), page.tags().size()) << text;
    for (const PageReader::Tag& tag : page.tags()) {
      for (const auto& [name, value] : tag.attributes) {
        EXPECT_FALSE(name.starts_with("on")) << tag.name;
        EXPECT_NE("style", name) << tag.name;
        EXPECT_TRUE(name != "href" || value.starts_with("http://a.test/")) << value;
        EXPECT_TRUE(name != "src" || value.starts_with("data:image/gif;base64,")) << value;
      }
      EXPECT_EQ(tag.name == "a" ? "noreferrer noopener nofollow" : "", tag.attribute("rel"));
    }
    for (const char c : html) {
      EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    }
    EXPECT_EQ(html.npos, html.find("\u202E"));
    EXPECT_EQ(html.npos, html.find("\xFF"));
  }
}

TEST(ReportPage, LetsNothingRunButItsOwnScript) {
  const PageReader page(report_page(full("plain"), "1.2"));
  const auto policy = std::ranges::find_if(page.tags(), [](const PageReader::Tag& tag) {
    return tag.attribute("http-equiv") == "Content-Security-Policy";
  });
  ASSERT_NE(page.tags().end(), policy);
  EXPECT_EQ(fmt::format("default-src 'none'; style-src {}; script-src {}; img-src data:; "
                        "base-uri 'none'; form-action 'none'",
                        source_of(page.raw("style")), source_of(page.raw("script"))),
            policy->attribute("content"));
  for (const std::string_view loads :
       {"url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML"}) {
    EXPECT_EQ(std::string::npos, page.raw("style").find(loads));
    EXPECT_EQ(std::string::npos, page.raw("script").find(loads));
  }
  for (const PageReader::Tag& tag : page.tags()) {
    for (const char* loads :
         {"link", "iframe", "object", "embed", "base", "form", "use", "image"}) {
      EXPECT_NE(loads, tag.name);
    }
  }
}

TEST(ReportPage, SaysWhatIsThereToThoseWhoDoNotSee) {
  const PageReader page(report_page(full("plain"), "1.2"));
  std::size_t charts = 0, tables = 0, captions = 0;
  for (std::size_t i = 0; i < page.tags().size(); ++i) {
    const PageReader::Tag& tag = page.tags()[i];
    if (tag.attribute("role") == "img") {
      ++charts;
      EXPECT_EQ("title", page.tags().at(i + 1).name);
    }
    EXPECT_EQ(tag.name == "th", !tag.attribute("scope").empty());
    EXPECT_EQ(tag.name == "img", !tag.attribute("alt").empty());
    EXPECT_EQ(tag.name == "html" ? "en" : "", tag.attribute("lang"));
    tables += tag.name == "table";
    captions += tag.name == "caption";
  }
  EXPECT_EQ(4u, charts);
  EXPECT_EQ(5u, tables);
  EXPECT_EQ(tables, captions);
  for (const char* words : {"Throughput over 5m00s: 87.9 KiB/s on average",
                            "Failures over 5m00s: 90 in all", "Sizes of 900 files",
                            "And 1 more node.", "Time to first byte by host: b.test half within"}) {
    EXPECT_NE(std::string::npos, page.text().find(words)) << words;
  }
}

TEST(ReportPage, GivesTheCommandsAsAShellTakesThem) {
  ReportData data = full("my $pictures");
  data.ledger.clear();
  const PageReader page(report_page(data, "1.2"));
  for (const char* words :
       {"fanfetch --retry-failed http_4xx -o &#39;my $pictures&#39;",
        "fanfetch export &#39;my $pictures&#39; --class http_4xx",
        "fanfetch status &#39;my $pictures&#39; --by-host", "And 37 more hosts"}) {
    EXPECT_NE(std::string::npos, page.text().find(words)) << words;
  }
  // What is no class of ours cannot be asked for.
  EXPECT_EQ(std::string::npos, page.text().find("--retry-failed &#39;my"));
}

TEST(ReportPage, OfAnEmptyLedgerIsAPageToo) {
  const PageReader page(report_page({.output = "images", .ledger = "", .at = kStartedAt}, "1.2"));
  EXPECT_EQ("", page.problem());
  EXPECT_NE(std::string::npos, page.text().find("No run has begun yet"));
  EXPECT_NE(std::string::npos, page.text().find("No link has failed."));
}

TEST(ReportPage, OfADamagedLedgerIsAPageToo) {
  ReportData data = full("plain");
  data.samples = {
      {.at = std::chrono::milliseconds::max(), .files = ~0ULL, .bytes = ~0ULL, .failed = ~0ULL}};
  data.sizes.add(~0ULL);
  data.runs[0].ended_at = data.runs[0].started_at - 1h;
  data.runs[0].bytes = ~0ULL;
  data.hosts[0].sums.bytes = ~0ULL;
  data.failures[0].statuses.assign(200, {499, ~0ULL});
  EXPECT_EQ("", PageReader(report_page(data, "1.2")).problem());
}

TEST(ReportPage, IsKnownByItsBeginning) {
  const std::string html = report_page(full("plain"), "1.2");
  EXPECT_TRUE(is_report_page(html));
  EXPECT_TRUE(is_report_page(std::string_view(html).substr(0, kGeneratorWithin)));
  EXPECT_FALSE(is_report_page(""));
  EXPECT_FALSE(is_report_page("<!DOCTYPE html><meta name=\"generator\" content=\"other\">"));
  EXPECT_FALSE(is_report_page("<!DOCTYPE html>" + std::string(2000, ' ') +
                              "<meta name=\"generator\" content=\"fanfetch 1\">"));
}

}  // namespace
}  // namespace fanfetch
