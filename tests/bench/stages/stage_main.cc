// The main program of each stage's driver (see guard.py). Usage:
//   DRIVER VARIANT FILES
//     takes FILES files through the stage, and then as many again, of which callgrind counts what
//     goes on inside of counted_by_callgrind(); prints what the figures depend on

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = "clang " __clang_version__;
#else
constexpr const char* kCompiler = "g++ " __VERSION__;
#endif

bool is_warm = false;

}  // namespace

/// The name that --toggle-collect knows.
extern "C" [[gnu::noinline]] void counted_by_callgrind(const std::function<void()>& work) {
  work();
  asm volatile("");  // no tail call: the function is left when the work is done
}

void counted(const std::function<void()>& work) { is_warm ? counted_by_callgrind(work) : work(); }

void leave(std::string_view why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(EXIT_FAILURE);
}

std::string file_name(std::uint64_t number) { return fmt::format("file-{:06}.jpg", number); }

std::string body_of(std::size_t bytes) {
  std::string body = "\xff\xd8\xff\xe0";
  std::uint32_t state = 1;
  while (body.size() < bytes)
    body += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return body;
}

}  // namespace fanfetch::bench

int main(int argc, char** argv) {
  namespace bench = fanfetch::bench;
  if (argc != 3) bench::leave("see the top of its source for its usage");
  const std::uint64_t files = std::strtoull(argv[2], nullptr, 10);
  try {
    const auto stage = bench::make_stage(argv[1]);
    stage->run(0, files);
    bench::is_warm = true;
    stage->run(files, files);
  } catch (const std::exception& error) {
    bench::leave(error.what());
  }
  fmt::print("{}, {}\n", bench::kCompiler, __builtin_cpu_supports("avx2") ? "AVX2" : "no AVX2");
}
