// Every plugin: making and ending an instance.
#include "kit/lifecycle.hpp"
#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

class Creation : public Lifecycle {};

TEST_F(Creation, AndDestructionWithoutAStart) {
  created();
  EXPECT_NE(instance.raw(), nullptr);
  instance.destroy();
}

TEST_F(Creation, StartsNoThread) {
  const auto before = look_at_process();
  ASSERT_NO_FATAL_FAILURE(created());
  EXPECT_EQ(more(before.threads, look_at_process().threads), "") << "threads that run after create, before start";
}

TEST_F(Creation, OpensNothing) {
  const auto before = look_at_process();
  ASSERT_NO_FATAL_FAILURE(created());
  EXPECT_EQ(more(before.descriptors, look_at_process().descriptors), "")
      << "descriptors that are open after create: prepare is the time for it";
}

TEST_F(Creation, RefusesAKindThatItHasNot) {
  const auto outcome = instance.create_as("no-such-kind", given().config.dump());
  EXPECT_TRUE(is(WYV_UNSUPPORTED, outcome));
}

TEST_F(Creation, LeavesNothingWhenItFails) {
  CheckingHost other;
  Instance refused(other);
  wyv_instance* out = reinterpret_cast<wyv_instance*>(&other);  // anything but null
  RecordedCall call;
  const auto status = plugin().create(other.table(), view(std::string_view("no-such-kind")),
                                      view(std::string_view("a")), view(std::string_view("{}")), &out, call.context());
  ASSERT_NE(status, WYV_OK);
  EXPECT_EQ(out, nullptr) << "*out after a create that failed";
}

TEST_F(Creation, SaysWhatIsWrong) {
  const auto outcome = instance.create_as("no-such-kind", given().config.dump());
  ASSERT_FALSE(outcome.ok());
  ASSERT_EQ(outcome.reports.size(), 1U) << "reports of a call that failed: one is owed";
  EXPECT_FALSE(outcome.reports[0].message.empty());
}

TEST_F(Creation, ReportsOnTheCallersThread) {
  const auto outcome = instance.create_as("no-such-kind", given().config.dump());
  EXPECT_FALSE(outcome.reported_elsewhere);
}

TEST_F(Creation, ReportsTheStatusThatItReturns) {
  const auto outcome = instance.create_as("no-such-kind", given().config.dump());
  if (outcome.reports.empty()) GTEST_SKIP() << "it reports nothing";
  EXPECT_EQ(outcome.reports[0].status, outcome.status);
}

TEST_F(Creation, GivesErrorsACode) {
  const auto outcome = instance.create_as("no-such-kind", given().config.dump());
  if (outcome.reports.empty()) GTEST_SKIP() << "it reports nothing";
  const auto& code = outcome.reports[0].code;
  EXPECT_FALSE(code.empty());
  EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-"), std::string::npos)
      << "'" << code << "': codes are dotted and in lower case";
}

TEST_F(Creation, SurvivesGarbage) {
  for (const char* garbage : {"", "{", "[]", "null", "\"x\"", "{\"a\":", "\xff\xfe", "{}{}", "1e999"}) {
    Instance one(host);
    (void)one.create_as(given().kind, garbage);  // refused or not: it may trust the host, but not crash
  }
}

TEST_F(Creation, RefusesWhatIsNotJson) {
  const auto outcome = instance.create_as(given().kind, "{\"a\":");
  EXPECT_TRUE(is(WYV_INVALID, outcome));
}

TEST_F(Creation, TakesLongAndForeignNames) {
  for (const std::string& name : {std::string(255, 'n'), std::string("Кана\xc5\x82 \xe4\xb8\x80"), std::string()}) {
    Instance one(host, name);
    ASSERT_TRUE(is_ok(one.create())) << "with the name '" << name << "'";
  }
}

TEST_F(Creation, OfSeveralAtOnce) {
  Instance second(host, "second");
  Instance third(host, "third");
  ASSERT_NO_FATAL_FAILURE(created());
  ASSERT_TRUE(is_ok(second.create()));
  ASSERT_TRUE(is_ok(third.create()));
  EXPECT_NE(instance.raw(), second.raw());
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  ASSERT_TRUE(is_ok(instance.stop()));
  instance.destroy();
  ASSERT_TRUE(is_ok(third.prepare())) << "after another instance was destroyed";
}

TEST_F(Creation, LivesWithoutTheHostsServices) {
  CheckingHost bare({.log = false, .metrics = false});
  Instance alone(bare);
  ASSERT_TRUE(is_ok(alone.create()));
  ASSERT_TRUE(is_ok(alone.prepare()));
  ASSERT_TRUE(is_ok(alone.start()));
  ASSERT_TRUE(is_ok(alone.stop()));
}

TEST_F(Creation, LivesInANewerHost) {
  CheckingHost newer({.longer = true}, declared_metrics());
  Instance one(newer);
  ASSERT_TRUE(is_ok(one.create()));
  ASSERT_TRUE(is_ok(one.prepare()));
  ASSERT_TRUE(is_ok(one.start()));
  ASSERT_TRUE(is_ok(one.stop()));
}

}  // namespace
}  // namespace wyvern::conformance
