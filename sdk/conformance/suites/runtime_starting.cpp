// Runtimes: what is started, what it gets, and how it is found again.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "suites/runtime_workloads.hpp"

namespace wyvern::conformance {
namespace {

TEST_F(RuntimeTable, HasEveryFunction) { EXPECT_TRUE(calls.whole()) << "none may be absent"; }

TEST_F(Runtime, SaysThatItRuns) {
  const auto workload = calls.start(shell("a", lingers)).json();
  ASSERT_TRUE(workload.is_object());
  EXPECT_EQ(workload.value("state", ""), "running");
}

TEST_F(Runtime, KeepsItsLabels) {
  Json spec = shell("a", lingers);
  spec["labels"]["more"] = "Кана\xc5\x82 \"1\"";
  const auto workload = calls.start(spec).json();
  ASSERT_TRUE(workload.is_object());
  const auto labels = workload.value("labels", Json::object());
  for (const auto& [key, value] : spec["labels"].items())
    EXPECT_EQ(labels.value(key, ""), value) << key << " in " << workload.dump();
}

TEST_F(Runtime, SaysWhenItBegan) {
  using namespace std::chrono;
  const auto workload = calls.start(shell("a", lingers)).json();
  ASSERT_TRUE(workload.is_object() && workload.contains("started_us") && workload["started_us"].is_number_integer())
      << workload.dump();
  const auto now = system_clock::now().time_since_epoch();
  EXPECT_LT(abs(microseconds(workload["started_us"].get<std::int64_t>()) - now), minutes(1))
      << "microseconds since 1970 are expected";
}

TEST_F(Runtime, ListsItAsItWasAnswered) {
  const auto answered = calls.start(shell("a", lingers)).json();
  ASSERT_TRUE(answered.is_object());
  const auto listed = calls.find(answered.value("handle", ""));
  ASSERT_TRUE(listed.is_object()) << "no workload of that handle is in the list";
  for (const char* field : {"labels", "started_us", "pid"})
    EXPECT_EQ(listed.value(field, Json()), answered.value(field, Json())) << field;
}

TEST_F(Runtime, RefusesToStartTheSameTwice) {
  begin("a", lingers);
  EXPECT_TRUE(is(WYV_CONFLICT, calls.start(shell("a", lingers)).outcome));
}

TEST_F(Runtime, GivesThatRefusalItsCode) {
  begin("a", lingers);
  const auto outcome = calls.start(shell("a", lingers)).outcome;
  if (outcome.reports.empty()) GTEST_SKIP() << "it does not refuse it";
  EXPECT_EQ(outcome.reports[0].code, "runtime.already_running");
}

TEST_F(Runtime, NamesTheOneThatRunsAlready) {
  const auto handle = begin("a", lingers);
  const auto outcome = calls.start(shell("a", lingers)).outcome;
  if (outcome.reports.empty()) GTEST_SKIP() << "it does not refuse it";
  EXPECT_NE(outcome.reports[0].cause.find(handle), std::string::npos)
      << "its handle, '" << handle << "', is owed as the cause; this is '" << outcome.reports[0].cause << "'";
}

TEST_F(Runtime, TakesAnotherEpochForAnother) {
  Json spec = shell("a", lingers);
  begin(spec);
  spec["labels"]["wyvern.epoch"] = "2";
  EXPECT_TRUE(is_ok(calls.start(spec).outcome));
}

TEST_F(Runtime, StartsTheSameAgainWhenItHasEnded) {
  calls.await_end(begin("a", "exit 0"));
  EXPECT_TRUE(is_ok(calls.start(shell("a", lingers)).outcome));
}

TEST_F(Runtime, StartsTheSameOnceForManyCallers) {
  std::atomic<int> started = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i)
    callers.emplace_back([&] { started += calls.start(shell("a", lingers)).outcome.ok() ? 1 : 0; });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(started, 1) << "of six callers at once with the same workload";
}

TEST_F(Runtime, StartsManyAtOnce) {
  std::vector<std::thread> callers;
  std::vector<std::string> handles(6);
  for (std::size_t i = 0; i < handles.size(); ++i)
    callers.emplace_back([this, i, &handles] {
      const auto workload = calls.start(shell(std::to_string(i), lingers)).json();
      if (workload.is_object()) handles[i] = workload.value("handle", "");
    });
  for (auto& caller : callers) caller.join();
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const auto workload = calls.find(handles[i]);
    ASSERT_TRUE(workload.is_object()) << "of caller " << i;
    EXPECT_EQ(workload["labels"].value("wyvern.id", ""), std::to_string(i)) << workload.dump();
  }
}

TEST_F(Runtime, PassesArgumentsUnchanged) {
  Json workload = shell("a", R"(for argument do printf '<%s>' "$argument"; done)");
  const std::vector<std::string> arguments{
      "two words", "",  "it's \"quoted\" \\ $HOME `id` *", "Stra\xc3\x9f\x65 \xe4\xb8\x80 \xf0\x9f\x8e\xac",
      "a\nb\tc",   "-c"};
  std::string expected;
  workload["argv"].push_back("sh");
  for (const auto& argument : arguments) {
    workload["argv"].push_back(argument);
    expected += "<" + argument + ">";
  }
  EXPECT_EQ(printed_by(workload), expected);
}

TEST_F(Runtime, GivesItItsEnvironment) {
  Json workload = shell("a", R"(printf '<%s><%s>' "$GIVEN" "$LANG")");
  workload["env"]["GIVEN"] = "a=b 'c'\n\xc3\x9f";
  workload["env"]["LANG"] = "of the workload";
  EXPECT_EQ(printed_by(workload), "<a=b 'c'\n\xc3\x9f><of the workload>");
}

TEST_F(Runtime, InheritsNoEnvironment) {
  setenv("WYVERN_CONTROLLERS_OWN", "a secret", 1);  // NOLINT(concurrency-mt-unsafe): nobody else reads now
  EXPECT_EQ(printed_by(shell("a", R"(printf '<%s>' "$WYVERN_CONTROLLERS_OWN")")), "<>")
      << "a variable of the controller's environment";
}

TEST_F(Runtime, WorksInItsDirectory) {
  Json workload = shell("a", "pwd");
  workload["directory"] = "/proc";
  EXPECT_EQ(printed_by(workload), "/proc\n");
}

TEST_F(Runtime, RefusesAProgramThatDoesNotExist) {
  EXPECT_FALSE(calls.start(spec("a", {"/no/such/program"})).outcome.ok());
}

TEST_F(Runtime, LeavesNothingOfWhatCannotBeStarted) {
  if (calls.start(spec("a", {"/no/such/program"})).outcome.ok()) GTEST_SKIP() << "it was started";
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}}), std::vector<std::string>{}) << "in the list";
}

TEST_F(Runtime, RefusesWhatIsNoWorkload) {
  EXPECT_TRUE(is(WYV_INVALID, calls.start_text("{\"argv\":").outcome)) << "what is not JSON";
  for (const Json& argv : {Json(), Json::array(), Json("sleep"), Json::array({"sleep", 1})}) {
    Json wrong = spec("a", {});
    wrong["argv"] = argv;
    if (argv.is_null()) wrong.erase("argv");
    EXPECT_TRUE(is(WYV_INVALID, calls.start(wrong).outcome)) << wrong.dump();
  }
}

TEST_F(Runtime, NamesTheFieldThatIsWrong) {
  for (const char* field : {"argv", "env", "labels"}) {
    Json wrong = shell("a", lingers);
    wrong[field] = "a text";
    const auto outcome = calls.start(wrong).outcome;
    if (outcome.reports.empty()) GTEST_SKIP() << "it reports nothing";
    EXPECT_NE(outcome.reports[0].message.find(field), std::string::npos)
        << field << ": \"" << outcome.reports[0].message << '"';
  }
}

TEST_F(Runtime, StartsNothingTooLate) {
  const auto outcome = calls.start(shell("a", lingers), {.timeout = std::chrono::nanoseconds(0)}).outcome;
  EXPECT_TRUE(outcome.ok() || outcome.status == WYV_TIMEOUT) << to_string(outcome);
  if (outcome.ok()) GTEST_SKIP() << "it was done before";
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}}).size(), 0U) << "workloads of a start that failed";
}

TEST_F(Runtime, StartsNothingThatIsWithdrawn) {
  const auto outcome = calls.start(shell("a", lingers), {.cancelled = true}).outcome;
  EXPECT_TRUE(outcome.ok() || outcome.status == WYV_CANCELLED) << to_string(outcome);
  if (outcome.ok()) GTEST_SKIP() << "it was done before";
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}}).size(), 0U) << "workloads of a start that failed";
}

TEST_F(Runtime, StartsNothingWhileItDrains) {
  ASSERT_TRUE(is_ok(instance.drain()));
  EXPECT_FALSE(calls.start(shell("a", lingers)).outcome.ok()) << "new work after drain";
}

TEST_F(Runtime, LogsNoSecretOfAnEnvironment) {
  Json workload = shell("a", lingers);
  workload["env"]["TOKEN"] = "longsecret-of-a-workload";
  const auto handle = begin(workload);
  (void)calls.stop(handle);
  ASSERT_TRUE(is_ok(instance.stop()));
  for (const auto& line : host.lines())
    EXPECT_EQ((line.message + line.fields).find("longsecret-of-a-workload"), std::string::npos) << line.message;
}

TEST_F(Runtime, ListsWhatHasEveryLabel) {
  begin("a", lingers);
  const auto second = begin("b", lingers);
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}, {"wyvern.id", "b"}}), std::vector<std::string>{second});
  EXPECT_EQ(calls.handles({{"wyvern.kind", name}, {"wyvern.id", "c"}}), std::vector<std::string>{});
}

TEST_F(Runtime, ListsAllForNoLabels) {
  const auto handle = begin("a", lingers);
  for (const char* labels : {"{}", ""}) {
    const auto all = calls.list(labels).json();
    ASSERT_TRUE(all.is_array()) << "for '" << labels << "'";
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Json& one) { return one.value("handle", "") == handle; }))
        << "for '" << labels << "': " << all.dump();
  }
}

TEST_F(Runtime, ListsTheSameEachTime) {
  for (const char* id : {"a", "b", "c"}) begin(id, lingers);
  const Json own{{"wyvern.kind", name}};
  const auto first = calls.handles(own);
  EXPECT_EQ(first.size(), 3U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(calls.handles(own), first) << "of time " << i;
}

}  // namespace
}  // namespace wyvern::conformance
