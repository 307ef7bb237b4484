#include "common/curl/trust_store.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_LOOKUP_METHOD* method) const { X509_LOOKUP_meth_free(method); }
  void operator()(unsigned char* text) const { OPENSSL_free(text); }
  void operator()(char* text) const { OPENSSL_free(text); }
};
template <class Type>
using Owned = std::unique_ptr<Type, Free>;
using Bytes = std::span<const unsigned char>;

// --- DER: what is needed to find a certificate's subject ---

/// Takes the head of an element off `bytes`. Returns its content; nullopt: there is none.
std::optional<Bytes> content_of_next(Bytes& bytes) {
  const unsigned char* at = bytes.data();
  long size = 0;
  int tag = 0, type = 0;
  const int read = ASN1_get_object(&at, &size, &tag, &type, static_cast<long>(bytes.size()));
  if ((read & 0x80) != 0 || (read & 1) != 0) return std::nullopt;  // damaged, or of unknown length
  const Bytes content(at, static_cast<std::size_t>(size));
  bytes = bytes.subspan(static_cast<std::size_t>(at - bytes.data()) + content.size());
  return content;
}

/// RFC 5280, 4.1: Certificate and its TBSCertificate are sequences, and the latter has
/// [0] version (may be missing), serialNumber, signature, issuer, validity, subject, …
Owned<X509_NAME> subject_of(Bytes certificate) {
  constexpr unsigned char kVersionTag = 0xa0;
  constexpr int kBeforeSubject = 4;
  auto outer = content_of_next(certificate);
  auto fields = outer ? content_of_next(*outer) : std::nullopt;
  if (!fields || fields->empty()) return nullptr;
  const int skipped = kBeforeSubject + (fields->front() == kVersionTag ? 1 : 0);
  for (int i = 0; i < skipped; ++i) {
    if (!content_of_next(*fields)) return nullptr;
  }
  const unsigned char* at = fields->data();
  return Owned<X509_NAME>(d2i_X509_NAME(nullptr, &at, static_cast<long>(fields->size())));
}

std::optional<unsigned long> hash_of(const X509_NAME* name) {
  int ok = 0;
  const unsigned long hash = X509_NAME_hash_ex(name, nullptr, nullptr, &ok);
  return ok == 1 ? std::optional(hash) : std::nullopt;
}

// --- The certificates that were not asked for yet ---

struct Unparsed {
  std::vector<unsigned char> der;
  bool has_settings = false;  // what it is trusted for stands behind it
};
using BySubject = std::unordered_multimap<unsigned long, Unparsed>;

Owned<X509> parse(const Unparsed& unparsed) {
  const unsigned char* at = unparsed.der.data();
  const auto size = static_cast<long>(unparsed.der.size());
  return Owned<X509>(unparsed.has_settings ? d2i_X509_AUX(nullptr, &at, size)
                                           : d2i_X509(nullptr, &at, size));
}

BySubject read_bundle(BIO* bundle) {
  BySubject certificates;
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    if (PEM_read_bio(bundle, &name, &header, &der, &size) != 1) break;
    const Owned<char> owned_name(name), owned_header(header);
    const Owned<unsigned char> owned_der(der);
    const std::string_view kind = name;
    const bool has_settings = kind == PEM_STRING_X509_TRUSTED;
    if (!has_settings && kind != PEM_STRING_X509 && kind != PEM_STRING_X509_OLD) continue;
    const Bytes bytes(der, static_cast<std::size_t>(size));
    const auto subject = subject_of(bytes);
    const auto hash = subject ? hash_of(subject.get()) : std::nullopt;
    if (hash) certificates.emplace(*hash, Unparsed{{bytes.begin(), bytes.end()}, has_settings});
  }
  ERR_clear_error();  // the end of the file is one
  return certificates;
}

// --- OpenSSL asks for what its store does not have yet ---

/// Puts all certificates of that subject into the store. `found` is lent one of them, as OpenSSL
/// expects it of a lookup.
int on_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
               X509_OBJECT* found) noexcept {
  if (type != X509_LU_X509) return 0;
  auto& certificates = *static_cast<BySubject*>(X509_LOOKUP_get_method_data(lookup));
  const auto hash = hash_of(name);
  if (!hash) return 0;
  bool any = false;
  auto [at, end] = certificates.equal_range(*hash);
  while (at != end) {
    const auto certificate = parse(at->second);
    const bool is_wanted =
        certificate && X509_NAME_cmp(X509_get_subject_name(certificate.get()), name) == 0;
    if (!is_wanted && certificate) {  // another subject of the same hash
      ++at;
      continue;
    }
    at = certificates.erase(at);
    if (!is_wanted || X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), certificate.get()) != 1) {
      continue;
    }
    if (!any && X509_OBJECT_set1_X509(found, certificate.get()) == 1) {
      X509_free(certificate.get());  // the store's reference is enough
      any = true;
    }
  }
  ERR_clear_error();
  return any ? 1 : 0;
}

void on_free(X509_LOOKUP* lookup) noexcept {
  delete static_cast<BySubject*>(X509_LOOKUP_get_method_data(lookup));
}

X509_LOOKUP_METHOD* lookup_method() {
  static const Owned<X509_LOOKUP_METHOD> method = [] {
    Owned<X509_LOOKUP_METHOD> made(X509_LOOKUP_meth_new("a bundle in memory"));
    if (!made) throw std::bad_alloc();
    X509_LOOKUP_meth_set_get_by_subject(made.get(), &on_subject);
    X509_LOOKUP_meth_set_free(made.get(), &on_free);
    return made;
  }();
  return method.get();
}

}  // namespace

struct TrustStore::Parts {
  Owned<X509_STORE> store;
  X509_LOOKUP* lookup = nullptr;  // the store's
  std::string_view bundle;        // what has not been looked through yet
  bool empty = true;
};

TrustStore::TrustStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

TrustStore TrustStore::of(std::string_view bundle) {
  auto parts = std::make_unique<Parts>();
  parts->store.reset(X509_STORE_new());
  if (!parts->store) throw std::bad_alloc();
  // As libcurl's own store: an authority below the top may be trusted by itself.
  X509_STORE_set_flags(parts->store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  parts->lookup = X509_STORE_add_lookup(parts->store.get(), lookup_method());
  if (parts->lookup == nullptr) throw std::bad_alloc();
  X509_LOOKUP_set_method_data(parts->lookup, std::make_unique<BySubject>().release());
  parts->bundle = bundle;
  return TrustStore(std::move(parts));
}

const TrustStore::Parts& TrustStore::index() const {
  if (parts_->bundle.empty()) return *parts_;
  const Owned<BIO> bundle(
      BIO_new_mem_buf(parts_->bundle.data(), static_cast<int>(parts_->bundle.size())));
  if (!bundle) throw std::bad_alloc();
  auto& certificates = *static_cast<BySubject*>(X509_LOOKUP_get_method_data(parts_->lookup));
  certificates = read_bundle(bundle.get());
  parts_->empty = certificates.empty();
  parts_->bundle = {};
  return *parts_;
}

bool TrustStore::is_empty() const { return index().empty; }
x509_store_st* TrustStore::native() const { return index().store.get(); }

}  // namespace fanfetch
