#include "identity/passwords.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "operations/operation.hpp"

namespace wyvern::test {
namespace {

using identity::Passwords;
using operations::Refusal;

constexpr Passwords::Cost cheap{std::size_t{64} << 10U, 1};

TEST(Passwords, AreStoredAsArgon2idAndKnownAgain) {
  Passwords passwords(cheap);
  const auto stored = passwords.hash("correct horse");
  EXPECT_THAT(stored, testing::StartsWith("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_NE(stored, passwords.hash("correct horse")) << "each has a salt of its own";
  EXPECT_TRUE(passwords.matches(stored, "correct horse"));
  EXPECT_FALSE(passwords.matches(stored, "correct horsf"));
  EXPECT_FALSE(passwords.matches(stored, ""));
}

TEST(Passwords, NobodysIsNeverRight) {
  Passwords passwords(cheap);
  EXPECT_FALSE(passwords.matches(std::nullopt, "correct horse"));
  EXPECT_FALSE(passwords.matches(std::nullopt, ""));
}

TEST(Passwords, NobodysCostsAsMuchAsAWrongOne) {
  Passwords passwords({std::size_t{16} << 20U, 2});
  const auto stored = passwords.hash("correct horse");
  const auto fastest = [&](const std::optional<std::string>& known) {
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      EXPECT_FALSE(passwords.matches(known, "wrong"));
      best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
    }
    return best;
  };
  EXPECT_GT(fastest(std::nullopt), fastest(stored) / 2);
}

TEST(Passwords, AreEightTo1024BytesLong) {
  Passwords passwords(cheap);
  for (const std::size_t size : {0, 7, 1025}) EXPECT_THROW(passwords.hash(std::string(size, 'x')), Refusal) << size;
  for (const std::size_t size : {8, 1024}) EXPECT_NO_THROW(passwords.hash(std::string(size, 'x'))) << size;
}

TEST(Passwords, OfAnotherCostAreOutdated) {
  Passwords passwords(cheap);
  Passwords dearer({std::size_t{128} << 10U, 2});
  const auto stored = passwords.hash("correct horse");
  EXPECT_FALSE(passwords.is_outdated(stored));
  EXPECT_TRUE(dearer.is_outdated(stored));
  EXPECT_TRUE(dearer.matches(stored, "correct horse")) << "and still known";
}

TEST(Passwords, ManyAtOnceAreRefusedBeyondAFew) {
  constexpr int callers = 40;
  Passwords passwords({std::size_t{16} << 20U, 4});
  std::latch ready(callers);
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      try {
        passwords.matches(std::nullopt, "wrong");
        ++served;
      } catch (const Refusal& refusal) {
        EXPECT_EQ(refusal.status, 503);
        ++refused;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(served + refused, callers);
  EXPECT_GE(served, 8);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace wyvern::test
