#include "worker/check/content_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ascii.h"
#include "common/url.h"
#include "common/url_text.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

/// Kinds that sniff() always recognises, so that other bytes are an error.
constexpr std::string_view kExtensions[] = {"jpg",  "jpeg", "jpe", "jfif", "png",  "gif",
                                            "webp", "avif", "bmp", "tif",  "tiff", "svg",
                                            "svgz", "mp4",  "m4v", "webm"};
constexpr std::string_view kTypes[] = {
    "image/jpeg",     "image/jpg",  "image/pjpeg",   "image/png",  "image/x-png",
    "image/apng",     "image/gif",  "image/webp",    "image/avif", "image/bmp",
    "image/x-ms-bmp", "image/tiff", "image/svg+xml", "video/mp4",  "video/webm"};
/// Pictures too, but sniff() does not recognise all of their forms.
constexpr std::string_view kOtherExtensions[] = {"apng", "heic", "heif", "jxl", "ico",
                                                 "jp2",  "psd",  "mov",  "mkv"};

template <std::size_t count>
bool is_one_of(const std::string_view (&list)[count], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

ContentCheck::ContentCheck(const ContentClaims& claims,
                           const std::vector<std::string>& accept_types)
    : accept_types_(accept_types) {
  std::string_view type = claims.content_type.substr(0, claims.content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  content_type_ = to_lower(type);
  add_type(content_type_);
  add_extension(extension_of_path(percent_decode(split_url(claims.url).path)));
  add_extension(claims.link_extension);
  add_extension(extension_of_path(claims.suggested_name));
}

void ContentCheck::add_claim(Claim claim) { claim_ = std::max(claim_, claim); }

void ContentCheck::add_extension(std::string_view extension) {
  if (is_one_of(kExtensions, extension)) add_claim(Claim::picture);
  if (is_one_of(kOtherExtensions, extension)) add_claim(Claim::other_picture);
  may_be_svg_ = may_be_svg_ || extension == "svg" || extension == "svgz";
}

void ContentCheck::add_type(std::string_view type) {
  if (type.starts_with("image/")) add_claim(Claim::other_picture);
  if (is_one_of(kTypes, type)) add_claim(Claim::picture);
  may_be_svg_ = may_be_svg_ || type == "image/svg+xml";
}

bool ContentCheck::look(std::span<const std::byte> bytes) {
  if (head_.empty() && bytes.size() >= kHeadBytes) return decide(sniff(bytes));  // nearly always
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  head_.append(text, std::min(bytes.size(), kHeadBytes - head_.size()));
  const bool full = head_.size() == kHeadBytes;
  const auto kind = sniff(std::as_bytes(std::span(head_)), full ? Head::complete : Head::growing);
  return full || kind != ContentKind::unknown ? decide(kind) : true;
}

bool ContentCheck::end() {
  if (decided_) return !rejection_;
  empty_ = head_.empty();
  return decide(sniff(std::as_bytes(std::span(head_))));
}

bool ContentCheck::decide(ContentKind kind) {
  decided_ = true;
  kind_ = kind;
  if (!is_as_claimed()) {
    rejection_ = Rejection{ErrorClass::wrong_type, wrong_type_message()};
    return false;
  }
  if (accept_types_.empty()) return true;
  const std::string type(mime_type(kind).empty() ? content_type_ : mime_type(kind));
  if (is_accepted(type)) return true;
  rejection_ = Rejection{ErrorClass::filtered,
                         fmt::format("it is {}, which is none of --accept-type",
                                     type.empty() ? "of no known type" : printable(type, 100))};
  return false;
}

bool ContentCheck::is_as_claimed() const {
  if (claim_ == Claim::nothing || is_picture(kind_)) return true;
  if (claim_ == Claim::other_picture) return kind_ != ContentKind::html;
  return may_be_svg_ && (kind_ == ContentKind::xml || kind_ == ContentKind::gzip);
}

std::string ContentCheck::wrong_type_message() const {
  std::string message = "its bytes are of no known type of picture";
  if (kind_ == ContentKind::html) message = "its bytes are HTML, not a picture";
  if (empty_) message = "it is empty, not a picture";
  if (!content_type_.empty()) message += " (sent as " + printable(content_type_, 100) + ")";
  return message;
}

bool ContentCheck::is_accepted(std::string_view type) const {
  return std::any_of(accept_types_.begin(), accept_types_.end(), [&](const std::string& wanted) {
    if (!wanted.ends_with("/*")) return type == wanted;
    return type.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
  });
}

}  // namespace fanfetch
