#include "identity/tokens.hpp"

#include <sodium.h>

#include <array>

namespace wyvern::identity {
namespace {

constexpr const char* columns = "id, person_id, kind, name, read_only, project_id, created_at, expires_at";

Token token_of(const store::Row& row) {
  Token token{row.text("id"),
              row.text("person_id"),
              row.text("kind"),
              row.optional_text("name"),
              row.boolean("read_only"),
              row.optional_text("project_id"),
              row.timestamp("created_at"),
              {}};
  if (!row.is_null("expires_at")) token.expires_at = row.timestamp("expires_at");
  return token;
}

}  // namespace

std::string hash_of_token(std::string_view token) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), 64};
}

std::string new_token() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 64> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return "wyv_" + std::string(text.data());
}

Json Token::json() const {
  return {{"id", id},
          {"person_id", person_id},
          {"kind", kind},
          {"name", store::or_null(name)},
          {"read_only", read_only},
          {"project_id", store::or_null(project_id)},
          {"created_at", created_at.iso8601()},
          {"expires_at", expires_at ? Json(expires_at->iso8601()) : Json(nullptr)}};
}

Json token_schema() {
  const Json text = {{"type", "string"}};
  const Json nullable = {{"type", {"string", "null"}}};
  return {{"type", "object"},
          {"properties",
           {{"id", text},
            {"person_id", text},
            {"kind", {{"type", "string"}, {"enum", {"api", "session"}}}},
            {"name", nullable},
            {"read_only", {{"type", "boolean"}}},
            {"project_id", nullable},
            {"created_at", text},
            {"expires_at", nullable}}}};
}

void add_token(store::Session& session, const Token& token, std::string_view text) {
  session.run("DELETE FROM tokens WHERE person_id = $1 AND expires_at <= $2",
              {token.person_id, store::Timestamp::now()});
  const auto there = session.all("SELECT id FROM tokens WHERE person_id = $1 AND kind = $2 ORDER BY created_at, id",
                                 {token.person_id, token.kind}, [](const store::Row& row) { return row.text("id"); });
  if (token.kind == "api" && there.size() >= most_tokens) {
    throw operations::Refusal(409, "identity.too_many_tokens",
                              "a person has " + std::to_string(most_tokens) + " tokens at most; remove one first");
  }
  if (token.kind == "session" && there.size() >= most_sessions) {
    for (std::size_t i = 0; i <= there.size() - most_sessions; ++i) remove_token(session, there[i]);
  }
  session.run(
      "INSERT INTO tokens (id, person_id, hash, kind, name, read_only, project_id, created_at, expires_at) VALUES ($1, "
      "$2, $3, $4, $5, $6, $7, $8, $9)",
      {token.id, token.person_id, hash_of_token(text), token.kind, token.name, token.read_only, token.project_id,
       token.created_at, token.expires_at});
}

std::vector<Token> tokens_of(store::Session& session, const std::string& person_id, const operations::Page& page) {
  std::vector<store::Parameter> parameters{person_id, store::Timestamp::now()};
  const auto tail = page.tail(session, {"tokens", {"created_at", "id"}}, parameters);
  std::vector<Token> tokens;
  session.execute(std::string("SELECT ") + columns +
                      " FROM tokens WHERE person_id = $1 AND (expires_at IS NULL OR expires_at > $2)" + tail,
                  parameters.data(), parameters.size(),
                  [&](const store::Row& row) { tokens.push_back(token_of(row)); });
  return tokens;
}

std::optional<Token> find_token(store::Session& session, const std::string& id) {
  return session.first(std::string("SELECT ") + columns + " FROM tokens WHERE id = $1", {id}, &token_of);
}

std::optional<Token> find_token_by_hash(store::Session& session, const std::string& hash) {
  return session.first(std::string("SELECT ") + columns + " FROM tokens WHERE hash = $1", {hash}, &token_of);
}

void remove_token(store::Session& session, const std::string& id) {
  session.run("DELETE FROM tokens WHERE id = $1", {id});
}

void end_sessions(store::Session& session, const std::string& person_id, const std::string& but_hash) {
  session.run("DELETE FROM tokens WHERE person_id = $1 AND kind = 'session' AND hash <> $2", {person_id, but_hash});
}

}  // namespace wyvern::identity
