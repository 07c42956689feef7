#include "identity/identity.hpp"

#include <sodium.h>

#include <array>
#include <chrono>

namespace wyvern::identity {
namespace {

using operations::Caller;
using operations::Permission;
using operations::Refusal;

constexpr std::size_t most_known = 4096;
constexpr std::int64_t remembered_ns = 1'000'000'000;

std::int64_t steady_now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

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

Bootstrap Identity::bootstrap(const std::string& configured) {
  const std::string token = configured.empty() ? new_token() : configured;
  const bool created = store_.write([&](store::Session& session) {
    const auto people = session.first("SELECT COUNT(*) AS people FROM people", {},
                                      [](const store::Row& row) { return row.integer("people"); });
    if (people.value_or(0) != 0) return false;
    const auto now = store::Timestamp::now();
    const std::string person = store::new_uuid();
    session.run("INSERT INTO people (id, name, administrator, created_at) VALUES ($1, 'admin', $2, $3)",
                {person, true, now});
    session.run("INSERT INTO tokens (id, person_id, hash, created_at) VALUES ($1, $2, $3, $4)",
                {store::new_uuid(), person, hash_of_token(token), now});
    return true;
  });
  return {created, created && configured.empty() ? token : std::string()};
}

Caller Identity::authenticate(const operations::Credentials& credentials) {
  if (credentials.credential.empty()) return Caller{{}, {}, false, credentials.remote_address};
  const std::string hash = hash_of_token(credentials.credential);
  const std::int64_t now_ns = steady_now_ns();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(hash);
    if (found != known_.end() && found->second.until_ns > now_ns) {
      Caller caller = found->second.caller;
      caller.remote_address = credentials.remote_address;
      return caller;
    }
  }
  auto caller = store_.read([&](store::Session& session) {
    return session.first(
        "SELECT people.id, people.name, people.administrator FROM tokens JOIN people ON people.id = tokens.person_id "
        "WHERE tokens.hash = $1 AND (tokens.expires_at IS NULL OR tokens.expires_at > $2)",
        {hash, store::Timestamp::now()}, [](const store::Row& row) {
          return Caller{row.text("id"), row.text("name"), row.boolean("administrator"), {}};
        });
  });
  if (!caller) throw Refusal(401, "access.token_unknown", "the token is not known or has expired");
  const std::lock_guard lock(mutex_);
  if (known_.size() >= most_known) known_.clear();
  known_[hash] = {*caller, now_ns + remembered_ns};
  caller->remote_address = credentials.remote_address;
  return *caller;
}

bool Identity::may(const Caller& caller, Permission, const operations::ProjectId&) { return caller.administrator; }

}  // namespace wyvern::identity
