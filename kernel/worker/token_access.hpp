// Who may call a worker: whoever shows the one token that it was started with.
#pragma once

#include <array>
#include <string_view>

#include "operations/operation.hpp"

namespace wyvern::worker {

// Compares in constant time; keeps only a hash. Any thread.
class TokenAccess final : public operations::Access {
 public:
  // Throws std::invalid_argument for an empty token: that would let everybody in.
  explicit TokenAccess(std::string_view token);

  operations::Caller authenticate(const operations::Credentials& credentials) override;
  bool may(const operations::Caller& caller, operations::Permission permission,
           const operations::ProjectId& project) override;

 private:
  using Hash = std::array<unsigned char, 32>;
  static Hash hash_of(std::string_view token);

  Hash expected_;
};

}  // namespace wyvern::worker
