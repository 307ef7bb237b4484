#include "coordinator/fleet/unrecorded_results.h"

#include <iterator>
#include <utility>

#include "coordinator/fleet/entry_id.h"

namespace fanfetch {

std::size_t UnrecordedResults::bytes_of(const Result& result) {
  return sizeof result + result.id.size() + result.link.size() + result.fields.size();
}

void UnrecordedResults::forget_first() {
  bytes_ -= bytes_of(results_.front());
  results_.pop_front();
}

void UnrecordedResults::add(Result result) {
  bytes_ += bytes_of(result);
  results_.push_back(std::move(result));
  while (bytes_ > most_bytes_) forget_first();
}

void UnrecordedResults::on_first(std::string_view id) {
  while (!results_.empty() && (id.empty() || is_before(results_.front().id, id))) forget_first();
}

std::vector<UnrecordedResults::Result> UnrecordedResults::take_all() {
  bytes_ = 0;
  auto all = std::exchange(results_, {});
  return {std::make_move_iterator(all.begin()), std::make_move_iterator(all.end())};
}

std::vector<UnrecordedResults::Result> UnrecordedResults::take_files() {
  std::vector<Result> files;
  for (Result& result : take_all()) {
    if (result.has_file) {
      files.push_back(std::move(result));
    } else {
      add(std::move(result));
    }
  }
  return files;
}

}  // namespace fanfetch
