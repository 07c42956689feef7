// The second factor, with the published vectors of RFC 6238.
#include "identity/one_time_code.hpp"

#include <gtest/gtest.h>

#include "identity/people.hpp"

namespace wyvern::test {
namespace {

using namespace wyvern::identity;

constexpr const char* secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // "12345678901234567890"

TEST(OneTimeCode, IsThatOfThePublishedVectors) {
  EXPECT_EQ(totp_code(secret, totp_step(59)), "287082");
  EXPECT_EQ(totp_code(secret, totp_step(1111111109)), "081804");
  EXPECT_EQ(totp_code(secret, totp_step(1111111111)), "050471");
  EXPECT_EQ(totp_code(secret, totp_step(1234567890)), "005924");
  EXPECT_EQ(totp_code(secret, totp_step(2000000000)), "279037");
  EXPECT_EQ(totp_code(secret, totp_step(20000000000)), "353130");
}

TEST(OneTimeCode, IsGoodOneStepEarlyAndOneLateAndNoFurther) {
  const std::int64_t now = 1234567890;
  for (const int off : {-1, 0, 1}) {
    EXPECT_EQ(matching_step(secret, totp_code(secret, totp_step(now) + off), now, 0), totp_step(now) + off) << off;
  }
  for (const int off : {-2, 2}) {
    EXPECT_EQ(matching_step(secret, totp_code(secret, totp_step(now) + off), now, 0), std::nullopt) << off;
  }
}

TEST(OneTimeCode, OfAStepThatWasTakenOrOfOneBeforeItIsRefused) {
  const std::int64_t now = 1234567890;
  const auto step = totp_step(now);
  EXPECT_EQ(matching_step(secret, totp_code(secret, step), now, step), std::nullopt);
  EXPECT_EQ(matching_step(secret, totp_code(secret, step - 1), now, step), std::nullopt);
  EXPECT_EQ(matching_step(secret, totp_code(secret, step + 1), now, step), step + 1);
}

TEST(OneTimeCode, OfAnotherLengthIsRefused) {
  EXPECT_EQ(matching_step(secret, "", 59, 0), std::nullopt);
  EXPECT_EQ(matching_step(secret, "2870820", 59, 0), std::nullopt);
}

TEST(OneTimeCode, ASecretIsOneHundredAndSixtyRandomBitsInBase32) {
  const auto one = new_totp_secret();
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
  EXPECT_NE(one, new_totp_secret());
  EXPECT_EQ(totp_uri("ABC", "a b/c"), "otpauth://totp/Wyvern:a%20b%2Fc?secret=ABC&issuer=Wyvern");
}

TEST(OneTimeCode, ARecoveryCodeIsKnownHoweverItIsTyped) {
  const auto code = new_recovery_code();
  EXPECT_EQ(code.size(), 19U);
  std::string typed;
  for (const char c : code) {
    if (c != '-') typed += static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(hash_of_recovery_code(typed), hash_of_recovery_code(code));
  EXPECT_NE(hash_of_recovery_code(new_recovery_code()), hash_of_recovery_code(code));
}

}  // namespace
}  // namespace wyvern::test
