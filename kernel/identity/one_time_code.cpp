#include "identity/one_time_code.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <vector>

#include "identity/tokens.hpp"

namespace wyvern::identity {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// Without padding; libsodium has no base32.
std::string base32(std::span<const unsigned char> bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    buffer = (buffer << 8U) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(buffer >> static_cast<unsigned>(bits - 5)) & 31U];
  }
  if (bits > 0) text += alphabet[(buffer << static_cast<unsigned>(5 - bits)) & 31U];
  return text;
}

std::vector<unsigned char> from_base32(std::string_view text) {
  std::vector<unsigned char> bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char letter : text) {
    const auto value = alphabet.find(letter);
    if (value == std::string_view::npos) throw std::invalid_argument("a TOTP secret is not base32");
    buffer = (buffer << 5U) | static_cast<unsigned>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<unsigned char>(buffer >> static_cast<unsigned>(bits)));
    }
  }
  return bytes;
}

template <std::size_t size>
std::string random_base32() {
  std::array<unsigned char, size> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base32(bytes);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    std::array<char, 4> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "%%%02X", c);
    out += plain ? std::string(1, static_cast<char>(c)) : std::string(escaped.data());
  }
  return out;
}

}  // namespace

std::string new_totp_secret() { return random_base32<20>(); }

std::string totp_uri(std::string_view secret, std::string_view person) {
  return "otpauth://totp/Wyvern:" + percent_encoded(person) + "?secret=" + std::string(secret) + "&issuer=Wyvern";
}

std::string totp_code(std::string_view secret, std::int64_t step) {
  const auto key = from_base32(secret);
  std::array<unsigned char, 8> counter{};
  auto rest = static_cast<std::uint64_t>(step);
  for (std::size_t i = counter.size(); i-- > 0; rest >>= 8U) counter[i] = static_cast<unsigned char>(rest & 0xFFU);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(), mac.data(), &size) ==
      nullptr) {
    throw std::runtime_error("HMAC failed");
  }
  const std::size_t offset = mac[size - 1] & 0x0FU;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[offset] & 0x7FU) << 24U) |
                               (static_cast<std::uint32_t>(mac[offset + 1]) << 16U) |
                               (static_cast<std::uint32_t>(mac[offset + 2]) << 8U) | mac[offset + 3];
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%06u", number % 1'000'000U);
  return digits.data();
}

std::optional<std::int64_t> matching_step(std::string_view secret, std::string_view code, std::int64_t now,
                                          std::int64_t last) {
  if (code.size() != 6) return std::nullopt;
  std::optional<std::int64_t> found;
  for (std::int64_t step = totp_step(now) - 1; step <= totp_step(now) + 1; ++step) {
    const std::string expected = totp_code(secret, step);
    const bool same = sodium_memcmp(expected.data(), code.data(), expected.size()) == 0;
    if (same && step > last && !found) found = step;
  }
  return found;
}

std::string new_recovery_code() {
  const std::string letters = random_base32<10>();
  return letters.substr(0, 4) + "-" + letters.substr(4, 4) + "-" + letters.substr(8, 4) + "-" + letters.substr(12);
}

std::string hash_of_recovery_code(std::string_view code) {
  std::string letters;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    letters += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return hash_of_token(letters);
}

}  // namespace wyvern::identity
