#include "coordinator/net/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "common/curl/curl_global.h"
#include "coordinator/process/sealed_copy.h"

namespace fanfetch {
namespace {

/// No bundle comes near.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

Result<TlsMaterial::Part> read_part(const std::string& path) {
  auto memfd = sealed_copy(path, kMostBytes);
  if (!memfd) return tl::unexpected(std::move(memfd.error()));
  auto bytes = SealedBytes::map(memfd->get());
  if (!bytes) return fail("cannot keep {} in memory: {}", path, bytes.error().message);
  return TlsMaterial::Part{std::move(*memfd), std::move(*bytes)};
}

Bio over(std::string_view bytes) {
  Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

Certificate first_certificate(std::string_view pem) {
  if (pem.empty()) return nullptr;
  Certificate certificate(PEM_read_bio_X509_AUX(over(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

/// OpenSSL asks for a password, and is to ask nobody.
int note_password(char*, int, int, void* asked) noexcept {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<Key> private_key(std::string_view pem, const std::string& path) {
  bool asked = false;
  Key key(pem.empty() ? nullptr
                      : PEM_read_bio_PrivateKey(over(pem).get(), nullptr, &note_password, &asked));
  ERR_clear_error();
  if (asked) {
    return fail("the private key in {0} has a password; make one without: openssl pkey -in {0}",
                path);
  }
  if (!key) return fail("{} holds no private key in PEM form", path);
  return key;
}

Result<> read_ca_file(TlsMaterial& material, const std::string& path) {
  auto part = read_part(path);
  if (!part) return tl::unexpected(std::move(part.error()));
  if (!first_certificate(part->bytes.view())) {
    return fail("{} holds no certificate in PEM form", path);
  }
  material.ca = std::move(*part);
  return {};
}

/// What the user did not name is nobody's mistake.
void read_built_in_ca_file(TlsMaterial& material) {
  const std::string path = built_in_ca_file();
  if (path.empty()) return;
  if (auto part = read_part(path)) material.ca = std::move(*part);
}

Result<> read_client_certificate(TlsMaterial& material, const TlsFiles& files) {
  auto cert = read_part(files.cert_file);
  if (!cert) return tl::unexpected(std::move(cert.error()));
  material.cert = std::move(*cert);
  const auto certificate = first_certificate(material.cert.bytes.view());
  if (!certificate) return fail("{} holds no certificate in PEM form", files.cert_file);

  const bool in_one = files.key_file.empty() || files.key_file == files.cert_file;
  if (!in_one) {
    auto key = read_part(files.key_file);
    if (!key) return tl::unexpected(std::move(key.error()));
    material.key = std::move(*key);
  }
  const std::string& key_file = in_one ? files.cert_file : files.key_file;
  const auto& key_part = in_one ? material.cert : material.key;
  const auto key = private_key(key_part.bytes.view(), key_file);
  if (!key) return tl::unexpected(key.error());
  const bool fits = X509_check_private_key(certificate.get(), key->get()) == 1;
  ERR_clear_error();
  if (!fits) {
    return fail("the private key in {} is not that of the certificate in {}", key_file,
                files.cert_file);
  }
  return {};
}

}  // namespace

Result<TlsMaterial> read_tls_files(const TlsFiles& files) {
  TlsMaterial material;
  Result<> good;
  if (files.ca_file.empty()) {
    read_built_in_ca_file(material);
  } else {
    good = read_ca_file(material, files.ca_file);
  }
  if (good && !files.cert_file.empty()) good = read_client_certificate(material, files);
  if (!good) return tl::unexpected(std::move(good.error()));
  return material;
}

}  // namespace fanfetch
