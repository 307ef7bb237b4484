#include "coordinator/reader.h"

#include <utility>

namespace fanfetch {

Reader::Reader(std::vector<ReaderSource> sources, SourceContext context, Planner planner)
    : sources_(std::move(sources)), context_(std::move(context)), planner_(std::move(planner)) {}

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
    Plan plan = planner_.plan(**item, source.filter, ++count_);
    const bool wanted =
        std::visit([&sink](auto& value) { return sink(Planned(std::move(value))); }, plan);
    if (!wanted) return false;
  }
}

}  // namespace fanfetch
