#include "coordinator/run/run_sources.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/command_words.h"
#include "coordinator/commands/folder/default_folder.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

/// A list that was meant for `fanfetch -`: a file, or a pipe or socket with bytes in it. Never
/// waits.
bool stdin_holds_something() {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (S_ISREG(status.st_mode)) return true;
  if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) return false;
  int bytes = 0;
  return ::ioctl(STDIN_FILENO, FIONREAD, &bytes) == 0 && bytes > 0;
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// A word that names no source.
tl::unexpected<Error> wrong_word(const std::string& word, Error error) {
  if (auto checked = check_no_command(word); !checked) return tl::unexpected(checked.error());
  if (!is_folder(word)) return tl::unexpected(std::move(error));
  return fail("'{0}' is a folder: -o {0} puts files there; fanfetch status {0} looks at it", word);
}

/// `word` without blanks around it, if it is a URL. Error: it is more than the one URL that it
/// begins with. Blanks of all kinds would be taken for characters of its path.
Result<std::string_view> one_source(const std::string& word) {
  const std::string_view url = trimmed_link(word);
  if (!begins_like_url(url)) return word;
  if (is_plain_link(url)) return url;
  const std::string shown = shown_link(url.substr(0, url.find_first_of(" \t\r\n,;|")));
  if (holds_two_urls(url)) {
    return fail(
        "two URLs are in one argument, which begins with '{}': write each as one of its own",
        shown);
  }
  if (std::none_of(url.begin(), url.end(), is_control)) return url;
  return fail(
      "a tab or line break follows '{}' in one argument: --name NAME names the file; a line of a "
      "list goes to \"fanfetch -\"",
      shown);
}

Result<std::vector<SourceSpec>> parse_sources(const SourceOptions& options) {
  const SourceWays ways{.format = options.format, .urls_are_apis = options.links_at.has_value()};
  std::vector<SourceSpec> specs;
  for (const auto& word : options.words) {
    if (is_command_name(word)) {
      return fail("the command comes first: fanfetch {} DIR; for a file write ./{}", word, word);
    }
    const auto source = one_source(word);
    if (!source) return tl::unexpected(source.error());
    auto spec = parse_source(*source, ways);
    if (!spec) return wrong_word(word, std::move(spec.error()));
    specs.push_back(std::move(*spec));
  }
  for (const auto& file : options.inputs) {
    auto spec = list_spec(file, ways);
    if (!spec) return tl::unexpected(spec.error());
    specs.push_back(std::move(*spec));
  }
  if (!specs.empty()) return specs;
  if (stdin_holds_something()) {
    return fail(
        "stdin holds something: write \"fanfetch -\" for a list, \"fanfetch imgur\" for the "
        "gallery");
  }
  if (options.client_id.empty()) {
    return fail(
        "nothing to download.\n"
        "  fanfetch urls.txt   downloads a list, one URL a line\n"
        "  fanfetch -          the same from a pipe\n"
        "  fanfetch            downloads the Imgur gallery, with your client ID in "
        "the environment: IMGUR_CLIENT_ID=…\n"
        "See fanfetch --help");
  }
  return std::vector{SourceSpec{SourceSpec::Kind::imgur, ""}};
}

bool is_imgur(const SourceSpec& spec) { return spec.kind == SourceSpec::Kind::imgur; }

bool is_list(const SourceSpec& spec) { return spec.kind == SourceSpec::Kind::list; }

/// Pages are an API's or a listing's. A single URL, of which the page would be saved as a file, is
/// probably an API whose --links-at was forgotten, and a file that holds a page leads to no other.
Result<> check_pages(const SourceOptions& options, const std::vector<SourceSpec>& specs) {
  if (std::all_of(specs.begin(), specs.end(), is_list) &&
      (options.pages_given || options.next_given)) {
    const std::string& list = specs.front().argument;
    return fail("{} needs a URL: pages are those of a JSON API, and {} is a list",
                options.pages_given ? "--pages" : "--next-at",
                list == "-" ? "standard input" : "'" + list + "'");
  }
  if (!options.pages_given || std::any_of(specs.begin(), specs.end(), is_imgur)) return {};
  for (const auto& spec : specs) {
    if (spec.kind != SourceSpec::Kind::url) continue;
    return fail(
        "--pages needs --links-at: without it {} is one file to save, and no page of a JSON API",
        mask_userinfo(spec.argument));
  }
  return {};
}

bool is_table(const SourceSpec& spec) {
  return spec.kind == SourceSpec::Kind::list &&
         (spec.format == ListFormat::csv || spec.format == ListFormat::tsv);
}

bool is_json(const SourceSpec& spec) {
  return spec.kind == SourceSpec::Kind::api ||
         (spec.kind == SourceSpec::Kind::list &&
          (spec.format == ListFormat::json || spec.format == ListFormat::jsonl));
}

/// An option that counts for some formats alone needs one source of these.
Result<> check_formats(const SourceOptions& options, const std::vector<SourceSpec>& specs) {
  for (const std::string_view name : options.of_formats) {
    const bool of_json = name == "links-at";
    if (std::any_of(specs.begin(), specs.end(), of_json ? is_json : is_table)) continue;
    const SourceSpec& spec = specs.front();
    if (spec.kind != SourceSpec::Kind::list) {
      return fail("--{} is for {}, and '{}' is none", name, of_json ? "JSON" : "CSV and TSV lists",
                  is_imgur(spec) ? "imgur" : mask_userinfo(spec.argument));
    }
    const auto* format =
        std::find_if(std::begin(kListFormats), std::end(kListFormats),
                     [&](const ListFormatName& row) { return row.format == spec.format; });
    return fail("--{} is for {}, and '{}' is read as {}; --format {} reads it as {}", name,
                of_json ? "JSON" : "CSV and TSV lists", spec.argument, format->name,
                of_json ? "jsonl" : "csv", of_json ? "JSON lines" : "CSV");
  }
  return {};
}

/// Extensions of files that people name when they save a single one.
constexpr std::string_view kFileExtensions[] = {
    "7z",   "aac",  "avi",  "avif", "bin", "bmp",  "bz2",   "csv",  "deb", "doc",  "docx",
    "epub", "exe",  "flac", "gif",  "gz",  "h5",   "heic",  "hdf5", "htm", "html", "ico",
    "iso",  "jar",  "jpeg", "jpg",  "js",  "json", "jsonl", "jxl",  "log", "m4a",  "m4v",
    "md",   "mkv",  "mov",  "mp3",  "mp4", "mpg",  "nc",    "odt",  "ogg", "opus", "parquet",
    "pdf",  "png",  "ppt",  "pptx", "psd", "rar",  "rpm",   "rtf",  "svg", "tar",  "tgz",
    "tif",  "tiff", "ts",   "tsv",  "txt", "wav",  "webm",  "webp", "whl", "wmv",  "xls",
    "xlsx", "xml",  "xz",   "yaml", "yml", "zip",  "zst"};

/// The last component of `folder` reads as the name of the file behind `url`.
bool is_file_name(std::string_view folder, const std::string& url) {
  const std::string extension = extension_of_path(folder);
  const auto parsed = parse_url(url);
  return !extension.empty() && ((parsed && extension == extension_of_path(parsed->path)) ||
                                std::find(std::begin(kFileExtensions), std::end(kFileExtensions),
                                          extension) != std::end(kFileExtensions));
}

/// A list that can be opened at once: no FIFO or device, on which a writer may depend.
bool is_ready(const SourceSpec& spec) {
  if (spec.kind != SourceSpec::Kind::list) return true;
  if (spec.argument == "-") return false;
  struct stat status {};
  return ::stat(spec.argument.c_str(), &status) != 0 || S_ISREG(status.st_mode) ||
         S_ISDIR(status.st_mode);
}

/// Bare `imgur` is the tutorial's job: its JPEGs, no GIF and no album.
FilterRules rules_for(const SourceSpec& spec, const Options& options) {
  FilterRules rules = options.filter;
  if (spec.is_bare_imgur() && !options.source.accept_given) rules.accept_extensions = {"jpg"};
  return rules;
}

unsigned host_limit(const SourceSpec& spec, const PerHost& per_host) {
  return per_host.limit.value_or(spec.kind == SourceSpec::Kind::imgur ? PerHost::kUsualForImgur
                                                                      : PerHost::kUsual);
}

}  // namespace

Result<> check_no_command(const std::string& word) {
  if (is_folder(word)) return {};
  if (auto what = no_command(word)) return fail("{}", *what);
  return {};
}

Result<std::vector<ReaderSource>> plan_sources(const Options& options) {
  std::vector<ReaderSource> sources;
  if (options.reads_failed_links()) {
    if (stdin_holds_something()) {
      return fail(
          "stdin holds something: write \"fanfetch -\" for a list; without a SOURCE --retry-failed "
          "reads the folder's ledger");
    }
    auto filter = LinkFilter::make(options.filter);
    if (!filter) return tl::unexpected(filter.error());
    sources.push_back({{}, std::move(*filter), options.per_host.limit.value_or(PerHost::kUsual)});
    return sources;
  }
  auto specs = parse_sources(options.source);
  if (!specs) return tl::unexpected(specs.error());
  if (auto checked = check_pages(options.source, *specs); !checked) {
    return tl::unexpected(checked.error());
  }
  if (auto checked = check_formats(options.source, *specs); !checked) {
    return tl::unexpected(checked.error());
  }
  for (auto& spec : *specs) {
    if (spec.kind == SourceSpec::Kind::imgur && options.source.client_id.empty()) {
      return fail(
          "Imgur needs a client ID: set IMGUR_CLIENT_ID in the environment, or use "
          "--client-id-file FILE");
    }
    auto filter = LinkFilter::make(rules_for(spec, options));
    if (!filter) return tl::unexpected(filter.error());
    const unsigned limit = host_limit(spec, options.per_host);
    sources.push_back({std::move(spec), std::move(*filter), limit});
  }
  return sources;
}

Result<std::string> output_folder(const FileOptions& files,
                                  const std::vector<ReaderSource>& sources) {
  const std::string& given = files.output;
  if (given.empty()) {
    const bool all_imgur = std::all_of(sources.begin(), sources.end(),
                                       [](const auto& source) { return is_imgur(source.spec); });
    return all_imgur ? "images" : "downloads";
  }
  const bool one_url = sources.size() == 1 && sources[0].spec.kind == SourceSpec::Kind::url;
  const bool file_is_named = files.name_template != FileOptions().name_template;
  if (!one_url || file_is_named || is_folder(given)) return given;
  const std::size_t name = given.rfind('/') + 1;  // npos + 1 is 0
  if (!is_file_name(given.substr(name), sources[0].spec.argument)) return given;
  return fail("-o names a folder; {}--name {} names the file",
              name > 1 ? fmt::format("-o {} ", given.substr(0, name - 1)) : "", given.substr(name));
}

Result<std::string> folder_of_failed_links(const FileOptions& files) {
  if (!files.output.empty()) return files.output;
  const auto found = folders_with_ledger();
  if (found.size() == 1) return found[0];
  return fail(
      "--retry-failed without a SOURCE tries the failed links of a folder again: name it, {}",
      found.empty() ? "as neither downloads nor images has a ledger here (-o DIR)"
                    : "as both downloads and images have a ledger here (-o DIR)");
}

Result<> check_sources(const std::vector<ReaderSource>& sources, SourceContext context) {
  context.notice = [](const std::string&) {};  // what it has to say comes at its turn
  for (const auto& source : sources) {
    if (!is_ready(source.spec)) continue;
    const auto opened = open_source(source.spec, context);
    if (!opened) return tl::unexpected(opened.error());
    // That a file is of another kind than its name says, or has no column of links, shows here.
    if (source.spec.kind != SourceSpec::Kind::list) continue;
    if (const auto first = (*opened)->next(); !first) return tl::unexpected(first.error());
  }
  return {};
}

}  // namespace fanfetch
