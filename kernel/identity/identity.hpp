// People and their tokens: who calls, and what they may do. In this release one administrator, made at the first start.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "operations/operation.hpp"
#include "store/store.hpp"

namespace wyvern::identity {

// What the first start on an empty store made.
struct Bootstrap {
  bool created = false;
  std::string generated_token;  // to be printed once; empty when the configuration gave the token
};

// Thread-safe.
class Identity final : public operations::Access {
 public:
  explicit Identity(store::Store store) : store_(store) {}

  // On a store without people: makes the first administrator with `token`, or with a generated one when it is empty.
  Bootstrap bootstrap(const std::string& token);

  operations::Caller authenticate(const operations::Credentials& credentials) override;
  bool may(const operations::Caller& caller, operations::Permission permission,
           const operations::ProjectId& project) override;

 private:
  // Tokens are looked up at each call; the answer is kept for a moment only, so that a removed token ends soon.
  struct Known {
    operations::Caller caller;
    std::int64_t until_ns;
  };

  store::Store store_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;  // by hash
};

// A token as it is stored: BLAKE2b-256 of it in hex. A token has 256 random bits, so a slow hash would add nothing.
std::string hash_of_token(std::string_view token);
std::string new_token();

}  // namespace wyvern::identity
