#include "coordinator/names/path_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>
#include <vector>

#include "common/ascii.h"
#include "common/sha256.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxExtensionBytes = 20;  // with its dot; a longer one is no extension

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

/// One of utf8proc's transformations. Text that is not valid UTF-8 is returned unchanged.
std::string transform(std::string_view text, int options) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size)};
}

/// Letters and marks that nobody sees, and yet make names differ.
constexpr utf8proc_int32_t kInvisible[] = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0};

constexpr std::string_view kNonJoiner = "\u200C", kJoiner = "\u200D";

/// Whether a character is invisible, or makes a text look different from what it is.
bool is_harmful(utf8proc_int32_t character) {
  if (character == 0x200C || character == 0x200D) return false;  // Persian, Hindi, emoji
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CC:  // control, NUL
    case UTF8PROC_CATEGORY_CF:  // format: all of bidi, zero width
    case UTF8PROC_CATEGORY_ZL:  // line separator
    case UTF8PROC_CATEGORY_ZP: return true;
    default:
      return character == '\\' || std::find(std::begin(kInvisible), std::end(kInvisible),
                                            character) != std::end(kInvisible);
  }
}

/// The text as valid UTF-8 without harmful characters.
std::string replace_harmful(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t character = -1;
    const auto size =
        utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &character);
    const std::size_t step = size > 0 ? static_cast<std::size_t>(size) : 1;
    if (size <= 0 || is_harmful(character)) {
      clean += '_';
    } else {
      clean += text.substr(0, step);
    }
    text.remove_prefix(step);
  }
  return clean;
}

/// The valid text with at most 30 marks on a letter, more than any language writes (UAX #15, 13).
/// utf8proc takes quadratic time to sort those of one letter.
std::string limit_marks(std::string_view text) {
  constexpr int kMaxMarks = 30;
  std::string limited;
  limited.reserve(text.size());
  int marks = 0;  // since the last letter
  while (!text.empty()) {
    utf8proc_int32_t character = -1;
    const auto size =
        utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &character);
    const std::size_t step = size > 0 ? static_cast<std::size_t>(size) : 1;
    marks = utf8proc_get_property(character)->combining_class != 0 ? marks + 1 : 0;
    const bool fits = marks <= kMaxMarks;
    limited += fits ? text.substr(0, step) : "_";
    if (!fits) marks = 0;
    text.remove_prefix(step);
  }
  return limited;
}

std::string_view without_trailing(std::string_view text, std::string_view characters) {
  return text.substr(0, text.find_last_not_of(characters) + 1);  // npos + 1 is 0
}

/// At most `size` bytes of valid UTF-8, cut between characters.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

/// The position of the extension's dot; the size if there is no extension.
std::size_t extension_begin(std::string_view component) {
  const std::size_t dot = component.rfind('.');
  const bool is_one =
      dot != std::string_view::npos && dot > 0 && component.size() - dot <= kMaxExtensionBytes;
  return is_one ? dot : component.size();
}

/// The file name with `tail` before its extension, its stem cut to fit.
std::string insert_tail(std::string_view component, std::string_view tail,
                        std::size_t max_bytes = kMaxComponentBytes) {
  std::size_t dot = extension_begin(component);
  // A character has to fit before it, which may take 4 bytes: what begins with a dot is hidden.
  if (component.size() - dot + tail.size() + 4 > max_bytes) dot = component.size();
  const std::string_view extension = component.substr(dot);
  const std::size_t fixed = std::min(tail.size() + extension.size(), max_bytes);
  std::string name(cut(component.substr(0, dot), max_bytes - fixed));
  name += tail;
  name += extension;
  return name;
}

/// Whether Windows takes a component for one of its devices: whatever follows a dot, a colon, or
/// blanks before these (learn.microsoft.com, "Naming Files, Paths").
bool is_device(std::string_view component) {
  static constexpr std::string_view kDevices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  static constexpr std::string_view kDigits[] = {"1", "2", "3", "4",      "5",      "6",
                                                 "7", "8", "9", "\u00B9", "\u00B2", "\u00B3"};
  constexpr std::size_t kLongest = 7;
  const std::string_view stem =
      without_trailing(component.substr(0, component.find_first_of(".:")), " ");
  if (stem.size() < 3 || stem.size() > kLongest) return false;  // nearly always
  const std::string name = to_lower(stem);
  if (std::find(std::begin(kDevices), std::end(kDevices), name) != std::end(kDevices)) return true;
  return (name.starts_with("com") || name.starts_with("lpt")) &&
         std::find(std::begin(kDigits), std::end(kDigits), name.substr(3)) != std::end(kDigits);
}

/// A component that a path may have; empty if nothing is left of it.
std::string clean_component(std::string_view component) {
  std::string clean(without_trailing(component, ". "));
  if (is_device(clean)) clean.insert(0, 1, '_');
  if (clean.starts_with(kNonJoiner) || clean.starts_with(kJoiner)) {
    clean.replace(0, kJoiner.size(), "_");
  }
  const std::size_t dots = std::min(clean.find_first_not_of('.'), clean.size());
  std::fill_n(clean.begin(), dots, '_');
  if (clean.size() <= kMaxComponentBytes) return clean;
  clean = without_trailing(insert_tail(clean, ""), ". ");
  if (is_device(clean)) clean[0] = '_';  // `con`, and more blanks than are left
  return clean;
}

}  // namespace

std::string clean_path(std::string_view path) {
  // In this order: NFC needs valid text, and makes no harmful characters of harmless ones, but
  // maybe two marks of one.
  std::string text = replace_harmful(path);
  if (!is_ascii(text)) text = limit_marks(transform(limit_marks(text), UTF8PROC_COMPOSE));

  std::vector<std::string> folders;
  std::string name;
  for (std::string_view rest = text;;) {
    const std::size_t slash = rest.find('/');
    name = clean_component(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    if (!name.empty()) folders.push_back(std::move(name));
    rest.remove_prefix(slash + 1);
  }
  if (name.empty()) name = "index.html";

  std::string clean;
  for (const std::string& folder : folders) {
    if (clean.size() + folder.size() + 1 + name.size() > kMaxPathBytes) break;
    clean += folder;
    clean += '/';
  }
  return clean + name;
}

std::string with_suffix(std::string_view path, std::string_view suffix) {
  const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  std::string tail = "-";
  tail += suffix;
  // Longer than a path may be, it loses folders.
  return clean_path(std::string(path.substr(0, name)) + insert_tail(path.substr(name), tail));
}

std::string shortened(std::string_view path, std::size_t max_bytes) {
  std::string shorter;
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    if (component.size() <= max_bytes) {
      shorter += component;
    } else {
      const std::string left(without_trailing(insert_tail(component, "", max_bytes), ". "));
      shorter += left.empty() ? "_" : left;  // it began with many blanks
    }
    if (slash == path.size()) return shorter;
    shorter += '/';
    path.remove_prefix(slash + 1);
  }
}

std::string_view extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return name.substr(extension_begin(name));
}

std::string with_extension(std::string_view path, std::string_view extension) {
  const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  std::string longer(path.substr(0, name));
  longer += cut(path.substr(name), kMaxComponentBytes - extension.size() - 1);
  longer += '.';
  longer += extension;
  return clean_path(longer);
}

std::string fold_case(std::string_view path) {
  if (!is_ascii(path)) return transform(path, UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE);
  return to_lower(path);
}

std::uint64_t name_key(std::string_view path) { return first_bits(sha256(fold_case(path))); }

}  // namespace fanfetch
