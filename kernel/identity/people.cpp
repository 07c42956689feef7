#include "identity/people.hpp"

#include <algorithm>

#include "identity/one_time_code.hpp"

namespace wyvern::identity {
namespace {

using operations::Refusal;

constexpr int recovery_codes = 10;
constexpr const char* columns =
    "id, name, administrator, active, password, totp_secret, totp_confirmed, totp_step, created_at, "
    "oidc_name, oidc_subject";

Person person_of(const store::Row& row) {
  return {row.text("id"),
          row.text("name"),
          row.boolean("administrator"),
          row.boolean("active"),
          row.optional_text("password"),
          row.optional_text("totp_secret"),
          row.boolean("totp_confirmed"),
          row.integer("totp_step"),
          row.timestamp("created_at"),
          row.optional_text("oidc_name"),
          !row.is_null("oidc_subject")};
}

void require_free_names(store::Session& session, const Person& person) {
  const auto holder = find_person_by_name(session, person.name);
  if (holder && holder->id != person.id) {
    throw Refusal(409, "identity.name_taken", "there is a person '" + person.name + "' already");
  }
  if (!person.oidc_name) return;
  const auto other =
      session.first("SELECT name FROM people WHERE oidc_name = $1 AND id <> $2", {*person.oidc_name, person.id},
                    [](const store::Row& row) { return row.text("name"); });
  if (other) {
    throw Refusal(409, "identity.oidc_name_taken",
                  "the provider's '" + *person.oidc_name + "' is the person '" + *other + "' already");
  }
}

}  // namespace

Json Person::json() const {
  return {{"id", id},
          {"name", name},
          {"administrator", administrator},
          {"active", active},
          {"has_password", password.has_value()},
          {"totp", totp},
          {"oidc_name", oidc_name ? Json(*oidc_name) : Json(nullptr)},
          {"oidc_bound", oidc_bound},
          {"created_at", created_at.iso8601()}};
}

Json person_schema() {
  const Json text = {{"type", "string"}};
  const Json flag = {{"type", "boolean"}};
  return {{"type", "object"},
          {"properties",
           {{"id", text},
            {"name", text},
            {"administrator", flag},
            {"active", flag},
            {"has_password", flag},
            {"totp", flag},
            {"oidc_name", {{"type", {"string", "null"}}}},
            {"oidc_bound", flag},
            {"created_at", text}}}};
}

std::string checked_name(std::string_view name) {
  const bool sound = !name.empty() && name.size() <= longest_name && name.front() != ' ' && name.back() != ' ' &&
                     std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (!sound) {
    throw Refusal(400, "field.invalid",
                  "name must be 1 to " + std::to_string(longest_name) +
                      " bytes without control characters, and without space before or behind");
  }
  return std::string(name);
}

std::vector<Person> list_people(store::Session& session, const operations::Page& page) {
  std::vector<store::Parameter> parameters;
  const auto tail = page.tail(session, {"people", {"name", "id"}}, parameters);
  std::vector<Person> people;
  session.execute(std::string("SELECT ") + columns + " FROM people WHERE 1 = 1" + tail, parameters.data(),
                  parameters.size(), [&](const store::Row& row) { people.push_back(person_of(row)); });
  return people;
}

std::optional<Person> find_person(store::Session& session, const std::string& id) {
  return session.first(std::string("SELECT ") + columns + " FROM people WHERE id = $1", {id}, &person_of);
}

std::optional<Person> find_person_by_name(store::Session& session, std::string_view name) {
  return session.first(std::string("SELECT ") + columns + " FROM people WHERE name = $1", {name}, &person_of);
}

Person get_person(store::Session& session, const std::string& id) {
  auto person = find_person(session, id);
  if (!person) throw Refusal(404, "identity.person_not_found", "there is no person " + id);
  return std::move(*person);
}

void add_person(store::Session& session, const Person& person) {
  require_free_names(session, person);
  const auto there = session.first("SELECT COUNT(*) AS people FROM people", {},
                                   [](const store::Row& row) { return row.integer("people"); });
  if (there.value_or(0) >= most_people) {
    throw Refusal(409, "identity.too_many_people",
                  "there are " + std::to_string(most_people) + " people already; remove one first");
  }
  session.run(
      "INSERT INTO people (id, name, administrator, active, password, created_at, oidc_name) VALUES ($1, $2, $3, $4, "
      "$5, "
      "$6, $7)",
      {person.id, person.name, person.administrator, person.active, person.password, person.created_at,
       person.oidc_name});
}

void save_person(store::Session& session, const Person& person) {
  require_free_names(session, person);
  session.run(
      "UPDATE people SET name = $2, administrator = $3, active = $4, password = $5, totp_secret = $6, totp_confirmed = "
      "$7, totp_step = $8, oidc_name = $9 WHERE id = $1",
      {person.id, person.name, person.administrator, person.active, person.password, person.totp_secret, person.totp,
       person.totp_step, person.oidc_name});
}

void remove_person(store::Session& session, const std::string& id) {
  session.run("DELETE FROM people WHERE id = $1", {id});
}

bool has_another_administrator(store::Session& session, const std::string& id) {
  const auto others =
      session.first("SELECT COUNT(*) AS others FROM people WHERE administrator = $1 AND active = $1 AND id <> $2",
                    {true, id}, [](const store::Row& row) { return row.integer("others"); });
  return others.value_or(0) != 0;
}

void require_another_administrator(store::Session& session, const std::string& id) {
  if (!has_another_administrator(session, id)) {
    throw Refusal(409, "identity.last_administrator",
                  "this is the last administrator; make another person one before this one goes");
  }
}

bool take_code(store::Session& session, const Person& person, std::string_view code, std::int64_t now) {
  if (!person.totp_secret) return false;
  if (const auto step = matching_step(*person.totp_secret, code, now, person.totp_step)) {
    return session.run("UPDATE people SET totp_step = $2 WHERE id = $1 AND totp_step < $2", {person.id, *step}) == 1;
  }
  return session.run("DELETE FROM recovery_codes WHERE person_id = $1 AND hash = $2",
                     {person.id, hash_of_recovery_code(code)}) == 1;
}

std::vector<std::string> replace_recovery_codes(store::Session& session, const std::string& person_id) {
  remove_recovery_codes(session, person_id);
  std::vector<std::string> codes;
  for (int i = 0; i < recovery_codes; ++i) {
    codes.push_back(new_recovery_code());
    session.run("INSERT INTO recovery_codes (person_id, hash) VALUES ($1, $2)",
                {person_id, hash_of_recovery_code(codes.back())});
  }
  return codes;
}

void remove_recovery_codes(store::Session& session, const std::string& person_id) {
  session.run("DELETE FROM recovery_codes WHERE person_id = $1", {person_id});
}

}  // namespace wyvern::identity
