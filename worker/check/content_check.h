#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/job.h"
#include "common/outcome.h"
#include "worker/check/content_claim.h"
#include "worker/check/content_kind.h"

namespace fanfetch {

/// Why a body is not saved: `filtered` if the user's options exclude it, else `wrong_type` or
/// `placeholder`.
struct Rejection {
  ErrorClass error = ErrorClass::filtered;
  std::string message;
  Retry retry = Retry::no;
};

/// All that says what a body is before its first byte arrives. Empty: it says nothing.
struct ContentClaims {
  std::string_view url;             ///< Of the last request, after redirects; as asked for.
  std::string_view link_extension;  ///< See Job::link_extension.
  std::string_view suggested_name;  ///< From Content-Disposition.
  std::string_view content_type;
  CheckContent check = CheckContent::yes;  ///< `no`: none of these has to be true.
};

/// Checks the first bytes of a body as they arrive, in pieces of any size: see Claim for what they
/// must be. An empty body where a picture is expected may be another one at the next attempt.
/// Then `--accept-type` is applied. Pure.
class ContentCheck {
 public:
  /// `accept_types` is lent; empty accepts all.
  ContentCheck(const ContentClaims& claims, const std::vector<std::string>& accept_types);

  /// Takes the next decoded bytes. False: the body is rejected and no more bytes are needed.
  [[nodiscard]] bool take(std::span<const std::byte> bytes) {
    return decided_ ? !rejection_ : look(bytes);
  }
  /// Call when the body is whole. False: it is rejected.
  [[nodiscard]] bool end();

  [[nodiscard]] const std::optional<Rejection>& rejection() const { return rejection_; }
  /// The body's kind. REQUIRES: take() was given kHeadBytes, or end() was called.
  [[nodiscard]] ContentKind kind() const { return kind_; }

 private:
  void add_extension(std::string_view extension);
  void add_type(std::string_view type);
  [[nodiscard]] bool look(std::span<const std::byte> bytes);
  [[nodiscard]] bool decide(ContentKind kind);
  [[nodiscard]] bool is_as_claimed() const;
  [[nodiscard]] std::string wrong_type_message() const;
  [[nodiscard]] bool is_accepted(std::string_view type) const;

  Claim claim_ = Claim::nothing;
  bool may_be_svg_ = false;
  std::string file_extension_;  // that made the claim Claim::file
  std::string content_type_;    // without parameters, in lower case
  const std::vector<std::string>& accept_types_;
  std::string head_;  // its first bytes, while there are too few to decide
  ContentKind kind_ = ContentKind::unknown;
  bool decided_ = false;
  bool empty_ = false;
  std::optional<Rejection> rejection_;
};

}  // namespace fanfetch
