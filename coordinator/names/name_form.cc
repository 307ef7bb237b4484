#include "coordinator/names/name_form.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

using Letters = NameForm::Letters;

/// eCryptfs takes 143 bytes, of which a suffix uses up to 15.
constexpr std::size_t kShort = 128;
constexpr std::size_t kShorter = 64;

constexpr std::size_t kMaxPlainExtension = 8;  // with its dot

std::string with_letters(std::string_view name, Letters letters) {
  static constexpr std::string_view kRefused = "\"*:<>?|";
  std::string tame;
  while (!name.empty()) {
    const Utf8Character character = decode_utf8(name);
    const bool refused = character.bytes == 1 ? kRefused.find(name[0]) != std::string_view::npos
                                              : letters == Letters::ascii;
    tame += refused ? "_" : name.substr(0, character.bytes);
    name.remove_prefix(character.bytes);
  }
  return tame;
}

std::string plain_name(std::string_view name) {
  const std::string_view extension = extension_of(name);
  const bool simple = extension.size() > 1 && extension.size() <= kMaxPlainExtension &&
                      std::all_of(extension.begin() + 1, extension.end(), is_alphanumeric);
  return "file" + std::string(simple ? extension : "");
}

}  // namespace

std::optional<NameForm> tamer_form(NameForm form, int error) {
  if (form.plain) return std::nullopt;
  switch (error) {
    case ENAMETOOLONG:
      if (form.max_component > kShorter) {
        form.max_component = form.max_component > kShort ? kShort : kShorter;
        return form;
      }
      break;
    case EINVAL:
    case EILSEQ:
    case ENOENT:
      if (form.letters != Letters::ascii) {
        form.letters = form.letters == Letters::all ? Letters::portable : Letters::ascii;
        return form;
      }
      form.joined = true;
      break;
    default: break;
  }
  form.plain = form.joined;
  form.joined = true;
  return form;
}

std::string in_form(std::string_view name, const NameForm& form) {
  if (form.plain) return plain_name(name);
  std::string text(name);
  if (form.joined) std::replace(text.begin(), text.end(), '/', '_');
  if (form.letters != Letters::all) text = with_letters(text, form.letters);
  return shortened(clean_path(text), form.max_component);
}

}  // namespace fanfetch
