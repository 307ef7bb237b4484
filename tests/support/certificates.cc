#include "tests/support/certificates.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {

Certificate make_certificate(const std::string& folder, const std::string& name,
                             const CertificateWish& wish) {
  std::string extensions = wish.host.empty() ? "" : "-addext subjectAltName=" + wish.host;
  if (wish.issuer.empty() || wish.host.empty()) extensions += " -addext basicConstraints=CA:TRUE";
  const std::string signer =
      wish.issuer.empty() ? fmt::format("-signkey {}.key", name)
                          : fmt::format("-CA {0}.pem -CAkey {0}.key -CAcreateserial", wish.issuer);
  const auto command = fmt::format(
      "cd '{}' && {{ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
      "-subj /CN={} -keyout {}.key -out {}.csr {} && openssl x509 -req -in {}.csr {} -days {} "
      "-copy_extensions copy -out {}.pem; }} >openssl.log 2>&1",
      folder, name, name, name, extensions, name, signer, wish.days, name);
  if (std::system(command.c_str()) != 0) {
    throw std::runtime_error(command + ":\n" + read_file(folder + "/openssl.log"));
  }
  return {fmt::format("{}/{}.pem", folder, name), fmt::format("{}/{}.key", folder, name)};
}

Authority::Authority(std::string folder) : folder_(std::move(folder)) {
  make_certificate(folder_, "root", {.host = ""});
  make_certificate(folder_, "middle", {.host = "", .issuer = "root"});
}

Certificate Authority::issue(const Wish& wish) {
  const std::string name = next_name();
  Certificate made =
      make_certificate(folder_, name, {.host = wish.host, .days = wish.days, .issuer = "middle"});
  const std::string own = read_file(made.cert);
  made.cert = fmt::format("{}/{}.chain.pem", folder_, name);
  std::ofstream(made.cert) << own << (wish.whole_chain ? read_file(folder_ + "/middle.pem") : "");
  return made;
}

Certificate Authority::self_signed(const std::string& host) {
  return make_certificate(folder_, next_name(), {.host = host});
}

std::string Authority::next_name() { return fmt::format("server{}", ++issued_); }

}  // namespace fanfetch::support
