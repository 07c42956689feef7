// Who calls: the first administrator, and tokens.
#include "identity/identity.hpp"

#include <gmock/gmock.h>

#include "event_store.hpp"

namespace wyvern::test {
namespace {

using identity::add_token;
using identity::get_person;
using identity::grant;
using identity::Identity;
using identity::remove_person;
using identity::replace_recovery_codes;
using identity::require_another_administrator;
using identity::revoke;
using identity::save_person;
using operations::Permission;
using operations::Refusal;
using testing::IsEmpty;
using testing::SizeIs;

operations::Credentials showing(std::string token) {
  operations::Credentials credentials;
  credentials.credential = std::move(token);
  credentials.remote_address = "127.0.0.1";
  return credentials;
}

TEST(Identity, TheFirstStartMakesAnAdministratorWithAGeneratedToken) {
  EventStore database;
  Identity identity(database.store);
  const auto made = identity.bootstrap("");
  EXPECT_TRUE(made.created);
  ASSERT_FALSE(made.generated_token.empty());
  const auto caller = identity.authenticate(showing(made.generated_token));
  EXPECT_TRUE(caller.administrator);
  EXPECT_EQ(caller.name, "admin");
  EXPECT_EQ(caller.remote_address, "127.0.0.1");
}

TEST(Identity, AConfiguredTokenIsTakenAndNotPrinted) {
  EventStore database;
  Identity identity(database.store);
  const auto made = identity.bootstrap("wyv_configured");
  EXPECT_TRUE(made.created);
  EXPECT_THAT(made.generated_token, IsEmpty());
  EXPECT_TRUE(identity.authenticate(showing("wyv_configured")).administrator);
}

TEST(Identity, ASecondStartMakesNobody) {
  EventStore database;
  Identity identity(database.store);
  identity.bootstrap("one");
  EXPECT_FALSE(identity.bootstrap("two").created);
  EXPECT_THAT(database.rows("SELECT id FROM people"), SizeIs(1));
  EXPECT_THROW(identity.authenticate(showing("two")), Refusal);
}

TEST(Identity, ATokenIsStoredAsItsHashOnly) {
  EventStore database;
  Identity identity(database.store);
  identity.bootstrap("wyv_configured");
  const auto tokens = database.rows("SELECT hash FROM tokens");
  ASSERT_THAT(tokens, SizeIs(1));
  EXPECT_EQ(tokens[0]["hash"], identity::hash_of_token("wyv_configured"));
}

TEST(Identity, WhoShowsNothingIsNobody) {
  EventStore database;
  Identity identity(database.store);
  const auto caller = identity.authenticate(showing(""));
  EXPECT_FALSE(caller.signed_in());
  EXPECT_FALSE(identity.may(caller, Permission::view, std::nullopt));
}

TEST(Identity, AnUnknownTokenIs401) {
  EventStore database;
  Identity identity(database.store);
  identity.bootstrap("one");
  try {
    identity.authenticate(showing("ones"));
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.status, 401);
  }
}

TEST(Identity, AnExpiredTokenIs401) {
  EventStore database;
  Identity identity(database.store);
  identity.bootstrap("one");
  database.run("UPDATE tokens SET expires_at = $1", {store::Timestamp{store::Timestamp::now().us - 1}});
  EXPECT_THROW(identity.authenticate(showing("one")), Refusal);
}

TEST(Identity, ARemovedTokenEndsWithinAMoment) {
  EventStore database;
  Identity identity(database.store);
  identity.bootstrap("one");
  identity.authenticate(showing("one"));
  database.run("DELETE FROM tokens");
  EXPECT_TRUE(database.wait_until([&] {
    try {
      identity.authenticate(showing("one"));
      return false;
    } catch (const Refusal&) {
      return true;
    }
  }));
}

// A person with a token, and what may be done with it.
class People : public testing::Test {
 protected:
  std::string person(const std::string& name, bool administrator = false) {
    identity::Person made;
    made.id = store::new_uuid();
    made.name = name;
    made.administrator = administrator;
    identity.change([&](store::Session& session) { add_person(session, made); });
    return made.id;
  }
  std::string project(const std::string& name) {
    const identity::Project made{store::new_uuid(), name, store::Timestamp::now()};
    identity.change([&](store::Session& session) { add_project(session, made); });
    return made.id;
  }
  void allow(const std::string& project_id, const std::string& person_id, Permission permission) {
    identity.change([&](store::Session& session) { grant(session, project_id, person_id, permission); });
  }
  operations::Caller caller(const std::string& person_id, bool read_only = false,
                            const operations::ProjectId& only = std::nullopt) {
    const auto text = identity::new_token();
    identity.change([&](store::Session& session) {
      add_token(session,
                {.id = store::new_uuid(),
                 .person_id = person_id,
                 .kind = "api",
                 .name = {},
                 .read_only = read_only,
                 .project_id = only,
                 .created_at = store::Timestamp::now(),
                 .expires_at = {}},
                text);
    });
    return identity.authenticate(showing(text));
  }
  bool may_view(const operations::Caller& who, const operations::ProjectId& project_id) {
    return identity.may(who, Permission::view, project_id);
  }
  bool may_edit(const operations::Caller& who, const operations::ProjectId& project_id) {
    return identity.may(who, Permission::edit, project_id);
  }

  EventStore database;
  Identity identity{database.store, {.password_cost = {std::size_t{64} << 10U, 1}}};
};

TEST_F(People, MayWhatTheirProjectsSay) {
  const auto ann = person("ann");
  const auto viewed = project("viewed");
  const auto edited = project("edited");
  const auto foreign = project("foreign");
  allow(viewed, ann, Permission::view);
  allow(edited, ann, Permission::edit);
  const auto who = caller(ann);
  EXPECT_TRUE(may_view(who, viewed));
  EXPECT_FALSE(may_edit(who, viewed));
  EXPECT_TRUE(may_view(who, edited));
  EXPECT_TRUE(may_edit(who, edited));
  for (const operations::ProjectId& other : {operations::ProjectId(foreign), operations::ProjectId()}) {
    EXPECT_FALSE(may_view(who, other));
    EXPECT_FALSE(may_edit(who, other));
  }
}

TEST_F(People, ATokenOfAProjectReachesThatProjectOnlyWhoeverItsPersonIs) {
  const auto one = project("one");
  const auto other = project("other");
  const auto ann = person("ann");
  allow(one, ann, Permission::view);
  allow(other, ann, Permission::edit);
  const auto anns = caller(ann, false, one);
  EXPECT_TRUE(may_view(anns, one));
  EXPECT_FALSE(may_edit(anns, one)) << "a token gives nothing that its person has not";
  EXPECT_FALSE(may_view(anns, other));
  const auto admins = caller(person("root", true), false, one);
  EXPECT_FALSE(admins.administrator);
  EXPECT_TRUE(may_edit(admins, one));
  EXPECT_FALSE(may_view(admins, other));
  EXPECT_FALSE(may_view(admins, std::nullopt));
}

TEST_F(People, AReadOnlyTokenSaysSo) {
  EXPECT_TRUE(caller(person("root", true), true).read_only);
  EXPECT_FALSE(caller(person("ann")).read_only);
}

TEST_F(People, WhatIsChangedIsKnownAtOnceToWhatOutlivesACall) {
  const auto one = project("one");
  const auto ann = person("ann");
  allow(one, ann, Permission::view);
  auto who = caller(ann);
  ASSERT_TRUE(may_view(who, one));
  identity.change([&](store::Session& session) { revoke(session, one, ann); });
  ASSERT_TRUE(identity.renew(who));
  EXPECT_FALSE(may_view(who, one));
  identity.change([&](store::Session& session) {
    auto gone = get_person(session, ann);
    gone.active = false;
    save_person(session, gone);
  });
  EXPECT_FALSE(identity.renew(who));
}

TEST_F(People, HaveSoManySessionsAtMostAndTheOldestEnds) {
  const auto ann = person("ann");
  const auto sign_in = [&](int minute) {
    identity.change([&](store::Session& session) {
      add_token(session,
                {.id = store::new_uuid(),
                 .person_id = ann,
                 .kind = "session",
                 .name = {},
                 .project_id = {},
                 .created_at = {minute * 60'000'000LL},
                 .expires_at = {}},
                "session " + std::to_string(minute));
    });
  };
  for (int i = 0; i <= identity::most_sessions; ++i) sign_in(i);
  EXPECT_THROW(identity.authenticate(showing("session 0")), Refusal);
  EXPECT_NO_THROW(identity.authenticate(showing("session 1")));
  EXPECT_THAT(database.rows("SELECT id FROM tokens"), SizeIs(identity::most_sessions));
}

TEST_F(People, HaveSoManyTokensAtMost) {
  const auto ann = person("ann");
  for (int i = 0; i < identity::most_tokens; ++i) caller(ann);
  EXPECT_THROW(caller(ann), Refusal);
}

TEST_F(People, ARecoveryCodeWorksOnceAndForItsPersonOnly) {
  const auto ann = person("ann");
  const auto bob = person("bob");
  identity.change([&](store::Session& session) {
    for (const auto& id : {ann, bob}) {
      auto who = get_person(session, id);
      who.totp_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
      who.totp = true;
      save_person(session, who);
    }
  });
  const auto codes = identity.change([&](store::Session& session) { return replace_recovery_codes(session, ann); });
  ASSERT_THAT(codes, SizeIs(10));
  const auto take = [&](const std::string& id, const std::string& code) {
    return identity.change(
        [&](store::Session& session) { return take_code(session, get_person(session, id), code, 59); });
  };
  EXPECT_FALSE(take(bob, codes[0]));
  EXPECT_TRUE(take(ann, codes[0]));
  EXPECT_FALSE(take(ann, codes[0]));
  EXPECT_TRUE(take(ann, codes[1]));
  EXPECT_TRUE(take(ann, "287082")) << "the authenticator's code";
  EXPECT_FALSE(take(ann, "287082")) << "which works once too";
  EXPECT_TRUE(take(bob, "287082"));
}

TEST_F(People, TheLastAdministratorIsNotLetGo) {
  const auto one = person("one", true);
  const auto other = person("other", true);
  const auto require = [&](const std::string& id) {
    identity.change([&](store::Session& session) { require_another_administrator(session, id); });
  };
  EXPECT_NO_THROW(require(one));
  identity.change([&](store::Session& session) { remove_person(session, other); });
  EXPECT_THROW(require(one), Refusal);
}

TEST(Identity, GeneratedTokensDiffer) { EXPECT_NE(identity::new_token(), identity::new_token()); }

}  // namespace
}  // namespace wyvern::test
