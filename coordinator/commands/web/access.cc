#include "coordinator/commands/web/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::string_view kBearer = "bearer ";

/// Our own names, through whatever port a tunnel has made of ours; or the address itself.
bool is_our_host(const AccessRules& rules, const std::vector<std::string>& hosts) {
  if (hosts.size() != 1) return false;
  const auto host = parse_host_header(hosts[0]);
  if (!host) return false;
  if (host->host == "localhost" || host->host == "127.0.0.1" || host->host == "::1") return true;
  return !rules.listen.is_unix() && host->host == rules.listen.ip &&
         host->port.value_or(80) == rules.listen.port;
}

/// Browsers send it with each POST, and with whatever a page of another origin asks for.
bool is_our_origin(const Asked& asked, bool needed) {
  if (asked.origins.empty()) return !needed;
  if (asked.origins.size() > 1) return false;
  for (const std::string_view scheme : {"http://", "https://"}) {  // before us may stand a proxy
    if (is_same_word(asked.origins[0], fmt::format("{}{}", scheme, asked.hosts[0]))) return true;
  }
  return false;
}

/// A browser says so of a GET, too, which may have no Origin. A link on another page may lead to
/// our first one, as the address with the token does that somebody was sent; what that shows nobody
/// but its reader sees.
bool is_our_site(const Asked& asked) {
  if (asked.fetch_sites.empty()) return true;
  const auto is_only = [](const std::vector<std::string>& values, std::string_view word) {
    return values.size() == 1 && values[0] == word;
  };
  if (is_only(asked.fetch_sites, "same-origin") || is_only(asked.fetch_sites, "none")) return true;
  return asked.method == "GET" && asked.path == "/" && is_only(asked.fetch_modes, "navigate") &&
         is_only(asked.fetch_dests, "document");
}

bool has_cookie(const AccessRules& rules, const Asked& asked) {
  const std::string name = cookie_name(asked.hosts[0]);
  return std::ranges::any_of(asked.cookies, [&](const std::string& header) {
    return std::ranges::any_of(cookie_values(header, name), [&](std::string_view value) {
      return rules.session && rules.session->is(value);
    });
  });
}

bool has_bearer(const AccessRules& rules, const Asked& asked) {
  return asked.authorizations.size() == 1 &&
         is_same_word(asked.authorizations[0].substr(0, kBearer.size()), kBearer) &&
         rules.token->is(trimmed(std::string_view(asked.authorizations[0]).substr(kBearer.size())));
}

bool is_json(const Asked& asked) {
  if (asked.content_types.size() != 1 || asked.has_content_encoding) return false;
  const std::string_view type = asked.content_types[0];
  return is_same_word(trimmed(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace

bool Secret::is(std::string_view guess) const {
  const Sha256Digest other = sha256(guess);
  unsigned difference = 0;
  for (std::size_t i = 0; i < hash_.size(); ++i) difference |= hash_[i] ^ unsigned { other[i] };
  return difference == 0;
}

Access access(const AccessRules& rules, const Asked& asked) {
  const bool is_post = asked.method == "POST";
  if (!is_our_host(rules, asked.hosts)) return Access::wrong_host;
  if (!is_our_origin(asked, is_post) || !is_our_site(asked)) return Access::wrong_origin;
  if (!is_post && asked.method != "GET" && asked.method != "HEAD") return Access::wrong_method;
  if (rules.token) {
    if (asked.token && asked.path == "/" && !is_post) {
      return rules.token->is(*asked.token) ? Access::begin_session : Access::no_token;
    }
    if (!has_cookie(rules, asked) && !has_bearer(rules, asked)) return Access::no_token;
  }
  if (is_post != (asked.path == kControlPath)) return Access::wrong_method;
  if (!is_post) return Access::allowed;
  if (rules.read_only) return Access::read_only;
  return is_json(asked) ? Access::allowed : Access::wrong_content;
}

std::string cookie_name(std::string_view host) {
  const auto parsed = parse_host_header(host);
  return fmt::format("fanfetch-{}", parsed ? parsed->port.value_or(80) : 80);
}

std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  for (;;) {
    const std::size_t end = header.find(';');
    const std::string_view pair = trimmed(header.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      values.push_back(pair.substr(name.size() + 1));
    }
    if (end == header.npos) return values;
    header.remove_prefix(end + 1);
  }
}

}  // namespace fanfetch
