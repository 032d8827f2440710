// SPDX-License-Identifier: MIT
// Certificates for tests, made in memory. An Authority issues what a Wish describes, including
// expired and foreign certificates. TemporaryFile is for options that want a path. One thread.
#pragma once

#include "base/base64.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>

namespace socketio::support {

/// A certificate with its private key.
class Identity {
 public:
  Identity(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  std::string certificate_pem() const {
    return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate()); });
  }
  /// Encrypted if there is a password.
  std::string key_pem(const std::string& password = {}) const {
    return pem([&](BIO* out) {
      return PEM_write_bio_PKCS8PrivateKey(
          out, key(), password.empty() ? nullptr : EVP_aes_128_cbc(), password.data(),
          static_cast<int>(password.size()), nullptr, nullptr);
    });
  }
  /// SHA-256 of the public key's SubjectPublicKeyInfo, in base64.
  std::string pin() const {
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key(), &encoded);
    std::array<char, 32> digest{};
    EVP_Digest(encoded, static_cast<std::size_t>(size),
               reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(encoded);
    std::string text;
    base64::append_encoded(text, {digest.data(), digest.size()});
    return text;
  }

 private:
  template <class Write>
  static std::string pem(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    if (write(out.get()) != 1) throw std::runtime_error("no PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// The contents of a certificate.
struct Wish {
  std::string common_name = "test";
  // In the syntax of openssl.cnf.
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  std::string usage = "serverAuth";
  long valid_from_seconds = -3600;
  long valid_to_seconds = 24 * 3600;
};

class Authority {
 public:
  explicit Authority(const std::string& name = "test authority")
      : root_(make({name, {}, {}}, nullptr)) {}

  const Identity& root() const { return root_; }
  Identity issue(const Wish& wish) const { return make(wish, &root_); }
  static Identity self_signed(const Wish& wish) { return make(wish, nullptr); }

 private:
  static void add(X509* certificate, X509* issuer, int kind, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (!made) throw std::runtime_error("no extension " + value);
    X509_add_ext(certificate, made, -1);
    X509_EXTENSION_free(made);
  }

  /// Without an issuer, the certificate signs itself and is an authority's.
  static Identity make(const Wish& wish, const Identity* issuer) {
    static long last_number = 0;
    const std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::shared_ptr<X509> made(X509_new(), X509_free);
    X509* const certificate = made.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++last_number);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_to_seconds);
    X509_set_pubkey(certificate, key.get());
    X509_NAME_add_entry_by_NID(
        X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
        reinterpret_cast<unsigned char*>(const_cast<char*>(wish.common_name.data())),
        static_cast<int>(wish.common_name.size()), -1, 0);
    X509* const signer = issuer ? issuer->certificate() : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    const bool is_authority = wish.usage.empty();
    add(certificate, signer, NID_basic_constraints,
        is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add(certificate, signer, NID_key_usage,
        is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add(certificate, signer, NID_ext_key_usage, wish.usage);
    add(certificate, signer, NID_subject_alt_name, wish.names);
    if (X509_sign(certificate, issuer ? issuer->key() : key.get(), EVP_sha256()) <= 0) {
      throw std::runtime_error("not signed");
    }
    return {made, key};
  }

  Identity root_;
};

/// A file with the given contents, removed by the destructor.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& contents) {
    const char* const folder = std::getenv("TMPDIR");
    path_ = std::string(folder ? folder : P_tmpdir) + "/socketio-test-XXXXXX";
    const int descriptor = ::mkstemp(path_.data());
    const ssize_t size = ::write(descriptor, contents.data(), contents.size());
    ::close(descriptor);
    if (size != static_cast<ssize_t>(contents.size())) throw std::runtime_error("no file");
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace socketio::support
