#include "audit/floods.hpp"

#include <gtest/gtest.h>

namespace wyvern::test {
namespace {

using audit::Floods;
using operations::Outcome;

class Flood : public testing::Test {
 protected:
  static operations::Deed deed(const std::string& address = "192.0.2.1:1", const std::string& person = "") {
    operations::Caller caller;
    caller.id = person;
    caller.remote_address = address;
    return {"projects.create", caller, "", std::nullopt, "r"};
  }
  bool counted(const operations::Deed& deed, const std::string& code = "access.token_required") {
    return floods.count(deed, {Outcome::refused, 401, code});
  }

  Floods::Clock::time_point now{std::chrono::hours(1000)};
  Floods floods{[this] { return now; }};
};

TEST_F(Flood, IsCountedBeyondSomeAMinuteAndToldWhenTheMinuteIsOver) {
  for (int i = 0; i < Floods::listed; ++i) EXPECT_FALSE(counted(deed())) << i;
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(counted(deed("192.0.2.1:" + std::to_string(i)))) << i;
  EXPECT_TRUE(floods.take().empty());
  now += Floods::window;
  const auto told = floods.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].times, 7);
  EXPECT_EQ(told[0].deed.caller.remote_address, "192.0.2.1");
  EXPECT_EQ(told[0].verdict.code, "access.token_required");
  EXPECT_FALSE(counted(deed())) << "a new minute";
}

TEST_F(Flood, OfOneDoesNotHideAnother) {
  for (int i = 0; i < Floods::listed + 1; ++i) counted(deed());
  EXPECT_FALSE(counted(deed("192.0.2.2:1")));
  EXPECT_FALSE(counted(deed(), "identity.wrong_login"));
}

TEST_F(Flood, IsNeverMadeOfPeopleOrOfWhatWasDone) {
  for (int i = 0; i < 3 * Floods::listed; ++i) {
    EXPECT_FALSE(counted(deed("192.0.2.1:1", "ann")));
    EXPECT_FALSE(floods.count(deed(), {Outcome::done, 200, ""}));
  }
}

TEST_F(Flood, FromEverywhereIsCountedWithoutAddresses) {
  for (std::size_t i = 0; i < 3 * Floods::most_known; ++i) counted(deed("h" + std::to_string(i) + ":1"));
  const auto told = floods.take(true);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].deed.caller.remote_address, "");
  EXPECT_EQ(told[0].times, static_cast<std::int64_t>(2 * Floods::most_known) - Floods::listed);
}

}  // namespace
}  // namespace wyvern::test
