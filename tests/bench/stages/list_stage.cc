// A text list, from its bytes to planned links: normal forms, identities, names. Variants: `text`,
// links that are in normal form as most are; `spelled`, links that are not.

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "common/unique_fd.h"
#include "coordinator/reading/reader.h"
#include "coordinator/sources/streams/byte_stream.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}

  Result<std::optional<std::size_t>> read(std::span<char> to) override {
    const std::size_t count = std::min(to.size(), text_.size() - read_);
    std::memcpy(to.data(), text_.data() + read_, count);
    read_ += count;
    return count;
  }

 private:
  const std::string text_;
  std::size_t read_ = 0;
};

class ListStage final : public Stage {
 public:
  explicit ListStage(bool spelled) : spelled_(spelled) {}

  void run(std::uint64_t first, std::uint64_t count) override {
    std::string text;
    for (std::uint64_t number = first; number < first + count; ++number) {
      text += spelled_ ? fmt::format("HTTP://Img.Example.org:80/a%2dlbum/./{}?size=large\n",
                                     file_name(number))
                       : fmt::format("http://img.example.org/album/{}\n", file_name(number));
    }
    Reader reader(sources(std::move(text)), {}, Planner(context()));
    std::uint64_t links = 0;
    counted([&] {
      reader.run([&](const std::vector<ReaderItem>& items) {
        links += std::count_if(items.begin(), items.end(), [](const ReaderItem& item) {
          return std::holds_alternative<Link>(item);
        });
        return true;
      });
    });
    if (links != count) leave("not all lines became links");
  }

 private:
  static std::vector<ReaderSource> sources(std::string text) {
    std::vector<ReaderSource> all;
    LinkFilter filter = LinkFilter::make({}).value();
    all.push_back({.spec = {}, .filter = std::move(filter), .host_limit = 64});
    all[0].open = [stream = std::make_shared<std::unique_ptr<TextStream>>(
                       std::make_unique<TextStream>(std::move(text)))](
                      const SourceContext& context) -> Result<std::unique_ptr<Source>> {
      return list_source({.bytes = std::move(*stream), .name = "the list"}, ListFormat::text,
                         context);
    };
    return all;
  }

  PlanContext context() {
    return {.names = NameTemplate::parse("{name}").value(),
            .output = "out",
            .output_fd = folder_.get(),
            .began_empty = BeganEmpty::yes,
            .links_in_flight = &links_in_flight_,
            .name_claims = &name_claims_};
  }

  const bool spelled_;
  const UniqueFd folder_{::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  LinksInFlight links_in_flight_;
  NameClaims name_claims_{folder_.get(), BeganEmpty::yes};
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view variant) {
  return std::make_unique<ListStage>(variant == "spelled");
}

}  // namespace fanfetch::bench
