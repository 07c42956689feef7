// Passwords as Argon2id keeps them: slow to try, and bounded in what all that is under way may take up.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::identity {

// Thread-safe. Every call blocks for as long as a hash takes, and for those before it.
class Passwords {
 public:
  // What one hash costs: libsodium's "moderate".
  struct Cost {
    std::size_t memory_bytes = std::size_t{256} << 20U;
    unsigned passes = 3;
  };
  static constexpr std::size_t shortest = 8;  // in bytes
  static constexpr std::size_t longest = 1024;

  explicit Passwords(Cost cost);

  // As it is stored, with its salt and its cost. Throws Refusal 400 for one that is too short or too long, 503 when too
  // many wait.
  std::string hash(std::string_view password);
  // Without a stored one the same work is done, and the answer is false. Throws Refusal 503 when too many wait.
  bool matches(const std::optional<std::string>& stored, std::string_view password);
  // Whether `stored` was made at another cost.
  bool is_outdated(const std::string& stored) const;

 private:
  class Turn;
  std::string hash_now(std::string_view password) const;

  const Cost cost_;
  const std::string nobodys_;  // the hash of a password that nobody knows
  std::mutex mutex_;
  std::condition_variable left_;
  int under_way_ = 0;
  int waiting_ = 0;
};

}  // namespace wyvern::identity
