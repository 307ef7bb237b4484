#include "coordinator/net/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <memory>

namespace fanfetch {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

Result<Bio> open_file(const std::string& path) {
  errno = 0;
  Bio bio(BIO_new_file(path.c_str(), "r"));
  const int error = errno;
  ERR_clear_error();
  if (!bio) return fail("cannot read {}: {}", path, errno_text(error));
  return bio;
}

Certificate read_certificate(BIO* bio) {
  Certificate certificate(PEM_read_bio_X509_AUX(bio, nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

/// OpenSSL asks for a password, and is to ask nobody.
int note_password(char*, int, int, void* asked) noexcept {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<> check_ca_file(const std::string& path) {
  const auto file = open_file(path);
  if (!file) return tl::unexpected(file.error());
  if (!read_certificate(file->get())) return fail("{} holds no certificate in PEM form", path);
  return {};
}

Result<> check_client_certificate(const std::string& cert, const std::string& key) {
  const auto cert_file = open_file(cert);
  if (!cert_file) return tl::unexpected(cert_file.error());
  const auto certificate = read_certificate(cert_file->get());
  if (!certificate) return fail("{} holds no certificate in PEM form", cert);

  const auto key_file = open_file(key);
  if (!key_file) return tl::unexpected(key_file.error());
  bool asked = false;
  const Key private_key(PEM_read_bio_PrivateKey(key_file->get(), nullptr, &note_password, &asked));
  ERR_clear_error();
  if (asked) {
    return fail("the private key in {0} has a password; make one without: openssl pkey -in {0}",
                key);
  }
  if (!private_key) return fail("{} holds no private key in PEM form", key);
  const bool fits = X509_check_private_key(certificate.get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!fits) return fail("the private key in {} is not that of the certificate in {}", key, cert);
  return {};
}

}  // namespace

Result<> check_tls_files(const TlsFiles& files) {
  Result<> good;
  if (!files.ca_file.empty()) good = check_ca_file(files.ca_file);
  if (good && !files.cert_file.empty()) {
    const std::string& key = files.key_file.empty() ? files.cert_file : files.key_file;
    good = check_client_certificate(files.cert_file, key);
  }
  return good;
}

}  // namespace fanfetch
