// A body's way into its part file. Variants: `hash BYTES` and `plain BYTES`.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>

#include "common/unique_fd.h"
#include "tests/bench/stages/stage.h"
#include "worker/store/part_file.h"
#include "worker/store/part_writer.h"
#include "worker/transport/transport.h"

namespace fanfetch::bench {
namespace {

class PartStage final : public Stage {
 public:
  PartStage(PartWriter::Hash hash, std::size_t bytes) : hash_(hash), body_(body_of(bytes)) {}

  void run(std::uint64_t first, std::uint64_t count) override {
    for (std::uint64_t number = first; number < first + count; ++number) {
      const std::string name = file_name(number);
      counted([&] { write(name); });
      if (::unlinkat(folder_, name.c_str(), 0) != 0) leave("there is no part");
    }
  }

 private:
  void write(const std::string& name) {
    int error = 0;
    auto file = store_.create(name, error);
    if (!file) leave("no part can be made");
    PartWriter part(std::move(file), hash_);
    for (auto left = std::as_bytes(std::span(body_)); !left.empty();) {
      const auto piece = left.first(std::min(left.size(), kLargestPiece));
      if (part.append(piece) != 0) leave("a part cannot be written");
      left = left.subspan(piece.size());
    }
    if (hash_ == PartWriter::Hash::yes) (void)part.digest();
    if (part.commit() != 0) leave("a part does not stay");
  }

  const PartWriter::Hash hash_;
  const std::string body_;
  const int folder_ = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  PartFolder store_{UniqueFd(folder_)};
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view variant) {
  const std::string text(variant);
  return std::make_unique<PartStage>(
      text.starts_with("hash") ? PartWriter::Hash::yes : PartWriter::Hash::no,
      std::strtoull(text.substr(text.find(' ')).c_str(), nullptr, 10));
}

}  // namespace fanfetch::bench
