#include "coordinator/names/content_name.h"

#include <algorithm>
#include <span>

#include "common/url.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

struct TypeRow {
  std::string_view type;
  std::string_view extensions[8];  // the usual one first; unused places are empty
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
    {"video/mp4", {"mp4", "m4v", "mov", "qt", "3gp", "m4a", "m4b", "m4s"}},
    {"audio/mp4", {"m4a", "m4b", "m4p", "mp4"}},
    {"video/webm", {"webm"}},
    {"video/x-matroska", {"mkv", "mk3d"}},
    {"text/html", {"html", "htm", "xhtml", "shtml"}},
};

bool has(const TypeRow& row, std::string_view extension) {
  return !extension.empty() && std::find(std::begin(row.extensions), std::end(row.extensions),
                                         extension) != std::end(row.extensions);
}

const TypeRow* row_of(std::string_view type) {
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const TypeRow& one) { return one.type == type; });
  return row == std::end(kTypes) ? nullptr : row;
}

/// Programs of a server: what they answer with is seldom of their own kind.
constexpr std::string_view kScripts[] = {"php",  "php3", "php4", "php5", "php7", "phtml",  "asp",
                                         "aspx", "ashx", "asmx", "axd",  "cgi",  "fcgi",   "pl",
                                         "py",   "jsp",  "jspx", "jspa", "do",   "action", "cfm",
                                         "cfc",  "srf",  "nsf",  "mvc"};

bool is_script(std::string_view extension) {
  return std::find(std::begin(kScripts), std::end(kScripts), extension) != std::end(kScripts);
}

/// `name` ending in `.extension` in place of its own one, if it has one.
std::string replace_extension(const std::string& name, std::string_view extension) {
  const std::size_t stem = name.size() - extension_of(name).size();
  return with_extension(std::string_view(name).substr(0, stem), extension);
}

std::string fix_extension(const std::string& name, std::string_view type) {
  const TypeRow* right = row_of(type);
  if (right == nullptr) return name;
  const std::string extension = extension_of_path(name);
  if (has(*right, extension)) return name;
  const bool known = std::any_of(std::begin(kTypes), std::end(kTypes),
                                 [&](const TypeRow& row) { return has(row, extension); });
  const bool variant = without_variant(name).size() < name.size();
  return known && !variant ? replace_extension(name, right->extensions[0])
                           : with_extension(name, right->extensions[0]);
}

/// What follows from the type of a picture or a video for a name that has no extension of its own.
std::string add_extension(const std::string& name, const TypeRow& type) {
  const std::string written = extension_of_path(name);
  if (written.empty()) return with_extension(name, type.extensions[0]);
  const bool ours = written == "html" || is_script(written);
  return ours ? replace_extension(name, type.extensions[0]) : name;
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

bool has_file_extension(const Url& url) {
  const std::string extension = extension_of_path(percent_decode(url.path));
  return !extension.empty() && !is_script(extension);
}

std::string name_for_content(const Link& link, const Saved& saved, const ContentNameRules& rules) {
  if (link.earlier) return link.name;
  std::string name = link.name;
  const auto changed = [&](std::string path) {
    path = clean_path(path);
    return rules.merged ? merged_name(path, link.hash) : path;
  };
  if (!link.name_given && !has_file_extension(link.url)) {
    const TypeRow* picture = saved.type == "text/html" ? nullptr : row_of(saved.type);
    if (picture != nullptr && !link.open_name.empty()) {
      std::string open = link.open_name;
      for (std::size_t at; (at = open.find(kExtensionMark)) != std::string::npos;) {
        open.replace(at, 1, picture->extensions[0]);
      }
      name = changed(open);
    }
    if (const std::string suggested = suggested_component(saved);
        rules.suggestions && !suggested.empty()) {
      name = changed(name.substr(0, name.rfind('/') + 1) + suggested);  // npos + 1 is 0
    }
    const bool is_there = link.open_name.ends_with(kExtensionMark);
    if (picture != nullptr && rules.extensions && !is_there) name = add_extension(name, *picture);
  }
  return rules.fix_extension ? fix_extension(name, saved.type) : name;
}

}  // namespace fanfetch
