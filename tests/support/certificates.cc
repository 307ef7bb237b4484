#include "tests/support/certificates.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {

Authority::Authority(std::string folder) : folder_(std::move(folder)) {
  request("root", "test root", "basicConstraints=critical,CA:TRUE");
  openssl("x509 -req -in root.csr -signkey root.key -days 3 -copy_extensions copy -out root.pem");
  request("middle", "test intermediate", "basicConstraints=critical,CA:TRUE");
  openssl(
      "x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3 "
      "-copy_extensions copy -out middle.pem");
}

Certificate Authority::issue(const Wish& wish) {
  const std::string name = fmt::format("server{}", ++issued_);
  request(name, "test server", "subjectAltName=" + wish.host);
  openssl(
      fmt::format("x509 -req -in {0}.csr -CA middle.pem -CAkey middle.key -CAcreateserial "
                  "-days {1} -copy_extensions copy -out {0}.pem",
                  name, wish.days));
  const std::string chain = file(name + ".chain.pem");
  std::ofstream(chain) << read_file(file(name + ".pem"))
                       << (wish.whole_chain ? read_file(file("middle.pem")) : "");
  return {.chain = chain, .key = file(name + ".key")};
}

Certificate Authority::self_signed(const std::string& host) {
  const std::string name = fmt::format("server{}", ++issued_);
  request(name, "test server", "subjectAltName=" + host);
  openssl(fmt::format(
      "x509 -req -in {0}.csr -signkey {0}.key -days 2 -copy_extensions copy -out {0}.pem", name));
  return {.chain = file(name + ".pem"), .key = file(name + ".key")};
}

void Authority::request(const std::string& name, const std::string& subject,
                        const std::string& extension) {
  openssl(
      fmt::format("req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN={}' "
                  "-addext {} -keyout {}.key -out {}.csr",
                  subject, extension, name, name));
}

void Authority::openssl(const std::string& arguments) const {
  const std::string command =
      fmt::format("cd '{}' && openssl {} >openssl.log 2>&1", folder_, arguments);
  if (std::system(command.c_str()) != 0) {
    throw std::runtime_error(command + ":\n" + read_file(file("openssl.log")));
  }
}

}  // namespace fanfetch::support
