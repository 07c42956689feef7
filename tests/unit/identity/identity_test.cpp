// Who calls: the first administrator, and tokens.
#include "identity/identity.hpp"

#include <gmock/gmock.h>

#include "event_store.hpp"

namespace wyvern::test {
namespace {

using identity::Identity;
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

TEST(Identity, GeneratedTokensDiffer) { EXPECT_NE(identity::new_token(), identity::new_token()); }

}  // namespace
}  // namespace wyvern::test
