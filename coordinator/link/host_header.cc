#include "coordinator/link/host_header.h"

namespace fanfetch {
namespace {

bool has_usual_port(const Url& url) { return url.port == (url.scheme == "https" ? 443 : 80); }

}  // namespace

bool goes_to(const HostHeader& header, const Url& url, const Url& start,
             WasEncrypted was_encrypted) {
  if (header.host != url.host) return false;
  const bool encrypted_before = was_encrypted == WasEncrypted::yes || start.scheme == "https";
  if (encrypted_before && url.scheme == "http") return false;
  if (header.port) return *header.port == url.port;
  if (start.host == url.host) {
    // http://host/ may lead to https://host/, the same server by its usual ports.
    return start.port == url.port || (has_usual_port(start) && has_usual_port(url));
  }
  return has_usual_port(url);
}

}  // namespace fanfetch
