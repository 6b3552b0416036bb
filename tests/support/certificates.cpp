#include "support/certificates.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "support/temp_dir.hpp"

namespace fogis::testing {
namespace {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Release<std::fclose>>;

constexpr long kDay = 24L * 3600;
constexpr const char* kLocalNames = "DNS:localhost,IP:127.0.0.1,IP:::1";

void demand(bool done, const char* what) {
  if (!done) {
    throw std::runtime_error(fmt::format("cannot make test certificates: {}", what));
  }
}

struct Signed {
  Key key;
  Certificate certificate;
};

struct Wish {
  const char* name;
  const char* constraints = "CA:FALSE";
  const char* alternative_names = nullptr;
  long valid_until = kDay;  ///< seconds from now
  const char* usage = nullptr;
};

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  demand(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

/// Signs with `issuer`, or with its own key when there is none.
Signed make(const Wish& wish, const Signed* issuer) {
  static long serial = 0;
  Signed made{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  demand(made.key && made.certificate, "key");
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_until);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.name), -1, -1, 0);
  X509* const signer = issuer == nullptr ? certificate : issuer->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  add_extension(certificate, signer, NID_basic_constraints, wish.constraints);
  if (wish.alternative_names != nullptr) {
    add_extension(certificate, signer, NID_subject_alt_name, wish.alternative_names);
  }
  if (wish.usage != nullptr) {
    add_extension(certificate, signer, NID_ext_key_usage, wish.usage);
  }
  EVP_PKEY* const signing_key = issuer == nullptr ? made.key.get() : issuer->key.get();
  demand(X509_sign(certificate, signing_key, EVP_sha256()) > 0, "signature");
  return made;
}

std::string write_certificate(const TempDir& directory, const std::string& name,
                              const Signed& made) {
  auto path = directory / (name + ".crt");
  const File file(std::fopen(path.c_str(), "we"));
  demand(file && PEM_write_X509(file.get(), made.certificate.get()) == 1, path.c_str());
  return path;
}

Identity write_identity(const TempDir& directory, const std::string& name, const Signed& made) {
  auto path = directory / (name + ".key");
  const File file(std::fopen(path.c_str(), "we"));
  demand(file && PEM_write_PrivateKey(file.get(), made.key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1,
         path.c_str());
  return {write_certificate(directory, name, made), path};
}

std::string make_directory(const TempDir& parent, const Signed& ca, const std::string& ca_file) {
  const std::filesystem::path directory = parent / "ca.d";
  std::filesystem::create_directory(directory);
  const auto hash = X509_subject_name_hash(ca.certificate.get());
  std::filesystem::copy(ca_file, directory / fmt::format("{:08x}.0", hash));
  return directory;
}

Certificates make_all(const TempDir& directory) {
  const Wish authority{.name = "Test CA", .constraints = "critical,CA:TRUE"};
  const Wish server{.name = "localhost", .alternative_names = kLocalNames};
  auto wrong_name = server;
  wrong_name.alternative_names = "DNS:other.example.org";
  auto expired = server;
  expired.valid_until = -kDay;
  auto stranger = authority;
  stranger.name = "Another CA";

  const auto ca = make(authority, nullptr);
  Certificates made;
  made.ca = write_certificate(directory, "ca", ca);
  made.ca_directory = make_directory(directory, ca, made.ca);
  made.stranger_ca = write_certificate(directory, "stranger-ca", make(stranger, nullptr));
  made.server = write_identity(directory, "server", make(server, &ca));
  made.wrong_name = write_identity(directory, "wrong-name", make(wrong_name, &ca));
  made.expired = write_identity(directory, "expired", make(expired, &ca));
  made.self_signed = write_identity(directory, "self-signed", make(server, nullptr));
  auto intermediate = authority;
  intermediate.name = "Intermediate CA";
  const auto between = make(intermediate, &ca);
  made.unchained = write_identity(directory, "unchained", make(server, &between));
  made.client = write_identity(directory, "client", make({.name = "client"}, &ca));
  made.client_expired = write_identity(directory, "client-expired",
                                       make({.name = "client", .valid_until = -kDay}, &ca));
  made.client_for_servers = write_identity(directory, "client-for-servers",
                                           make({.name = "client", .usage = "serverAuth"}, &ca));
  return made;
}

}  // namespace

const Certificates& certificates() {
  static const TempDir directory;
  static const Certificates made = make_all(directory);
  return made;
}

}  // namespace fogis::testing
