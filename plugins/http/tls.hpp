// TLS between a socket and its connection: bytes of the peer in, bytes of the connection out, nothing of sockets here.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "http/settings.hpp"
#include "input_buffer.hpp"
#include "write_queue.hpp"

namespace wyvern::http {

// A certificate and its key. Immutable, so connections on any thread may share it.
class TlsIdentity {
 public:
  // Null when nothing is configured. Throws Failure http.tls that names the file and what is wrong with it.
  static std::unique_ptr<TlsIdentity> from(const Settings& settings, const std::string& surface);
  explicit TlsIdentity(SSL_CTX* context) : context_(context) {}
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  SSL_CTX* context() const { return context_; }

 private:
  SSL_CTX* const context_;
};

// One connection's. On its strand.
class Tls {
 public:
  explicit Tls(const TlsIdentity& identity);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  enum class Read { more, full, ended, failed };
  // Takes what came from the socket.
  void received(std::string_view bytes);
  // Decrypts into `to`, which grows as it may: more bytes are needed, or `to` is full, or the peer has said its last.
  Read read(InputBuffer& to);
  // Encrypts from `from` to sealed(), so much that the socket has enough to do. Before the handshake is done it waits.
  void write(WriteQueue& from);
  // Says its own last.
  void finish();
  // What is to be sent: the handshake's bytes too.
  WriteQueue& sealed();
  bool established() const;

 private:
  void collect();

  SSL* const ssl_;
  BIO* const in_;   // owned by ssl_
  BIO* const out_;  // owned by ssl_
  WriteQueue sealed_;
};

}  // namespace wyvern::http
