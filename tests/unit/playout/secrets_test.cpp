#include "playout/secrets.hpp"

#include <gtest/gtest.h>

namespace wyvern::playout {
namespace {

using Json = nlohmann::json;

const Json kSchema = {{"properties",
                       {{"host", {{"type", "string"}}},
                        {"passphrase", {{"type", "string"}, {"x-secret", true}}},
                        {"login", {{"properties", {{"password", {{"x-secret", true}}}, {"user", Json::object()}}}}},
                        {"anything", true}}}};

TEST(Secrets, AreNotShownAtAnyDepth) {
  const Json shown =
      without_secrets(kSchema, {{"host", "a"}, {"passphrase", "p"}, {"login", {{"user", "u"}, {"password", "w"}}}});
  EXPECT_EQ(shown["host"], "a");
  EXPECT_EQ(shown["login"]["user"], "u");
  EXPECT_EQ(shown["passphrase"], "(secret)");
  EXPECT_EQ(shown["login"]["password"], "(secret)");
}

TEST(Secrets, ThatAreAbsentStayAbsent) { EXPECT_EQ(without_secrets(kSchema, {{"host", "a"}}), (Json{{"host", "a"}})); }

TEST(Secrets, ThatComeBackAsTheyWereShownAreKept) {
  const Json earlier = {{"passphrase", "p"}, {"login", {{"password", "w"}}}};
  const Json kept = with_kept_secrets(kSchema, {{"passphrase", "(secret)"}, {"login", {{"password", "new"}}}}, earlier);
  EXPECT_EQ(kept["passphrase"], "p");
  EXPECT_EQ(kept["login"]["password"], "new");
}

TEST(Secrets, APropertyThatAllowsAnythingHidesNothing) {
  EXPECT_EQ(without_secrets(kSchema, {{"anything", {{"x", 1}}}})["anything"]["x"], 1);
}

TEST(Secrets, AConfigurationThatIsNoObjectIsLeftAlone) { EXPECT_EQ(without_secrets(kSchema, 5), 5); }

}  // namespace
}  // namespace wyvern::playout
