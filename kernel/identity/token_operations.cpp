// The contract's /tokens: API tokens and open sessions.
#include "identity/identity.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Refusal;
using operations::Reply;

constexpr std::int64_t longest_lifetime_s = 10LL * 366 * 24 * 3600;

// Whose tokens the call is about: the caller's, or, for an administrator, whose it names.
std::string person_of(const Call& call) {
  if (!call.has("person_id") || call.text("person_id") == call.caller.id) return call.caller.id;
  if (!call.caller.administrator) {
    throw Refusal(403, "access.administrator", "an administrator is required for the tokens of others");
  }
  return call.text("person_id");
}

Reply list(Identity& identity, const Call& call) {
  const auto person = person_of(call);
  return identity.store().read([&](store::Session& session) -> Reply {
    Json all = Json::array();
    for (const auto& token : tokens_of(session, person, operations::Page(call))) all.push_back(token.json());
    return all;
  });
}

Reply create(Identity& identity, Call& call) {
  const std::string text = new_token();
  Token token;
  token.id = store::new_uuid();
  token.person_id = person_of(call);
  token.kind = "api";
  token.name = checked_name(call.text("name"));
  token.read_only = call.input.value("read_only", false);
  if (call.has("project_id")) token.project_id = call.text("project_id");
  token.created_at = store::Timestamp::now();
  if (call.has("expires_in_s")) {
    token.expires_at = {token.created_at.us + call.input["expires_in_s"].get<std::int64_t>() * 1'000'000};
  }
  identity.change([&](store::Session& session) {
    session.concerns(token.id);
    (void)get_person(session, token.person_id);
    if (token.project_id) (void)get_project(session, *token.project_id);
    const auto shown = find_token_by_hash(session, call.caller.proof);
    const bool outlives = shown && shown->kind == "api" && shown->expires_at &&
                          token.expires_at.value_or(store::Timestamp{INT64_MAX}) > *shown->expires_at;
    if (!shown || shown->narrowed() || outlives) {
      throw Refusal(403, "identity.narrowed", "a token makes no token that could do more, or for longer, than itself");
    }
    add_token(session, token, text);
  });
  Json body = token.json();
  body["token"] = text;
  Reply reply(body);
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

Reply remove(Identity& identity, const Call& call) {
  identity.change([&](store::Session& session) {
    const auto token = find_token(session, call.text("id"));
    const auto shown = find_token_by_hash(session, call.caller.proof);
    const bool mine = token && token->person_id == call.caller.id && shown && !shown->narrowed();
    // A token of others is not even said to exist.
    if (!token || (!mine && !call.caller.administrator)) {
      throw Refusal(404, "identity.token_not_found", "there is no token " + call.text("id"));
    }
    remove_token(session, token->id);
  });
  return Json{{"deleted", true}};
}

}  // namespace

void add_token_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "people", identity);
  const Json id = {{"type", "string"}, {"format", "uuid"}};
  const Json whose = {
      {"type", "string"}, {"format", "uuid"}, {"description", "The caller by default; others' for administrators."}};
  Json listed = operations::Page::properties();
  listed["person_id"] = whose;
  group.add({.name = "tokens.list",
             .summary = "A person's tokens and open sessions, oldest first; never what was shown once",
             .method = "GET",
             .path = "/tokens",
             .permission = Permission::signed_in,
             .request = {{"properties", listed}},
             .response = {{"type", "array"}, {"items", token_schema()}},
             .idempotent = true},
            &list);
  Json created = token_schema();
  created["properties"]["token"] = {{"type", "string"}, {"description", "Shown this once."}};
  group.add({.name = "tokens.create",
             .summary = "Makes an API token, shown once",
             .method = "POST",
             .path = "/tokens",
             .permission = Permission::signed_in,
             .request = {{"required", {"name"}},
                         {"properties",
                          {{"name", {{"type", "string"}, {"minLength", 1}, {"maxLength", longest_name}}},
                           {"person_id", whose},
                           {"read_only", {{"type", "boolean"}, {"description", "It may change nothing."}}},
                           {"project_id",
                            {{"type", "string"}, {"format", "uuid"}, {"description", "It reaches this one only."}}},
                           {"expires_in_s",
                            {{"type", "integer"},
                             {"minimum", 1},
                             {"maximum", longest_lifetime_s},
                             {"description", "Without one it does not expire."}}}}}},
             .response = created,
             .secret_answer = true,
             .success = 201},
            &create);
  group.add({.name = "tokens.delete",
             .summary = "Removes a token, or ends a session",
             .method = "DELETE",
             .path = "/tokens/{id}",
             .permission = Permission::signed_in,
             .request = {{"properties", {{"id", id}}}},
             .response = {{"type", "object"}, {"properties", {{"deleted", {{"type", "boolean"}}}}}},
             .idempotent = true},
            &remove);
}

}  // namespace wyvern::identity
