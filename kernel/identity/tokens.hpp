// What people show: API tokens, and sessions, which are tokens that a login gave. Stored as hashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/operation.hpp"
#include "operations/page.hpp"
#include "store/store.hpp"

namespace wyvern::identity {

using operations::Json;
using operations::ProjectId;

// As it is stored: BLAKE2b-256 of it in hex. A token has 256 random bits, so a slow hash would add nothing.
std::string hash_of_token(std::string_view token);
std::string new_token();

struct Token {
  std::string id;
  std::string person_id;
  std::string kind;  // "api" or "session"
  std::optional<std::string> name;
  bool read_only = false;
  ProjectId project_id;
  store::Timestamp created_at;
  std::optional<store::Timestamp> expires_at;

  // What it can do less than its person.
  bool narrowed() const { return read_only || project_id.has_value(); }
  Json json() const;
};
Json token_schema();

constexpr int most_tokens = 100;  // API tokens of a person
constexpr int most_sessions = 20;

// Adds `token` under the hash of `text`. Throws Refusal 409 for one API token too many; of sessions the oldest end.
void add_token(store::Session& session, const Token& token, std::string_view text);
// Those of a person that have not expired, oldest first.
std::vector<Token> tokens_of(store::Session& session, const std::string& person_id, const operations::Page& page);
std::optional<Token> find_token(store::Session& session, const std::string& id);
std::optional<Token> find_token_by_hash(store::Session& session, const std::string& hash);
void remove_token(store::Session& session, const std::string& id);
// Ends a person's sessions, except the one of this hash.
void end_sessions(store::Session& session, const std::string& person_id, const std::string& but_hash = {});

}  // namespace wyvern::identity
