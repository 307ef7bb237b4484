#include "coordinator/sources/link_options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "coordinator/link/request_header.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

constexpr std::string_view kKnown[] = {"out", "dir", "header", "referer", "checksum"};
/// A job holds them beside its URL and the headers of all links (common/channel/layout.h).
constexpr std::size_t kMaxHeaderBytes = 4096;
/// More than aria2 has: a list that makes them up gets no more messages.
constexpr std::size_t kMaxNoticed = 300;
constexpr std::size_t kShownName = 60;

std::string_view name_of(std::string_view option) {
  return trimmed(option.substr(0, option.find('=')));
}

bool is_known(std::string_view name) {
  return std::find(std::begin(kKnown), std::end(kKnown), name) != std::end(kKnown);
}

}  // namespace

std::string_view take_cell(std::string_view& line) {
  const std::string_view cell = line.substr(0, line.find('\t'));
  line.remove_prefix(std::min(cell.size() + 1, line.size()));
  return trimmed_link(cell);
}

std::string_view shown_name(std::string_view option) {
  const auto* const end = std::find_if_not(option.begin(), option.end(),
                                           [](char c) { return is_alphanumeric(c) || c == '-'; });
  return option.substr(0, std::min(static_cast<std::size_t>(end - option.begin()), kShownName));
}

bool LinkOptions::is_option(std::string_view text) {
  const std::string_view name = shown_name(text);
  if (name.empty() || text.substr(name.size(), 1) != "=") return false;
  // `a=b.jpg` is a file's name.
  return is_known(name) || extension_of_path(text).empty();
}

void LinkOptions::take(std::string_view text) {
  const std::string_view name = name_of(text);
  if (text.find('=') == std::string_view::npos) {
    problem_ = fmt::format("'{}' is no option, which is written name=value", shown_name(name));
    return;
  }
  const std::string_view value = trimmed(text.substr(text.find('=') + 1));
  if (name == "out") {
    name_it(value);
  } else if (name == "dir") {
    dir_ = value;
  } else if (name == "header") {
    add_header(value);
  } else if (name == "referer") {
    referer_ = value;
  } else if (name == "checksum") {
    notice_once(name, "checksum= in the list is not compared: --results has each file's SHA-256");
  } else {
    notice_once(shown_name(name),
                fmt::format("{}= in the list counts for nothing: fanfetch takes out=, dir=, "
                            "header= and referer=",
                            shown_name(name)));
  }
}

void LinkOptions::name_it(std::string_view name) {
  const std::size_t folder = name.rfind('/') + 1;  // npos + 1 is 0
  const bool is_named = name.find_first_not_of(". ", folder) != std::string_view::npos;
  out_ = is_named ? name : name.substr(0, folder);
}

void LinkOptions::add_header(std::string_view text) {
  auto header = parse_request_header(text);
  if (!header) {
    problem_ = "its header= cannot be sent: " + header.error().message;
    return;
  }
  header_bytes_ += header->size();
  if (header_bytes_ > kMaxHeaderBytes) {
    problem_ = fmt::format("its headers take more than {} bytes", kMaxHeaderBytes);
    return;
  }
  headers_.push_back(std::move(*header));
}

void LinkOptions::apply(ListedItem& item) {
  if (referer_ == "*") {  // as with aria2, the link; here without what is secret in it
    const auto link = parse_url(*item.url);
    if (link) referer_ = link->request;
  }
  if (!referer_.empty()) add_header("Referer: " + referer_);
  const bool named = !out_.empty() || !dir_.empty();
  if (named && rules_.name_given) {
    notice_once("--name", "--name names all files: the names in the list count for nothing");
  } else if (named) {
    item.out = dir_.empty() ? std::move(out_) : dir_ + '/' + out_;
  }
  item.headers = std::move(headers_);
  if (item.problem.empty()) item.problem = std::move(problem_);
  out_.clear();
  dir_.clear();
  referer_.clear();
  headers_.clear();
  header_bytes_ = 0;
  problem_.clear();
}

void LinkOptions::notice_once(std::string_view name, std::string text) {
  if (noticed_.size() >= kMaxNoticed || !noticed_.emplace(name).second) return;
  if (rules_.notice) rules_.notice(std::move(text));
}

}  // namespace fanfetch
