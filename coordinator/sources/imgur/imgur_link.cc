#include "coordinator/sources/imgur/imgur_link.h"

#include "common/ascii.h"

namespace fanfetch {
namespace {

/// The letters that follow an image's id and stand for a thumbnail's size.
constexpr std::string_view kThumbnailSizes = "sbtmlh";
constexpr std::string_view kPlainScheme = "http://";
constexpr std::string_view kPlainPort = ":80";

/// Without query and fragment.
std::string_view path_of(std::string_view link) { return link.substr(0, link.find_first_of("?#")); }

bool is_gifv(std::string_view link) { return to_lower(path_of(link)).ends_with(".gifv"); }

/// `https://i.imgur.com/abcdefgh.gif` for the image abcdefg.
bool is_thumbnail(const ImgurFile& file) {
  std::string_view name = path_of(file.link);
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  const std::string_view stem = name.substr(0, name.rfind('.'));
  return !file.id.empty() && stem.size() == file.id.size() + 1 && stem.starts_with(file.id) &&
         kThumbnailSizes.find(stem.back()) != std::string_view::npos;
}

std::string as_mp4(std::string_view link) {
  const std::size_t end = path_of(link).size();
  std::string video(link.substr(0, end - std::string_view("gifv").size()));
  return video.append("mp4").append(link.substr(end));
}

std::string over_tls(std::string link) {
  if (to_lower(std::string_view(link).substr(0, kPlainScheme.size())) != kPlainScheme) return link;
  const std::string_view rest = std::string_view(link).substr(kPlainScheme.size());
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view behind = rest.substr(authority.size());
  if (authority.ends_with(kPlainPort)) authority.remove_suffix(kPlainPort.size());
  if (!is_imgur_host(authority)) return link;
  return std::string("https://").append(authority).append(behind);
}

}  // namespace

bool is_imgur_host(std::string_view host) {
  const std::string lower = to_lower(host);
  for (const std::string_view domain : {"imgur.com", "imgur.io"}) {
    if (lower == domain) return true;
    if (lower.ends_with(domain) && lower[lower.size() - domain.size() - 1] == '.') return true;
  }
  return false;
}

std::string imgur_file_link(const ImgurFile& file) {
  const bool has_video = !file.mp4.empty();
  if (is_gifv(file.link)) return over_tls(has_video ? std::string(file.mp4) : as_mp4(file.link));
  if (file.animated && has_video && is_thumbnail(file)) return over_tls(std::string(file.mp4));
  return over_tls(std::string(file.link));
}

}  // namespace fanfetch
