// SPDX-License-Identifier: MIT
#include "net/tls_files.hpp"

#include "net/tls_error.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstring>

namespace socketio::net {

namespace {

struct FreePem {
  void operator()(BIO* source) const { BIO_free(source); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, FreePem>;

/// A file, or text if there is no file.
Owned<BIO> open_pem(const std::string& file, const std::string& text) {
  return Owned<BIO>(file.empty() ? BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))
                                 : BIO_new_file(file.c_str(), "r"));
}

/// How messages name it.
std::string name_of(const std::string& option, const std::string& file) {
  return file.empty() ? option + "_pem" : option + "_file " + file;
}

/// Whether reading ended because there is nothing more. Forgets that error.
bool was_the_last() {
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
    return false;
  ERR_clear_error();
  return true;
}

/// Adds every certificate in the text. False if there is none, or a broken one.
bool add_roots(SSL_CTX* context, const std::string& pem) {
  const Owned<BIO> source = open_pem({}, pem);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  for (;;) {
    const Owned<X509> root(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (!root) break;
    if (X509_STORE_add_cert(store, root.get()) != 1) return false;
    ++count;
  }
  return count != 0 && was_the_last();
}

/// Without a password the answer is an error; otherwise OpenSSL would ask at the terminal.
int give_password(char* buffer, int size, int, void* user) {
  const auto& password = *static_cast<const std::string*>(user);
  const auto room = static_cast<std::size_t>(size);
  if (password.empty() || password.size() > room) return -1;
  std::memcpy(buffer, password.data(), password.size());
  return static_cast<int>(password.size());
}

bool load_chain(SSL_CTX* context, BIO* source, std::string& password) {
  if (!source) return false;
  const Owned<X509> own(PEM_read_bio_X509_AUX(source, nullptr, give_password, &password));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  SSL_CTX_clear_chain_certs(context);
  for (;;) {
    const Owned<X509> next(PEM_read_bio_X509(source, nullptr, give_password, &password));
    if (!next) return was_the_last();
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
  }
}

bool load_key(SSL_CTX* context, BIO* source, std::string& password) {
  if (!source) return false;
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(source, nullptr, give_password, &password));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

}  // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

ConnectFailure bad_tls_settings(const std::string& what, const std::string& why) {
  return {TlsErrc::bad_settings, "TLS " + what + ": " + why};
}

ConnectFailure bad_tls_settings(const std::string& what) {
  std::string words;
  const std::error_code code = take_openssl_error(words);
  ConnectFailure failure = bad_tls_settings(what, words);
  // A file could not be read.
  if (code.category() != tls_category()) failure.code = code;
  return failure;
}

bool load_roots(ssl_ctx_st* context, const std::string& ca_file, const std::string& ca_pem,
                ConnectFailure& failure) {
  if (!ca_file.empty() && SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    failure = bad_tls_settings("ca_file " + ca_file);
    return false;
  }
  if (!ca_pem.empty() && !add_roots(context, ca_pem)) {
    failure = bad_tls_settings("ca_pem");
    return false;
  }
  return true;
}

bool load_certificate(ssl_ctx_st* context, const TlsServerSettings::Certificate& from,
                      ConnectFailure& failure) {
  const bool has_key = !from.key_file.empty() || !from.key_pem.empty();
  const std::string& key_file = has_key ? from.key_file : from.certificate_file;
  const std::string& key_pem = has_key ? from.key_pem : from.certificate_pem;
  if (from.certificate_file.empty() && from.certificate_pem.empty()) {
    failure = bad_tls_settings(has_key ? name_of("key", key_file) : "certificates",
                               "there is no certificate_file");
    return false;
  }
  std::string password = from.key_password;
  if (!load_chain(context, open_pem(from.certificate_file, from.certificate_pem).get(), password)) {
    failure = bad_tls_settings(name_of("certificate", from.certificate_file));
    return false;
  }
  if (!load_key(context, open_pem(key_file, key_pem).get(), password)) {
    failure = bad_tls_settings(name_of("key", key_file));
    return false;
  }
  return true;
}

}  // namespace socketio::net
