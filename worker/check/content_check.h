#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/outcome.h"
#include "worker/check/content_kind.h"

namespace fanfetch {

/// Why a body is not saved. `filtered`: the user does not want it; else it is no good.
struct Rejection {
  ErrorClass error = ErrorClass::filtered;
  std::string message;
};

/// All that says what a body is before it comes. Empty: nothing is said.
struct ContentClaims {
  std::string_view url;             ///< Asked for last.
  std::string_view link_extension;  ///< Of the link's own path, in lower case: `jpg`.
  std::string_view suggested_name;  ///< By Content-Disposition.
  std::string_view content_type;
};

/// Looks at the first bytes of a body as it comes, in pieces of any size. What a claim says to be a
/// picture or a video has to be one, of any kind: types lie about which. What is claimed to be a
/// picture of a kind that we cannot tell is only refused when it is HTML, and nothing else is
/// refused. Then, the user's `--accept-type`. Pure.
class ContentCheck {
 public:
  /// `accept_types`: lent; empty: all.
  ContentCheck(const ContentClaims& claims, const std::vector<std::string>& accept_types);

  /// The next decoded bytes. False: rejected; no more are needed.
  [[nodiscard]] bool take(std::span<const std::byte> bytes) {
    return decided_ ? !rejection_ : look(bytes);
  }
  /// The body is whole. False: rejected.
  [[nodiscard]] bool end();

  [[nodiscard]] const std::optional<Rejection>& rejection() const { return rejection_; }
  /// What it is. REQUIRES: take() has had the head, or end() was called.
  [[nodiscard]] ContentKind kind() const { return kind_; }

 private:
  enum class Claim { nothing, other_picture, picture };

  void add_claim(Claim claim);
  void add_extension(std::string_view extension);
  void add_type(std::string_view type);
  [[nodiscard]] bool look(std::span<const std::byte> bytes);
  [[nodiscard]] bool decide(ContentKind kind);
  [[nodiscard]] bool is_as_claimed() const;
  [[nodiscard]] std::string wrong_type_message() const;
  [[nodiscard]] bool is_accepted(std::string_view type) const;

  Claim claim_ = Claim::nothing;
  bool may_be_svg_ = false;
  std::string content_type_;  // without parameters, in lower case
  const std::vector<std::string>& accept_types_;
  std::string head_;  // as long as it grows
  ContentKind kind_ = ContentKind::unknown;
  bool decided_ = false;
  bool empty_ = false;
  std::optional<Rejection> rejection_;
};

}  // namespace fanfetch
