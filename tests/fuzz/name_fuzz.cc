// libFuzzer harness of file names: whatever a template, a link, a list and a server say, a name is
// clean. What clean means is said here again, without its code. Input: lines: template, URL, ID,
// column, suggestion, type. See scripts/fuzz.

#include <cerrno>

#include "common/utf8.h"
#include "coordinator/names/content_name.h"
#include "coordinator/names/name_form.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

/// Control and format characters, those that turn or hide text among them. Not all there are.
bool is_harmful(char32_t c) {
  return c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
         c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f) || c == '\\';
}

void check_component(std::string_view component) {
  REQUIRE(!component.empty() && component.size() <= kMaxComponentBytes);
  REQUIRE(!component.starts_with('.') && !component.ends_with('.') && !component.ends_with(' '));
  REQUIRE(!component.starts_with("\u200c") && !component.starts_with("\u200d"));
  while (!component.empty()) {
    const Utf8Character c = decode_utf8(component);
    REQUIRE(c.valid && !is_harmful(c.code));
    component.remove_prefix(c.bytes);
  }
}

void check_clean(std::string_view path) {
  REQUIRE(clean_path(path) == path);
  REQUIRE(path.size() <= kMaxPathBytes);
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    check_component(path.substr(0, slash));
    if (slash == path.size()) return;
    path.remove_prefix(slash + 1);
  }
}

void check_forms(const std::string& name) {
  REQUIRE(fold_case(fold_case(name)) == fold_case(name));
  REQUIRE(name_key(name) == name_key(fold_case(name)));
  REQUIRE(std::string_view(name).ends_with(extension_of(name)));
  for (const std::size_t most : {std::size_t{20}, std::size_t{100}}) {
    const std::string shorter = shortened(name, most);
    check_clean(shorter);
    for (std::string_view left = shorter; !left.empty();) {
      const std::size_t slash = std::min(left.find('/'), left.size());
      REQUIRE(slash <= most);
      left.remove_prefix(std::min(slash + 1, left.size()));
    }
  }
  for (const int error : {ENAMETOOLONG, EINVAL, ENOTDIR}) {
    std::optional<NameForm> form = NameForm{};
    int steps = 0;
    for (form = tamer_form(*form, error); form; form = tamer_form(*form, error)) {
      check_clean(in_form(name, *form));
      REQUIRE(++steps < 40);
    }
  }
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch;
  using namespace fanfetch::fuzz;
  Input input(data, size);
  const auto choice = input.byte();
  const auto parsed = NameTemplate::parse(input.line());
  const auto url = parse_url("http://h/" + input.line());
  const std::string id = input.line();
  const std::vector<std::string> columns(3, input.line());
  const std::string suggestion = input.line();
  const std::string type = input.line();

  for (const std::string& text : {id, columns[0], suggestion, type}) {
    check_clean(clean_path(text));
  }
  check_forms(clean_path(id));
  if (!parsed || !url) return 0;
  const Sha256Digest hash = identity_of(*url);
  const NameFields fields{.url = *url, .index = choice, .id = id, .hash = hash, .columns = columns};
  const std::string name = parsed->expand(fields);
  check_clean(name);
  for (const unsigned n : {1U, 2U, 100U}) check_clean(other_name(name, hash, n));

  const Link link{.url = *url, .name = name, .open_name = parsed->open_name(fields)};
  static constexpr const char* kTypes[] = {"image/jpeg", "image/svg+xml", "video/mp4", "text/html"};
  for (const std::string& kind : {std::string(kTypes[choice % 4]), type}) {
    const Saved saved{.type = kind, .suggested_name = suggestion};
    const ContentNameRules rules{.fix_extension = (choice & 4) != 0,
                                 .suggestions = (choice & 8) != 0,
                                 .extensions = (choice & 16) != 0};
    check_clean(name_for_content(link, saved, rules));
  }
  return 0;
}
