#include "tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <climits>

namespace wyvern::http {
namespace {

// With more than this sealed the socket is busy for a while.
constexpr std::size_t enough_sealed_bytes = 256 * 1024;

std::string reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

Failure unusable(const std::string& what, const std::string& file, const std::string& surface) {
  return {WYV_INVALID, "http.tls",
          "the " + what + " of the surface '" + surface + "' in " + file +
              " cannot be used; it is a PEM file that this user can read, and certificate and key belong together",
          reason()};
}

// HTTP/1.1 is all that is spoken here.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  constexpr std::string_view http_1_1 = "http/1.1";
  for (unsigned int at = 0; at < offered_size; at += offered[at] + 1U) {
    if (at + 1 + offered[at] > offered_size) break;
    if (std::string_view(reinterpret_cast<const char*>(offered + at + 1), offered[at]) != http_1_1) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

std::unique_ptr<TlsIdentity> TlsIdentity::from(const Settings& settings, const std::string& surface) {
  if (settings.tls_certificate.empty() && settings.tls_key.empty()) return nullptr;
  if (settings.tls_certificate.empty() || settings.tls_key.empty())
    throw Failure(WYV_INVALID, "http.tls", "tls of the surface '" + surface + "' needs both a certificate and a key");
  auto identity = std::make_unique<TlsIdentity>(SSL_CTX_new(TLS_server_method()));
  auto* const context = identity->context();
  if (context == nullptr) throw Failure(WYV_EXHAUSTED, "http.tls", "no TLS context", reason());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // For TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has no other.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!aPSK");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
  constexpr std::string_view resumption = "wyvern";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(resumption.data()), resumption.size());
  if (SSL_CTX_use_certificate_chain_file(context, settings.tls_certificate.c_str()) != 1)
    throw unusable("tls.certificate", settings.tls_certificate, surface);
  if (SSL_CTX_use_PrivateKey_file(context, settings.tls_key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    throw unusable("tls.key", settings.tls_key, surface);
  return identity;
}

TlsIdentity::~TlsIdentity() { SSL_CTX_free(context_); }

Tls::Tls(const TlsIdentity& identity)
    : ssl_(SSL_new(identity.context())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  if (ssl_ == nullptr || in_ == nullptr || out_ == nullptr) {
    SSL_free(ssl_);
    BIO_free(in_);
    BIO_free(out_);
    throw Failure(WYV_EXHAUSTED, "http.tls", "no memory for another TLS connection");
  }
  BIO_set_mem_eof_return(in_, -1);  // an empty buffer is not the end
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_accept_state(ssl_);
}

Tls::~Tls() { SSL_free(ssl_); }

bool Tls::established() const { return SSL_is_init_finished(ssl_) == 1; }

void Tls::received(std::string_view bytes) {
  BIO_write(in_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
}

Tls::Read Tls::read(InputBuffer& to) {
  ERR_clear_error();
  for (;;) {
    if (!to.make_room()) return Read::full;
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, to.room(), to.room_bytes(), &bytes);
    collect();
    if (result == 1) {
      to.added(bytes);
      continue;
    }
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return Read::more;
      case SSL_ERROR_ZERO_RETURN:
        return Read::ended;
      default:
        ERR_clear_error();
        return Read::failed;
    }
  }
}

void Tls::write(WriteQueue& from) {
  ERR_clear_error();
  while (established() && !from.empty() && sealed_.size() < enough_sealed_bytes) {
    std::size_t sent = 0;
    bool failed = false;
    from.look(1, [&](const char* data, std::size_t size) { failed = SSL_write_ex(ssl_, data, size, &sent) != 1; });
    from.consume(sent);
    collect();
    if (failed) return ERR_clear_error();
  }
}

void Tls::finish() {
  if (established()) SSL_shutdown(ssl_);
  ERR_clear_error();
  collect();
}

void Tls::collect() {
  std::array<char, 16 * 1024> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (int size = 0; (size = BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()))) > 0;)
    sealed_.append({bytes.data(), static_cast<std::size_t>(size)});
}

WriteQueue& Tls::sealed() { return sealed_; }

}  // namespace wyvern::http
