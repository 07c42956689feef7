#include "worker/token_access.hpp"

#include <sodium.h>

#include <stdexcept>

namespace wyvern::worker {

TokenAccess::TokenAccess(std::string_view token) : expected_(hash_of(token)) {
  if (token.empty()) throw std::invalid_argument("a worker needs a token; give one in identity.bootstrap_token");
}

// Of one length whatever the token's, so that the comparison tells nothing of that either.
TokenAccess::Hash TokenAccess::hash_of(std::string_view token) {
  Hash hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return hash;
}

operations::Caller TokenAccess::authenticate(const operations::Credentials& credentials) {
  operations::Caller caller;
  caller.remote_address = credentials.remote_address;
  if (credentials.credential.empty()) return caller;
  const Hash shown = hash_of(credentials.credential);
  if (credentials.by_cookie || sodium_memcmp(shown.data(), expected_.data(), expected_.size()) != 0) {
    throw operations::Refusal(401, "access.token", "the token is not this worker's");
  }
  caller.id = caller.name = "controller";
  caller.administrator = true;
  return caller;
}

bool TokenAccess::may(const operations::Caller& caller, operations::Permission permission,
                      const operations::ProjectId&) {
  return permission == operations::Permission::anyone || caller.administrator;
}

}  // namespace wyvern::worker
