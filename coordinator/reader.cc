#include "coordinator/reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace fanfetch {
namespace {

/// The identity of a link: its normal form, and the user that it is asked for as.
Sha256Digest identity(const Url& url) {
  if (url.userinfo.empty()) return sha256(url.text);
  return sha256(url.text + '\n' + url.userinfo);  // no URL holds a line feed
}

Record skipped(Record record, ErrorClass reason, std::string message) {
  record.status = Status::skipped;
  record.error = reason;
  record.message = std::move(message);
  return record;
}

Record bad_url(Record record, std::string message) {
  record.status = Status::failed;
  record.error = ErrorClass::bad_url;
  record.retryable = false;
  record.message = std::move(message);
  return record;
}

}  // namespace

Reader::Reader(std::vector<ReaderSource> sources, SourceContext context, NameTemplate names,
               int output_fd)
    : sources_(std::move(sources)),
      context_(std::move(context)),
      names_(std::move(names)),
      output_fd_(output_fd) {}

void Reader::run(const Sink& sink) {
  for (const auto& source : sources_) {
    if (!read(source, sink)) return;
  }
  sink(EndOfList{count_});
}

bool Reader::read(const ReaderSource& source, const Sink& sink) {
  auto opened = open_source(source.spec, context_);
  if (!opened) return sink(opened.error());
  for (;;) {
    auto item = (*opened)->next();
    if (!item) return sink(item.error());
    if (!*item) return true;
    if (!sink(plan(**item, source.filter))) return false;
  }
}

Planned Reader::plan(const ListedItem& item, const LinkFilter& filter) {
  Record record;
  record.index = ++count_;
  if (!item.url) return skipped(std::move(record), ErrorClass::filtered, item.problem);
  record.url = mask_userinfo(*item.url);
  if (!item.problem.empty()) return bad_url(std::move(record), item.problem);
  auto url = parse_url(*item.url);
  if (!url) return bad_url(std::move(record), url.error().message);
  if (auto why = filter.why_dropped(*url)) {
    return skipped(std::move(record), ErrorClass::filtered, std::move(*why));
  }
  Link link{.index = record.index, .listed = *record.url, .url = std::move(*url)};
  link.hash = identity(link.url);
  if (const auto first = seen_.add(link.hash, link.index)) {
    record.duplicate_of = *first;
    return skipped(std::move(record), ErrorClass::duplicate,
                   fmt::format("the same link as number {} of the list", *first));
  }
  link.name = choose_name(link, item.id);
  return link;
}

std::string Reader::choose_name(const Link& link, const std::string& id) {
  const std::string plain =
      names_.expand({.url = link.url, .index = link.index, .id = id, .hash = link.hash});
  std::string name = plain;
  for (unsigned n = 1; !taken_.take(fold_case(name)) || exists(name); ++n) {
    name = other_name(plain, link.hash, n);
  }
  return name;
}

bool Reader::exists(const std::string& name) const {
  struct stat status {};
  return output_fd_ >= 0 && ::fstatat(output_fd_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace fanfetch
