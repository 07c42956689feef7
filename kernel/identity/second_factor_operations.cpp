// The second factor of the caller: begun, confirmed by a first code, removed.
#include "identity/identity.hpp"
#include "identity/one_time_code.hpp"
#include "operations/group.hpp"

namespace wyvern::identity {
namespace {

using operations::Call;
using operations::Refusal;
using operations::Reply;

Person caller_of(Identity& identity, Call& call) {
  call.subject = call.caller.id;
  return identity.store().read([&](store::Session& session) { return get_person(session, call.caller.id); });
}

Reply begin(Identity& identity, Call& call) {
  const auto person = caller_of(identity, call);
  require_password(identity, call, person, call.text("password"));
  const auto secret = new_totp_secret();
  identity.change([&](store::Session& session) {
    auto current = get_person(session, person.id);
    if (current.totp) throw Refusal(409, "identity.totp_exists", "there is a second factor already; remove it first");
    current.totp_secret = secret;
    save_person(session, current);
  });
  return Json{{"secret", secret}, {"uri", totp_uri(secret, person.name)}};
}

Reply confirm(Identity& identity, Call& call) {
  const auto person = caller_of(identity, call);
  Throttle::Attempt attempt(identity.throttle(), person.name, call.caller.remote_address);
  const auto codes = identity.change([&](store::Session& session) {
    auto current = get_person(session, person.id);
    if (current.totp || !current.totp_secret) {
      throw Refusal(409, "identity.totp_not_begun", "no second factor waits to be confirmed; begin with one");
    }
    const auto step = matching_step(*current.totp_secret, call.text("code"), store::Timestamp::now().us / 1'000'000,
                                    current.totp_step);
    if (!step) throw Refusal(403, "identity.wrong_code", "the code is wrong; is the clock of the authenticator right?");
    current.totp = true;
    current.totp_step = *step;
    save_person(session, current);
    return replace_recovery_codes(session, current.id);
  });
  attempt.unfinished();
  return Json{{"recovery_codes", codes}};
}

Reply remove(Identity& identity, Call& call) {
  const auto person = caller_of(identity, call);
  require_password(identity, call, person, call.text("password"));
  identity.change([&](store::Session& session) {
    auto current = get_person(session, person.id);
    current.totp = false;
    current.totp_secret.reset();
    save_person(session, current);
    remove_recovery_codes(session, current.id);
  });
  return Json{{"removed", true}};
}

}  // namespace

void add_second_factor_operations(operations::Table& table, Identity& identity) {
  operations::Group<Identity> group(table, "auth", identity);
  const Json text = {{"type", "string"}};
  const Json password = {{"required", {"password"}},
                         {"properties", {{"password", {{"type", "string"}, {"maxLength", Passwords::longest}}}}}};
  group.add({.name = "auth.totp.begin",
             .summary = "A secret for the caller's authenticator, shown once; it counts when a code confirmed it",
             .method = "POST",
             .path = "/auth/totp",
             .permission = Permission::signed_in,
             .request = password,
             .response = {{"type", "object"}, {"properties", {{"secret", text}, {"uri", text}}}},
             .secret_answer = true,
             .secret_request = true,
             .blocking = true,
             .success = 201},
            &begin);
  group.add(
      {.name = "auth.totp.confirm",
       .summary = "Asks for codes from now on; the answer holds the recovery codes, shown once",
       .method = "POST",
       .path = "/auth/totp/confirm",
       .permission = Permission::signed_in,
       .request = {{"required", {"code"}}, {"properties", {{"code", {{"type", "string"}, {"maxLength", 64}}}}}},
       .response = {{"type", "object"}, {"properties", {{"recovery_codes", {{"type", "array"}, {"items", text}}}}}},
       .secret_answer = true,
       .secret_request = true},
      &confirm);
  group.add({.name = "auth.totp.remove",
             .summary = "Removes the caller's second factor",
             .method = "POST",
             .path = "/auth/totp/remove",
             .permission = Permission::signed_in,
             .request = password,
             .response = {{"type", "object"}, {"properties", {{"removed", {{"type", "boolean"}}}}}},
             .secret_request = true,
             .blocking = true},
            &remove);
}

}  // namespace wyvern::identity
