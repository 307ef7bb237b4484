#include "coordinator/names/content_name.h"

#include <algorithm>
#include <span>

#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

struct TypeRow {
  std::string_view type;
  std::string_view extensions[5];  // the usual one first; unused places are empty
};

/// The types that workers recognize by the first bytes of a body.
constexpr TypeRow kTypes[] = {
    {"image/jpeg", {"jpg", "jpeg", "jpe", "jfif"}},
    {"image/png", {"png", "apng"}},
    {"image/gif", {"gif"}},
    {"image/webp", {"webp"}},
    {"image/avif", {"avif", "avifs"}},
    {"image/heic", {"heic", "heif", "hif"}},
    {"image/heif", {"heif", "heic", "hif"}},
    {"image/bmp", {"bmp", "dib"}},
    {"image/tiff", {"tiff", "tif"}},
    {"image/x-icon", {"ico"}},
    {"image/jxl", {"jxl"}},
    {"image/svg+xml", {"svg"}},
    {"video/mp4", {"mp4", "m4v", "mov", "qt", "3gp"}},
    {"video/webm", {"webm"}},
    {"video/x-matroska", {"mkv", "mk3d"}},
    {"text/html", {"html", "htm", "xhtml", "shtml"}},
};

bool has(const TypeRow& row, std::string_view extension) {
  return !extension.empty() && std::find(std::begin(row.extensions), std::end(row.extensions),
                                         extension) != std::end(row.extensions);
}

std::string fix_extension(const std::string& name, std::string_view type) {
  const auto* right = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeRow& row) { return row.type == type; });
  if (right == std::end(kTypes)) return name;
  const std::string_view written = extension_of(name);
  const std::string extension = fold_case(written.substr(std::min<std::size_t>(1, written.size())));
  if (has(*right, extension)) return name;
  const bool replace = std::any_of(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeRow& row) { return has(row, extension); });
  const std::size_t stem = name.size() - (replace ? written.size() : 0);
  return with_extension(std::string_view(name).substr(0, stem), right->extensions[0]);
}

/// The suggestion as one component of a path. Empty: it holds nothing that could be a name.
std::string suggested_component(const Saved& saved) {
  std::string name = saved.suggested_name;
  if (name.find_first_not_of(". \t") == std::string::npos) return "";
  // An honest worker has removed the slashes; this one may have been taken over.
  std::replace(name.begin(), name.end(), '/', '_');
  return clean_path(name);
}

}  // namespace

std::string name_for_content(const Link& link, const Saved& saved, const ContentNameRules& rules) {
  if (link.earlier) return link.name;
  std::string name = link.name;
  if (rules.suggestions && extension_of(percent_decode(link.url.path)).empty()) {
    const std::string suggested = suggested_component(saved);
    if (!suggested.empty()) {
      name = clean_path(name.substr(0, name.rfind('/') + 1) + suggested);  // npos + 1 is 0
    }
  }
  return rules.fix_extension ? fix_extension(name, saved.type) : name;
}

}  // namespace fanfetch
