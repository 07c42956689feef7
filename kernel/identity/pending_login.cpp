#include "identity/pending_login.hpp"

#include <openssl/sha.h>
#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "identity/tokens.hpp"
#include "operations/operation.hpp"

namespace wyvern::identity {
namespace {

using Bytes = std::basic_string<unsigned char>;

std::string base64url(const unsigned char* bytes, std::size_t size) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(size, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, variant);
  text.pop_back();  // the terminator
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes(text.size(), 0);
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::string random_text() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base64url(bytes.data(), bytes.size());
}

Bytes key_bytes(const std::string& key) {
  auto bytes = from_base64url(key);
  if (!bytes || bytes->size() != crypto_secretbox_KEYBYTES) {
    throw std::runtime_error("the store's table oidc_key does not hold a key; empty it, and one is made anew");
  }
  return std::move(*bytes);
}

}  // namespace

PendingLogin PendingLogin::begin(std::string return_to, std::int64_t now) {
  return {random_text(), random_text(), random_text(), std::move(return_to), now + pending_login_s};
}

std::string PendingLogin::challenge() const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), hash.data());
  return base64url(hash.data(), hash.size());
}

std::string sealing_key(const store::Store& store) {
  const auto stored = [](store::Session& session) {
    return session.first("SELECT key FROM oidc_key", {}, [](const store::Row& row) { return row.text("key"); });
  };
  if (auto key = store.read(stored)) return std::move(*key);
  return store.write([&](store::Session& session) {
    if (auto key = stored(session)) return std::move(*key);
    auto made = random_text();
    session.run("INSERT INTO oidc_key (id, key) VALUES (1, $1)", {made});
    return made;
  });
}

std::string seal(const PendingLogin& login, const std::string& key) {
  const auto secret = key_bytes(key);
  const auto text = nlohmann::json{login.state, login.nonce, login.verifier, login.return_to, login.expires}.dump();
  Bytes sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), 0);
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES,
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(), sealed.data(), secret.data());
  return base64url(sealed.data(), sealed.size());
}

std::optional<PendingLogin> unseal(const std::string& text, const std::string& key) {
  constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  const auto secret = key_bytes(key);
  const auto sealed = from_base64url(text);
  if (!sealed || sealed->size() < around) return std::nullopt;
  std::string opened(sealed->size() - around, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(opened.data()),
                                 sealed->data() + crypto_secretbox_NONCEBYTES,
                                 sealed->size() - crypto_secretbox_NONCEBYTES, sealed->data(), secret.data()) != 0) {
    return std::nullopt;
  }
  const auto fields = nlohmann::json::parse(opened);
  return PendingLogin{fields.at(0), fields.at(1), fields.at(2), fields.at(3), fields.at(4)};
}

void take_state(store::Session& session, const PendingLogin& login, std::int64_t now) {
  session.run("DELETE FROM oidc_states WHERE expires_at <= $1", {store::Timestamp{now * 1'000'000}});
  const auto hash = hash_of_token(login.state);
  const auto taken = session.first("SELECT hash FROM oidc_states WHERE hash = $1", {hash},
                                   [](const store::Row& row) { return row.text("hash"); });
  if (taken) throw operations::Refusal(400, "oidc.state_used", "this login has come back already; begin again");
  session.run("INSERT INTO oidc_states (hash, expires_at) VALUES ($1, $2)",
              {hash, store::Timestamp{login.expires * 1'000'000}});
}

}  // namespace wyvern::identity
