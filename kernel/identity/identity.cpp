#include "identity/identity.hpp"

namespace wyvern::identity {
namespace {

using operations::Caller;
using operations::Permission;
using operations::Refusal;

constexpr std::size_t most_known = 4096;
constexpr std::int64_t remembered_ns = 1'000'000'000;

std::int64_t steady_now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

struct Shown {
  Caller caller;
  operations::ProjectId only_project;
};

std::optional<Shown> look_up(store::Session& session, const std::string& hash) {
  auto shown = session.first(
      "SELECT people.id, people.name, people.administrator, tokens.read_only, tokens.project_id FROM tokens JOIN "
      "people "
      "ON people.id = tokens.person_id WHERE tokens.hash = $1 AND people.active = $2 AND (tokens.expires_at IS NULL OR "
      "tokens.expires_at > $3)",
      {hash, true, store::Timestamp::now()}, [&](const store::Row& row) {
        return Shown{{.id = row.text("id"),
                      .name = row.text("name"),
                      .administrator = row.boolean("administrator"),
                      .remote_address = {},
                      .read_only = row.boolean("read_only"),
                      .proof = hash},
                     row.optional_text("project_id")};
      });
  if (!shown) return std::nullopt;
  Grants grants = grants_of(session, shown->caller.id);
  if (const auto& only = shown->only_project) {
    Grants narrowed;
    if (shown->caller.administrator) {
      narrowed[*only] = Permission::edit;
    } else if (const auto found = grants.find(*only); found != grants.end()) {
      narrowed.insert(*found);
    }
    grants = std::move(narrowed);
    shown->caller.administrator = false;
  }
  shown->caller.projects = std::make_shared<const Grants>(std::move(grants));
  return shown;
}

}  // namespace

Settings Settings::from(const Json& section) {
  Settings settings;
  settings.password_cost.memory_bytes = section.value("password_memory_mib", std::size_t{256}) << 20U;
  settings.password_cost.passes = section.value("password_passes", 3U);
  settings.session_lifetime = std::chrono::hours(section.value("session_hours", 12));
  settings.always_secure_cookies = section.value("secure_cookies", "auto") == "always";
  if (section.contains("oidc")) settings.openid = OpenIdSettings::from(section["oidc"]);
  return settings;
}

Identity::Identity(store::Store store, Settings settings)
    : store_(std::move(store)),
      settings_(std::move(settings)),
      passwords_(settings_.password_cost),
      openid_(settings_.openid ? std::make_unique<OpenIdProvider>(*settings_.openid) : nullptr) {}

Bootstrap Identity::bootstrap(const std::string& configured) {
  const std::string token = configured.empty() ? new_token() : configured;
  const bool created = change([&](store::Session& session) {
    const auto people = session.first("SELECT COUNT(*) AS people FROM people", {},
                                      [](const store::Row& row) { return row.integer("people"); });
    if (people.value_or(0) != 0) return false;
    const auto now = store::Timestamp::now();
    Person person;
    person.id = store::new_uuid();
    person.name = "admin";
    person.administrator = true;
    person.created_at = now;
    add_person(session, person);
    add_token(session,
              {.id = store::new_uuid(),
               .person_id = person.id,
               .kind = "api",
               .name = "bootstrap",
               .project_id = {},
               .created_at = now,
               .expires_at = {}},
              token);
    return true;
  });
  return {created, created && configured.empty() ? token : std::string()};
}

void Identity::forget() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  known_.clear();
}

std::optional<Caller> Identity::caller_by_hash(const std::string& hash) {
  const std::int64_t now_ns = steady_now_ns();
  std::uint64_t changes_before = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(hash);
    if (found != known_.end() && found->second.until_ns > now_ns) return found->second.caller;
    changes_before = changes_;
  }
  auto shown = store_.read([&](store::Session& session) { return look_up(session, hash); });
  if (!shown) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (changes_ == changes_before) {
    if (known_.size() >= most_known) known_.clear();
    known_[hash] = {shown->caller, now_ns + remembered_ns};
  }
  return std::move(shown->caller);
}

Caller Identity::authenticate(const operations::Credentials& credentials) {
  Caller nobody;
  nobody.remote_address = credentials.remote_address;
  if (credentials.credential.empty()) return nobody;
  auto caller = caller_by_hash(hash_of_token(credentials.credential));
  if (!caller) throw Refusal(401, "access.token_unknown", "the token is not known or has expired");
  caller->remote_address = credentials.remote_address;
  return std::move(*caller);
}

bool Identity::may(const Caller& caller, Permission permission, const operations::ProjectId& project) {
  if (caller.administrator) return true;
  if (!project || !caller.projects) return false;
  const auto found = caller.projects->find(*project);
  return found != caller.projects->end() && (found->second == Permission::edit || permission == Permission::view);
}

bool Identity::renew(Caller& caller) {
  if (caller.proof.empty()) return !caller.signed_in();
  auto now = caller_by_hash(caller.proof);
  if (!now) return false;
  now->remote_address = std::move(caller.remote_address);
  caller = std::move(*now);
  return true;
}

void Identity::add_operations(operations::Table& table) {
  add_authentication_operations(table, *this);
  add_openid_operations(table, *this);
  add_second_factor_operations(table, *this);
  add_person_operations(table, *this);
  add_token_operations(table, *this);
  add_project_operations(table, *this);
}

void require_password(Identity& identity, const operations::Call& call, const Person& person,
                      const std::string& password) {
  Throttle::Attempt attempt(identity.throttle(), person.name, call.caller.remote_address);
  if (!identity.passwords().matches(person.password, password)) {
    throw Refusal(403, "identity.wrong_password", "the password is wrong");
  }
  attempt.unfinished();
}

}  // namespace wyvern::identity
