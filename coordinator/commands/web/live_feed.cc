#include "coordinator/commands/web/live_feed.h"

#include <rapidjson/document.h>

#include <utility>

#include "coordinator/report/json_text.h"
#include "coordinator/settle/folder_holder.h"

namespace fanfetch {
namespace {

/// A run of another version may say more; but it has to be one object that says yes.
bool is_good_answer(std::string_view line) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) return false;
  return document.HasMember("ok") && document["ok"].IsTrue();
}

std::string_view without_lf(std::string_view line) { return line.substr(0, line.find('\n')); }

/// `{"run":null,"why":…}`
std::string no_run(std::string_view why) {
  JsonText json;
  json.begin();
  json.key("run").null();
  json.key("why").text(why);
  json.end();
  return json.take();
}

}  // namespace

LiveFeed::LiveFeed(RunFolder folder) : folder_(std::move(folder)), thread_([this] { work(); }) {}

LiveFeed::~LiveFeed() {
  stop();
  thread_.join();
}

void LiveFeed::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

std::shared_ptr<LiveFeed::Watcher> LiveFeed::watch() {
  const std::lock_guard lock(mutex_);
  if (watchers_ >= kMaxWatchers || stopped_) return nullptr;
  ++watchers_;
  if (std::chrono::steady_clock::now() >= next_look_) news_.reset();
  changed_.notify_all();
  return std::make_shared<Watcher>(*this);
}

LiveFeed::Watcher::~Watcher() {
  const std::lock_guard lock(feed_.mutex_);
  --feed_.watchers_;
}

std::shared_ptr<const std::string> LiveFeed::Watcher::next() {
  std::unique_lock lock(feed_.mutex_);
  feed_.changed_.wait(lock,
                      [&] { return feed_.stopped_ || (feed_.news_ && feed_.number_ != seen_); });
  if (feed_.stopped_) return nullptr;
  seen_ = feed_.number_;
  return feed_.news_;
}

void LiveFeed::work() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (watchers_ == 0) {
      changed_.wait(lock, [&] { return stopped_ || watchers_ > 0; });
      continue;
    }
    if (changed_.wait_until(lock, next_look_, [&] { return stopped_; })) return;
    if (watchers_ == 0) continue;
    lock.unlock();
    auto news = std::make_shared<const std::string>(look());
    lock.lock();
    news_ = std::move(news);
    ++number_;
    next_look_ = std::chrono::steady_clock::now() + kInterval;
    changed_.notify_all();
  }
}

std::string LiveFeed::look() {
  const std::lock_guard lock(asking_);
  if (contact_) {
    if (auto all = ask_all()) return std::move(*all);
    contact_.reset();  // another run may have begun
  }
  if (!holder_of(folder_)) return no_run("no run is going on");
  auto found = RunContact::find(folder_, std::chrono::milliseconds(0));
  if (!found)
    return no_run(found.error().status == kExitNoRun ? "no run is going on"
                                                     : "the run does not answer");
  contact_ = std::move(*found);
  if (auto all = ask_all()) return std::move(*all);
  contact_.reset();
  return no_run("the run does not answer");
}

std::optional<std::string> LiveFeed::ask_all() {
  JsonText json;
  json.begin();
  const std::pair<std::string_view, Request> kRequests[] = {
      {"run", StatusRequest{}},
      {"hosts", HostsRequest{}},
      {"workers", WorkersRequest{}},
      {"failures", FailuresRequest{.most = 20}},
      {"settings", SetRequest{}}};
  for (const auto& [key, request] : kRequests) {
    const auto line = contact_->ask(request, kPatience);
    if (!line || !is_good_answer(without_lf(*line))) return std::nullopt;
    json.key(key).raw(without_lf(*line));
  }
  json.end();
  return json.take();
}

tl::expected<std::string, Exit> LiveFeed::ask(const Request& request) {
  const std::lock_guard lock(asking_);
  auto found = RunContact::find(folder_, kPatience);
  if (!found) return tl::unexpected(std::move(found.error()));
  return found->ask(request, kPatience);
}

}  // namespace fanfetch
