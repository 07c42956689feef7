#include "identity/passwords.hpp"

#include <sodium.h>

#include <array>
#include <new>

#include "operations/operation.hpp"

namespace wyvern::identity {
namespace {

using operations::Refusal;

// Two at a time hold what the machine must give; the rest of those who wait would only hold threads.
constexpr int most_under_way = 2;
constexpr int most_waiting = 8;

std::string base64(std::size_t bytes) {
  std::string random(bytes, '\0');
  randombytes_buf(random.data(), random.size());
  std::array<char, 64> text{};
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(random.data()), random.size(),
                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return text.data();
}

// As Argon2 writes a hash, but of nothing: to compare with it costs the same, and never succeeds.
std::string made_up_hash(const Passwords::Cost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_bytes / 1024) + ",t=" + std::to_string(cost.passes) +
         ",p=1$" + base64(16) + "$" + base64(32);
}

}  // namespace

// A place among those that hash now.
class Passwords::Turn {
 public:
  explicit Turn(Passwords& passwords) : passwords_(passwords) {
    std::unique_lock lock(passwords_.mutex_);
    if (passwords_.waiting_ >= most_waiting) {
      throw Refusal(503, "identity.busy", "too many people sign in at this moment; try again in some seconds");
    }
    ++passwords_.waiting_;
    passwords_.left_.wait(lock, [this] { return passwords_.under_way_ < most_under_way; });
    --passwords_.waiting_;
    ++passwords_.under_way_;
  }
  ~Turn() {
    {
      const std::lock_guard lock(passwords_.mutex_);
      --passwords_.under_way_;
    }
    passwords_.left_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Passwords& passwords_;
};

Passwords::Passwords(Cost cost) : cost_(cost), nobodys_(made_up_hash(cost)) {}

std::string Passwords::hash_now(std::string_view password) const {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.passes, cost_.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  return text.data();
}

std::string Passwords::hash(std::string_view password) {
  if (password.size() < shortest || password.size() > longest) {
    throw Refusal(400, "identity.password_length",
                  "a password has " + std::to_string(shortest) + " to " + std::to_string(longest) + " bytes");
  }
  const Turn turn(*this);
  return hash_now(password);
}

bool Passwords::matches(const std::optional<std::string>& stored, std::string_view password) {
  const Turn turn(*this);
  const std::string& known = stored ? *stored : nobodys_;
  const bool same = crypto_pwhash_str_verify(known.c_str(), password.data(), password.size()) == 0;
  return same && stored.has_value();
}

bool Passwords::is_outdated(const std::string& stored) const {
  return crypto_pwhash_str_needs_rehash(stored.c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace wyvern::identity
