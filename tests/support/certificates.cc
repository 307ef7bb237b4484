#include "tests/support/certificates.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace fanfetch::support {

Certificate make_certificate(const std::string& folder, const std::string& name,
                             const CertificateWish& wish) {
  std::string extensions = wish.host.empty() ? "" : "-addext subjectAltName=" + wish.host;
  if (wish.issuer.empty()) extensions += " -addext basicConstraints=CA:TRUE";
  const std::string signer =
      wish.issuer.empty() ? fmt::format("-signkey {}.key", name)
                          : fmt::format("-CA {0}.pem -CAkey {0}.key -CAcreateserial", wish.issuer);
  const auto command = fmt::format(
      "cd '{}' && {{ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
      "-subj /CN={} -keyout {}.key -out {}.csr {} && openssl x509 -req -in {}.csr {} -days {} "
      "-copy_extensions copy -out {}.pem; }} 2>/dev/null",
      folder, name, name, name, extensions, name, signer, wish.days, name);
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  return {fmt::format("{}/{}.pem", folder, name), fmt::format("{}/{}.key", folder, name)};
}

}  // namespace fanfetch::support
