#include "coordinator/fleet/run/entry_queue.h"

#include <memory>
#include <utility>

#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

constexpr std::size_t kEntriesOfAScript = 200;

void append(std::vector<std::string>& arguments, const EntryQueue::Entry& entry) {
  arguments.push_back(std::to_string(entry.partition));
  if (!entry.replaces.empty()) {
    arguments.insert(arguments.end(), {entry.replaces, entry.token});
  }
  arguments.push_back(std::to_string(2 * entry.fields.size()));
  for (const auto& [field, value] : entry.fields) {
    arguments.push_back(field);
    arguments.push_back(value);
  }
}

}  // namespace

EntryQueue::EntryQueue(const FleetJob& job, std::string_view script, std::size_t most_sending,
                       OnAnswer on_answer)
    : prefix_(key_prefix(job.name)),
      job_(job.id),
      script_(script),
      most_sending_(most_sending),
      on_answer_(std::move(on_answer)) {}

EntryQueue::~EntryQueue() {
  if (loop_ != nullptr) cancel_timer(*loop_, again_timer_);
}

void EntryQueue::start(EventLoop& loop, FleetLine& line) {
  loop_ = &loop;
  line_ = &line;
}

void EntryQueue::push(Entry entry) {
  if (counts_.size() <= entry.partition) counts_.resize(entry.partition + 1);
  ++counts_[entry.partition];
  waiting_.push_back(std::move(entry));
}

void EntryQueue::flush() {
  while (!waiting_.empty() && sending_ < most_sending_ && !again_timer_ && line_ != nullptr &&
         line_->is_up()) {
    auto sent = std::make_shared<std::vector<Entry>>();
    std::vector<std::string> arguments{prefix_, job_};
    while (!waiting_.empty() && sent->size() < kEntriesOfAScript) {
      append(arguments, sent->emplace_back(std::move(waiting_.front())));
      waiting_.pop_front();
    }
    sending_ += sent->size();
    const bool is_sent =
        line_->run(script_, std::move(arguments), [this, sent](const RedisAnswer& answer) {
          sending_ -= sent->size();
          if (answer.is_good()) {
            for (const Entry& one : *sent) --counts_[one.partition];
          } else {
            take_back(*sent);  // what comes twice is known by its link
          }
          if (answer.fate == RedisAnswer::Fate::refused) {
            line_->tell(answer.trouble);
            cancel_timer(*loop_, again_timer_);
            again_timer_ =
                loop_->call_at(loop_->now() + kAskAgain, [this] { again_timer_.reset(); });
          }
          if (!on_answer_) return;
          on_answer_(answer.is_good() ? std::span(*sent) : std::span<Entry>(), answer.reply);
        });
    if (is_sent) continue;
    sending_ -= sent->size();
    return take_back(*sent);
  }
}

void EntryQueue::forget_waiting() {
  for (const Entry& one : waiting_) --counts_[one.partition];
  waiting_.clear();
}

void EntryQueue::take_back(std::vector<Entry>& entries) {
  for (auto one = entries.rbegin(); one != entries.rend(); ++one) {
    waiting_.push_front(std::move(*one));
  }
}

}  // namespace fanfetch
