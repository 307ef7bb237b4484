// libFuzzer harness of the control socket's protocol, both ways. Input: what a client sends, in
// lines, and what it would get as answers. See scripts/fuzz.

#include "coordinator/control/answer.h"
#include "coordinator/control/answer_reader.h"
#include "coordinator/control/request.h"
#include "coordinator/control/session.h"
#include "tests/coordinator/control/fake_run.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

void check_request(const std::string& line) {
  const auto request = parse_request(line);
  if (!request) {
    REQUIRE(!request.error().message.empty());
    return;
  }
  std::string again = request_line(*request);
  REQUIRE(again.ends_with('\n') && again.find('\n') == again.size() - 1);
  again.pop_back();
  const auto twice = parse_request(again);
  REQUIRE(twice && request_line(*twice) == again + '\n');
}

/// Each line gets one answer, whatever it is, and the answer is one line.
void check_session(const std::string& bytes, std::size_t piece) {
  FakeRun run;
  run.known_hosts = {{.host = "https://a.test:443"}};
  ControlSession session(run.time);
  std::size_t answers = 0;
  const auto answer_all = [&] {
    while (session.answer_next(run)) {
      const auto read = read_answer(session.unsent());
      REQUIRE(read && session.unsent().find('\n') == session.unsent().size() - 1);
      REQUIRE(read->ok || !read->message.empty());
      session.sent(session.unsent().size(), run.time);
      ++answers;
    }
  };
  for (const std::string& part : pieces_of(bytes, piece)) {
    REQUIRE(session.room() >= part.size());
    session.received(part, run.time);
    answer_all();
  }
  if (bytes.size() < kMaxRequestBytes) {
    REQUIRE(answers == static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')));
  }
  // Whatever was set, its words may be given again.
  std::vector<Assignment> values;
  for (const SettingLine& line : run.settings()) values.push_back({line.name, line.now});
  const auto again = changed({}, {}, values);
  REQUIRE(again && setting_lines(*again, {}) == setting_lines(run.now_holds, {}));
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  const std::size_t piece = input.byte() + 1;
  const std::string bytes = input.rest().substr(0, 60'000);
  check_request(bytes);
  (void)fanfetch::read_answer(bytes);
  check_session(bytes, piece);
  return 0;
}
