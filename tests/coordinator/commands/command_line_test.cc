#include "coordinator/commands/command_line.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "coordinator/options/help_text.h"
#include "coordinator/options/version_text.h"

namespace fanfetch {
namespace {

/// No command that names a DIR asks for one.
Result<RunFolder> not_asked() {
  ADD_FAILURE() << "a DIR was looked for";
  return fail("no DIR");
}

tl::expected<Command, Exit> read(const std::vector<const char*>& words,
                                 const FindFolder& find_folder = not_asked) {
  return read_command(words, find_folder);
}

template <class Arguments>
Arguments as(const std::vector<const char*>& words, const FindFolder& find_folder = not_asked) {
  const auto command = read(words, find_folder);
  if (!command) throw std::runtime_error(command.error().text);
  return std::get<Arguments>(*command);
}

std::string error_of(const std::vector<const char*>& words,
                     const FindFolder& find_folder = not_asked) {
  const auto command = read(words, find_folder);
  if (command) return "no error";
  EXPECT_EQ(command.error().status, 2);
  return command.error().text;
}

TEST(CommandLine, OnlyTheBareWordIsACommand) {
  for (const char* word : {"status", "verify", "export", "report", "help", "version"}) {
    EXPECT_TRUE(is_command_name(word));
  }
  for (const char* word : {"./status", "status.txt", "Status", "stat", "", "-status", "imgur"}) {
    EXPECT_FALSE(is_command_name(word)) << word;
  }
}

TEST(CommandLine, Status) {
  const auto plain = as<StatusArguments>({"status", "images"});
  EXPECT_EQ(plain.folders.at(0).output, "images");
  EXPECT_EQ(plain.folders.at(0).ledger, "");
  EXPECT_FALSE(plain.json || plain.by_host);
  const auto all = as<StatusArguments>({"status", "--json", "d", "--by-host", "--ledger", "l"});
  EXPECT_EQ(all.folders.at(0).output, "d");
  EXPECT_EQ(all.folders.at(0).ledger, "l");
  EXPECT_TRUE(all.json && all.by_host);
  EXPECT_EQ(as<StatusArguments>({"status", "--ledger=x", "d", "--ledger=y"}).folders.at(0).ledger,
            "y");
  const auto several =
      as<StatusArguments>({"status", "a", "--by-host", "b", "--limit", "7", "--exit-code"});
  ASSERT_EQ(several.folders.size(), 2u);
  EXPECT_EQ(several.folders[1].output, "b");
  EXPECT_EQ(several.most_hosts, 7u);
  EXPECT_TRUE(several.exit_code);
}

TEST(CommandLine, StatusOfAFleet) {
  const auto plain = as<FleetStatusArguments>({"status", "--fleet", "redis://h"});
  EXPECT_EQ(to_text(plain.fleet.address), "redis://h:6379");
  EXPECT_EQ(plain.fleet.job, "");
  EXPECT_FALSE(plain.json);
  const auto all =
      as<FleetStatusArguments>({"status", "--json", "--fleet", "rediss://h:7/2", "--fleet-job",
                                "urls.txt", "--fleet-auth-file", "a", "--fleet-cacert", "c"});
  EXPECT_EQ(all.fleet.job, "urls.txt");
  EXPECT_EQ(all.fleet.auth_file, "a");
  EXPECT_EQ(all.fleet.ca_file, "c");
  EXPECT_TRUE(all.json);
  const struct {
    std::vector<const char*> words;
    const char* error;
  } rows[] = {
      {{"status", "--fleet", "http://h"}, "--fleet: "},
      {{"status", "--fleet="}, "--fleet: "},
      {{"status", "d", "--fleet", "redis://h"}, "with --fleet it looks at no DIR"},
      {{"status", "--fleet", "redis://h", "--ledger", "l"}, "--ledger is for a DIR"},
      {{"status", "--fleet", "redis://h", "--by-host"}, "are for a DIR, not for --fleet"},
      {{"status", "--fleet", "redis://h", "--watch"}, "are for a DIR, not for --fleet"},
      {{"status", "--fleet", "redis://h", "--fleet-job", "a b"}, "--fleet-job: a job's name"},
      {{"status", "--fleet", "redis://h", "--fleet-auth-file="}, "--fleet-auth-file: "},
      {{"status", "--fleet", "redis://h", "--fleet-cacert", "c"}, "has no use without TLS"},
      {{"status", "d", "--fleet-job", "x"}, "need --fleet"},
  };
  for (const auto& [words, error] : rows) {
    EXPECT_NE(error_of(words).find(error), std::string::npos) << error_of(words);
  }
}

TEST(CommandLine, TopOfAFleet) {
  const auto top = as<FleetTopArguments>({"top", "--fleet", "redis://h", "--fleet-job", "x"});
  EXPECT_EQ(to_text(top.fleet.address), "redis://h:6379");
  EXPECT_EQ(top.fleet.job, "x");
  EXPECT_NE(error_of({"top", "d", "--fleet-job", "x"}).find("need --fleet"), std::string::npos);
  EXPECT_NE(error_of({"top", "d", "--fleet", "redis://h"}).find("no DIR"), std::string::npos);
}

TEST(CommandLine, Verify) {
  const auto plain = as<VerifyArguments>({"verify", "images"});
  EXPECT_FALSE(plain.repair || plain.quiet || plain.strict);
  const auto all = as<VerifyArguments>({"verify", "-q", "images", "--repair", "--strict"});
  EXPECT_TRUE(all.repair && all.quiet && all.strict);
  EXPECT_TRUE(as<VerifyArguments>({"verify", "images", "--quiet"}).quiet);
}

TEST(CommandLine, Export) {
  const auto plain = as<ExportArguments>({"export", "images"});
  EXPECT_EQ(plain.file, "-");
  EXPECT_EQ(plain.format, ExportFormat::jsonl);
  EXPECT_FALSE(plain.force || plain.filter.files_only);
  const auto format = [](const char* file) {
    return as<ExportArguments>({"export", "d", "-o", file}).format;
  };
  EXPECT_EQ(as<ExportArguments>({"export", "d", "-o", "-"}).file, "-");
  EXPECT_EQ(format("a.jsonl"), ExportFormat::jsonl);
  EXPECT_EQ(format("a.csv"), ExportFormat::csv);
  EXPECT_EQ(as<ExportArguments>({"export", "d", "--format", "csv"}).format, ExportFormat::csv);
  EXPECT_EQ(as<ExportArguments>({"export", "d", "--format=urls", "-o", "x"}).format,
            ExportFormat::urls);
  const auto against_its_ending =
      as<ExportArguments>({"export", "--format=jsonl", "d", "--output=a.csv", "--force"});
  EXPECT_EQ(against_its_ending.format, ExportFormat::jsonl);
  EXPECT_EQ(against_its_ending.file, "a.csv");
  EXPECT_TRUE(against_its_ending.force);
  const auto several = as<ExportArguments>({"export", "a", "-o", "x.csv", "b.csv", "c"});
  ASSERT_EQ(several.folders.size(), 3u);
  EXPECT_EQ(several.folders[1].output, "b.csv") << "every word is a folder";
}

Record record(Status status, std::optional<ErrorClass> error = {}, int http_status = 200) {
  Record record{.url = "http://me@H.org:80/x", .status = status, .http_status = http_status};
  record.error = error;
  return record;
}

TEST(CommandLine, Report) {
  const auto plain = as<ReportArguments>({"report", "images"});
  EXPECT_EQ(plain.folder.output, "images");
  EXPECT_EQ(plain.file, "report.html");
  EXPECT_FALSE(plain.force);
  const auto all =
      as<ReportArguments>({"report", "-o", "-", "--force", "--ledger", "l.sqlite", "images"});
  EXPECT_EQ(all.file, "-");
  EXPECT_EQ(all.folder.ledger, "l.sqlite");
  EXPECT_TRUE(all.force);
}

TEST(CommandLine, WhatAnExportTakes) {
  const Record saved = record(Status::saved);
  const Record gone = record(Status::failed, ErrorClass::http_4xx, 404);
  const Record broken = record(Status::failed, ErrorClass::http_5xx, 503);
  using Taken = std::array<bool, 3>;
  const auto takes = [&](std::vector<const char*> options) {
    std::vector<const char*> words{"export", "d"};
    words.insert(words.end(), options.begin(), options.end());
    const auto filter = as<ExportArguments>(words).filter;
    return Taken{filter.takes(saved), filter.takes(gone), filter.takes(broken)};
  };
  EXPECT_EQ(takes({}), (Taken{true, true, true}));
  EXPECT_EQ(takes({"--failed"}), (Taken{false, true, true}));
  EXPECT_EQ(takes({"--image-folder"}), (Taken{true, false, false}));
  EXPECT_EQ(takes({"--status", "saved"}), (Taken{true, false, false}));
  EXPECT_EQ(takes({"--status", "failed"}), (Taken{false, true, true}));
  EXPECT_EQ(takes({"--status", "5xx"}), (Taken{false, false, true}));
  EXPECT_EQ(takes({"--status", "saved, 404"}), (Taken{true, true, false}));
  EXPECT_EQ(takes({"--status=saved", "--status=503"}), (Taken{true, false, true}));
  EXPECT_EQ(takes({"--failed", "--status", "404"}), (Taken{false, true, false}));
  EXPECT_EQ(takes({"--class", "http_5xx,dns"}), (Taken{false, false, true}));
  EXPECT_EQ(takes({"--host", "h.ORG"}), (Taken{true, true, true}));
  EXPECT_EQ(takes({"--host", "other.org"}), (Taken{false, false, false}));
  EXPECT_EQ(takes({"--host", "h.org,x", "--class", "http_4xx"}), (Taken{false, true, false}));
  EXPECT_FALSE(as<ExportArguments>({"export", "d", "--host", "h"}).filter.takes(Record()));
}

TEST(CommandLine, FoldersOfAnyName) {
  EXPECT_EQ(as<StatusArguments>({"status", "status"}).folders.at(0).output, "status");
  EXPECT_EQ(as<StatusArguments>({"status", "--", "--json"}).folders.at(0).output, "--json");
  EXPECT_EQ(as<StatusArguments>({"status", "a b"}).folders.at(0).output, "a b");
}

TEST(CommandLine, WhatARunIsTold) {
  const auto set = as<SteerArguments>({"set", "d", "jobs=8", "host.a.test=skip"});
  EXPECT_EQ(set.folder.output, "d");
  EXPECT_EQ(std::get<SetRequest>(set.request).values,
            (std::vector<Assignment>{{"jobs", "8"}, {"host.a.test", "skip"}}));
  EXPECT_TRUE(std::get<SetRequest>(as<SteerArguments>({"set", "d"}).request).values.empty());
  EXPECT_FALSE(std::get<PauseRequest>(as<SteerArguments>({"pause", "d"}).request).time);
  EXPECT_EQ(std::get<PauseRequest>(as<SteerArguments>({"pause", "d", "--for", "90s"}).request).time,
            std::chrono::seconds(90));
  EXPECT_TRUE(std::holds_alternative<ResumeRequest>(as<SteerArguments>({"resume", "d"}).request));
  EXPECT_TRUE(as<SteerArguments>({"stop", "d"}).wait);
  EXPECT_FALSE(as<SteerArguments>({"stop", "d", "--no-wait"}).wait);
  EXPECT_EQ(as<SteerArguments>({"stop", "d", "--ledger", "l"}).folder.ledger, "l");
  EXPECT_TRUE(as<StatusArguments>({"status", "d", "--watch"}).watch);
}

Result<RunFolder> found() { return RunFolder{.output = "found", .ledger = "its"}; }

TEST(CommandLine, WithoutDir) {
  const auto folders = as<StatusArguments>({"status", "--json"}, found).folders;
  ASSERT_EQ(folders.size(), 1u);
  EXPECT_EQ(folders[0].output, "found");
  EXPECT_EQ(folders[0].ledger, "its");
  EXPECT_EQ(as<ExportArguments>({"export", "--failed"}, found).folders.at(0).output, "found");
  EXPECT_EQ(as<VerifyArguments>({"verify"}, found).folder.output, "found");
  EXPECT_EQ(as<ReportArguments>({"report", "-o", "-"}, found).folder.ledger, "its");
  EXPECT_EQ(as<TopArguments>({"top"}, found).folder.output, "found");
  EXPECT_EQ(as<WebArguments>({"web", "--"}, found).folder.output, "found");
  for (const char* name : {"set", "pause", "resume", "stop"}) {
    EXPECT_EQ(as<SteerArguments>({name}, found).folder.output, "found") << name;
    EXPECT_EQ(as<SteerArguments>({name}, found).folder.ledger, "its") << name;
    EXPECT_EQ(as<SteerArguments>({name, "--ledger=mine"}, found).folder.ledger, "mine") << name;
  }
}

TEST(CommandLine, SetTakesASettingForNoFolder) {
  const auto set = as<SteerArguments>({"set", "jobs=8", "host.a.test:80=skip"}, found);
  EXPECT_EQ(set.folder.output, "found");
  EXPECT_EQ(std::get<SetRequest>(set.request).values,
            (std::vector<Assignment>{{"jobs", "8"}, {"host.a.test:80", "skip"}}));
  EXPECT_EQ(as<SteerArguments>({"set", "./jobs=8", "jobs=2"}).folder.output, "./jobs=8");
  EXPECT_EQ(as<SteerArguments>({"set", "/a/b=c"}).folder.output, "/a/b=c");
  EXPECT_EQ(as<StatusArguments>({"status", "a=b"}).folders.at(0).output, "a=b");
  EXPECT_NE(error_of({"set", "a=b"}, found).find("a: it is not one of jobs, "), std::string::npos);
}

TEST(CommandLine, ADirThatIsNotFound) {
  const auto none = [] { return Result<RunFolder>(fail("DIR is missing: why")); };
  for (const char* name :
       {"status", "verify", "export", "report", "top", "web", "set", "pause", "resume", "stop"}) {
    EXPECT_EQ(error_of({name}, none),
              fmt::format("fanfetch {0}: DIR is missing: why\nsee fanfetch {0} --help\n", name));
    EXPECT_EQ(read({name, "--help"}).error().status, 0) << "help asks for none";
  }
  EXPECT_NE(error_of({"set", "jobs=2"}, none).find("DIR is missing: why"), std::string::npos);
  EXPECT_NE(error_of({"status", "--jsn"}).find("--jsn is not an option"), std::string::npos);
}

TEST(CommandLine, Errors) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{"status", ""}, "fanfetch status: a DIR is empty\nsee fanfetch status --help\n"},
      {{"pause", ""}, "a DIR is empty"},
      {{"set", "", "jobs=2"}, "a DIR is empty"},
      {{"status", "a", ""}, "a DIR is empty"},
      {{"status", "a", "b", "--ledger=x"}, "--ledger is for a single DIR"},
      {{"status", "a", "--limit=3"}, "--limit goes with --by-host"},
      {{"status", "a", "--by-host", "--limit=0"}, "--limit: "},
      {{"status", "a", "--by-host", "--limit=some"}, "--limit: "},
      {{"status", "a", "--by-host", "--limit"}, "--limit needs a value"},
      {{"verify", "a", "b"}, "'b' is one word too many"},
      {{"status", "a", "--repair"}, "--repair is not an option\n"},
      {{"status", "a", "--jsn"}, "--jsn is not an option; did you mean --json?"},
      {{"export", "a", "--host-x=h"}, "--host-x is not an option; did you mean --host?"},
      {{"verify", "a", "--jobs=4"}, "--jobs is not an option of verify, but of a run: fanfetch"},
      {{"help", "stat"}, "fanfetch help: 'stat' is not a command; there are status, verify"},
      {{"help", "status", "x"}, "'x' is one word too many"},
      {{"version", "x"}, "fanfetch version: 'x' is one word too many"},
      {{"verify", "a", "--json=1"}, "--json is not an option"},
      {{"export", "a", "-x"}, "-x is not an option"},
      {{"set", "a", "jobs"}, "'jobs' is not NAME=VALUE"},
      {{"set", "a", "jobs=x"}, "jobs: 'x' is not a whole number from 1 to 4096"},
      {{"set", "a", "speed=1"}, "speed: it is not one of jobs, "},
      {{"pause", "a", "--for", "soon"}, "--for: 'soon' is not a time"},
      {{"pause", "a", "--for=0"}, "--for: no pause is that short"},
      {{"resume", "a", "b"}, "'b' is one word too many"},
      {{"status", "a", "--ledger"}, "--ledger needs a value"},
      {{"status", "--ledger=", "a"}, "--ledger: its value is empty"},
      {{"export", "a", "--format"}, "--format needs a value"},
      {{"export", "a", "--format", "xml"}, "'xml' is not jsonl, csv or urls"},
      {{"export", "a", "--format="}, "'' is not jsonl, csv or urls"},
      {{"export", "a", "-o", "b.txt"}, "the ending of 'b.txt' is not .jsonl or .csv"},
      {{"export", "a", ""}, "a DIR is empty"},
      {{"export", "a", "-o", ""}, "--output: its value is empty"},
      {{"report", "a", "b"}, "'b' is one word too many"},
      {{"report", "a", "-o", ""}, "--output: its value is empty"},
      {{"report", "a", "--out"}, "--out is not an option"},
      {{"export", "a", "-o", "s3://b/x.csv"},
       "--output: 's3://b/x.csv' is no path: fanfetch writes to this"},
      {{"export", "a", "b", "--ledger", "l"}, "--ledger is for a single DIR"},
      {{"export", "a", "--status", "kept"}, "--status: 'kept' is neither saved, failed nor"},
      {{"export", "a", "--status", "404,"}, "--status: '' is neither"},
      {{"export", "a", "--class", "404"}, "--class: '404' is no error class"},
      {{"export", "a", "--host", "http://h/"}, "--host: 'http://h/' is not a host name"},
      {{"export", "a", "--image-folder", "--failed"}, "--image-folder is a table of saved files"},
      {{"export", "a", "--image-folder", "--format=urls"}, "--image-folder is a table"},
      {{"export", "a", "--status"}, "--status needs a value"},
      {{"verify", "a", "\x1b[31m"}, R"('\x1b[31m' is one word too many)"},
  };
  for (const auto& [words, expected] : cases) {
    EXPECT_NE(error_of(words).find(expected), std::string::npos) << error_of(words);
  }
}

TEST(CommandLine, Web) {
  const auto plain = as<WebArguments>({"web", "images"});
  EXPECT_EQ(plain.folder.output, "images");
  EXPECT_EQ(plain.listen.host(), "127.0.0.1:8080");
  EXPECT_EQ(plain.token_file, "");
  EXPECT_FALSE(plain.read_only);
  const auto all = as<WebArguments>(
      {"web", "d", "--listen", "[::1]:0", "--token-file=t", "--read-only", "--ledger", "l"});
  EXPECT_EQ(all.listen.host(), "[::1]:0");
  EXPECT_EQ(all.token_file, "t");
  EXPECT_TRUE(all.read_only);
  EXPECT_EQ(all.folder.ledger, "l");
  EXPECT_EQ(as<WebArguments>({"web", "d", "--listen=unix:x"}).listen.path, "x");
  EXPECT_NE(error_of({"web", "d", "--listen", "0.0.0.0:80"}).find("every address"),
            std::string::npos);
  EXPECT_NE(error_of({"web", "d", "--listen="}).find("--listen"), std::string::npos);
  EXPECT_NE(error_of({"web", "d", "--token-file="}).find("--token-file"), std::string::npos);
  EXPECT_NE(error_of({"web", "d", "--listen", "unix:x", "--token-file", "t"}).find("needs no"),
            std::string::npos);
  EXPECT_NE(error_of({"web", "a", "b"}).find("too many"), std::string::npos);
}

TEST(CommandLine, HelpAndVersion) {
  const auto said = [](const std::vector<const char*>& words) {
    const auto leave = read(words);
    if (leave) return std::string("a command");
    EXPECT_EQ(leave.error().status, 0);
    return leave.error().text;
  };
  EXPECT_EQ(said({"help"}), short_help());
  EXPECT_EQ(said({"help", "--help"}), short_help());
  EXPECT_EQ(said({"help", "--help-all"}), full_help());
  EXPECT_EQ(said({"help", "help"}), short_help());
  EXPECT_EQ(said({"version"}), version_text());
  for (const std::string_view name : command_names()) {
    const std::string word(name);
    EXPECT_EQ(said({"help", word.c_str()}),
              word == "node" ? node_help() : said({word.c_str(), "--help"}))
        << word;
    EXPECT_TRUE(word == "version" || short_help().find(word) != std::string::npos) << word;
    EXPECT_NE(full_help().find("\n  " + word + " "), std::string::npos) << word;
  }
}

TEST(CommandLine, HelpFitsAScreen) {
  for (const char* name : {"status", "verify", "export", "web"}) {
    const auto leave = read({name, "--nonsense", "--help"});
    ASSERT_FALSE(leave) << name;
    EXPECT_EQ(leave.error().status, 0);
    const std::string& text = leave.error().text;
    EXPECT_TRUE(text.starts_with(std::string("Usage: fanfetch ") + name + " [DIR")) << text;
    EXPECT_NE(text.find("--ledger FILE"), std::string::npos);
    EXPECT_LE(std::ranges::count(text, '\n'), 24);
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos;
         start = end + 1) {
      EXPECT_LE(end - start, 80u) << text.substr(start, end - start);
    }
    EXPECT_EQ(read({name, "-h"}).error().text, text);
  }
}

}  // namespace
}  // namespace fanfetch
