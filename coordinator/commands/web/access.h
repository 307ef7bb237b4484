#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sha256.h"
#include "coordinator/commands/web/listen_address.h"

namespace fanfetch {

// Who may ask for what. Loopback protects from no other user of the machine, and from no page that
// a browser shows, whatever server it came from; so each request is judged by what it brings.

/// A secret, kept as its hash: comparing two hashes tells nobody how far a guess was right.
class Secret {
 public:
  explicit Secret(std::string_view text) : hash_(sha256(text)) {}
  /// In a time that does not depend on where they differ.
  [[nodiscard]] bool is(std::string_view guess) const;

 private:
  Sha256Digest hash_;
};

struct AccessRules {
  ListenAddress listen;  ///< With the port that was taken.
  /// What the address and `Authorization: Bearer` carry; nullopt: whoever can connect may ask.
  std::optional<Secret> token;
  /// What the cookie carries: another for each start, so that a cookie that gets lost is worth
  /// nothing once the dashboard has ended, whatever the token.
  std::optional<Secret> session;
  bool read_only = false;
};

/// What is judged of a request. Headers that came twice are there twice.
struct Asked {
  std::string method;
  std::string path;                  ///< Without the query.
  std::optional<std::string> token;  ///< Of the query.
  std::vector<std::string> hosts, origins, cookies, authorizations, content_types;
  /// `Sec-Fetch-Site`, `-Mode` and `-Dest`: what a browser says of who asks.
  std::vector<std::string> fetch_sites, fetch_modes, fetch_dests;
  bool has_content_encoding = false;
};

enum class Access : std::uint8_t {
  allowed,
  begin_session,  ///< The token is right: the cookie, and on to the address without the token.
  no_token,       ///< Neither token nor cookie, or a wrong one.
  wrong_host,     ///< Not for us: a name that leads here without our doing (DNS rebinding).
  wrong_origin,   ///< From a page that is not ours.
  wrong_method,   ///< Neither GET, HEAD nor the one POST that there is.
  wrong_content,  ///< Not what our page sends.
  read_only,      ///< It would steer the run.
};

/// The one path that takes POST.
inline constexpr std::string_view kControlPath = "/api/control";

[[nodiscard]] Access access(const AccessRules& rules, const Asked& asked);

/// `fanfetch-8080`: cookies know no ports, and a machine may have several dashboards. `host`: the
/// request's header.
[[nodiscard]] std::string cookie_name(std::string_view host);

/// The values of the cookie `name` in a header `Cookie`.
[[nodiscard]] std::vector<std::string_view> cookie_values(std::string_view header,
                                                          std::string_view name);

}  // namespace fanfetch
