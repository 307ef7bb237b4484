#include "worker/check/content_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ascii.h"
#include "common/url.h"
#include "common/url_text.h"
#include "common/utf8.h"

namespace fanfetch {

ContentCheck::ContentCheck(const ContentClaims& claims,
                           const std::vector<std::string>& accept_types)
    : accept_types_(accept_types) {
  std::string_view type = claims.content_type.substr(0, claims.content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  content_type_ = to_lower(type);
  if (claims.check == CheckContent::no) return;
  add_type(content_type_);
  const std::string own = extension_of_path(percent_decode(split_url(claims.url).path));
  add_extension(own);
  if (claims.link_extension != own) add_extension(claims.link_extension);  // seldom
  add_extension(extension_of_path(claims.suggested_name));
}

void ContentCheck::add_extension(std::string_view extension) {
  const Claim claim = claim_of_extension(extension);
  if (claim == Claim::file && file_extension_.empty()) file_extension_ = extension;
  claim_ = std::max(claim_, claim);
  may_be_svg_ = may_be_svg_ || extension == "svg" || extension == "svgz";
}

void ContentCheck::add_type(std::string_view type) {
  claim_ = std::max(claim_, claim_of_type(type));
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
    rejection_ = Rejection{.error = ErrorClass::wrong_type,
                           .message = wrong_type_message(),
                           .retry = empty_ ? Retry::yes : Retry::no};
    return false;
  }
  if (accept_types_.empty()) return true;
  const std::string type(mime_type(kind).empty() ? content_type_ : mime_type(kind));
  if (is_accepted(type)) return true;
  rejection_ =
      Rejection{.error = ErrorClass::filtered,
                .message = fmt::format("it is {}, which is none of --accept-type",
                                       type.empty() ? "of no known type" : printable(type, 100))};
  return false;
}

bool ContentCheck::is_as_claimed() const {
  switch (claim_) {
    case Claim::nothing: return true;
    case Claim::file: return kind_ != ContentKind::html || is_html_on_purpose(content_type_);
    case Claim::other_picture: return kind_ != ContentKind::html && !empty_;
    case Claim::picture: break;
  }
  if (is_picture(kind_)) return true;
  return may_be_svg_ && (kind_ == ContentKind::xml || kind_ == ContentKind::gzip);
}

std::string ContentCheck::wrong_type_message() const {
  std::string message = "its bytes are of no known type of picture";
  if (kind_ == ContentKind::html) message = "its bytes are HTML, not a picture";
  if (empty_) message = "it is empty, not a picture";
  if (claim_ == Claim::file) {
    message = fmt::format("its bytes are HTML, such as a page to sign in, not a .{} file",
                          printable(file_extension_, 20));
  }
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
