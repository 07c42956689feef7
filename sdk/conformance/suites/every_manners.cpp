// Every plugin: deadlines, cancellation, the clock, and what it says to the host.
#include <cmath>
#include <map>

#include "kit/faults.hpp"
#include "kit/lifecycle.hpp"

namespace wyvern::conformance {
namespace {

// How long after its deadline a call may still come back.
constexpr std::chrono::milliseconds grace(1000);

class Deadline : public Lifecycle {};
class Cancellation : public Lifecycle {};
class Clock : public Lifecycle {};
class Log : public Lifecycle {};
class Metrics : public Lifecycle {};

// `otherwise`: the status with which it may fail.
::testing::AssertionResult in_time(const Outcome& outcome, wyv_status otherwise) {
  if (!outcome.ok() && outcome.status != otherwise)
    return ::testing::AssertionFailure() << to_string(outcome) << " instead of WYV_OK or " << status_name(otherwise);
  if (outcome.took > grace)
    return ::testing::AssertionFailure() << "it took "
                                         << std::chrono::duration_cast<std::chrono::milliseconds>(outcome.took).count()
                                         << " ms";
  return ::testing::AssertionSuccess();
}

constexpr Terms passed{.timeout = std::chrono::nanoseconds(0)};
constexpr Terms withdrawn{.cancelled = true};

TEST_F(Deadline, OfPrepareIsHonoured) {
  created();
  EXPECT_TRUE(in_time(instance.prepare(passed), WYV_TIMEOUT));
}
TEST_F(Deadline, OfStartIsHonoured) {
  prepared();
  EXPECT_TRUE(in_time(instance.start(passed), WYV_TIMEOUT));
}
TEST_F(Deadline, OfDrainIsHonoured) {
  started();
  EXPECT_TRUE(in_time(instance.drain(passed), WYV_TIMEOUT));
}
TEST_F(Deadline, OfStopIsHonoured) {
  started();
  EXPECT_TRUE(in_time(instance.stop(passed), WYV_TIMEOUT));
}
TEST_F(Deadline, OfNoneIsTaken) {
  created();
  EXPECT_TRUE(is_ok(instance.prepare({.timeout = std::chrono::nanoseconds::max()})));
}

TEST_F(Cancellation, OfPrepareIsHeard) {
  created();
  EXPECT_TRUE(in_time(instance.prepare(withdrawn), WYV_CANCELLED));
}
TEST_F(Cancellation, OfStartIsHeard) {
  prepared();
  EXPECT_TRUE(in_time(instance.start(withdrawn), WYV_CANCELLED));
}
TEST_F(Cancellation, OfDrainIsHeard) {
  started();
  EXPECT_TRUE(in_time(instance.drain(withdrawn), WYV_CANCELLED));
}
TEST_F(Cancellation, LeavesTheWayBack) {
  created();
  const auto outcome = instance.prepare(withdrawn);
  if (outcome.ok()) GTEST_SKIP() << "prepare was done before it could be cancelled";
  ASSERT_TRUE(is_ok(instance.stop())) << "after a prepare that ended " << to_string(outcome);
  EXPECT_TRUE(is_ok(instance.prepare())) << "after a prepare that was cancelled, and a stop";
}

// How long a plugin takes to end when nothing happens to the clock.
std::chrono::nanoseconds usual_end() {
  CheckingHost host{{}, declared_metrics()};
  Instance instance(host);
  if (!instance.create().ok() || !instance.prepare().ok() || !instance.start().ok()) return {};
  const auto took = instance.drain().took + instance.stop().took;
  instance.destroy();
  return took;
}

TEST_F(Clock, MayJumpForward) {
  const auto usual = usual_end();
  prepared();
  jump_wall_clock(std::chrono::hours(25));
  ASSERT_TRUE(is_ok(instance.start()));
  const auto outcome = instance.stop();
  EXPECT_TRUE(is_ok(outcome));
  EXPECT_LE(outcome.took, usual + grace);
}

TEST_F(Clock, MayJumpBack) {
  const auto usual = usual_end();
  started();
  jump_wall_clock(-std::chrono::hours(25));
  const auto drained = instance.drain();
  EXPECT_TRUE(is_ok(drained));
  EXPECT_LE(drained.took + instance.stop().took, usual + grace);
}

TEST_F(Log, HasKnownLevels) {
  started();
  instance.destroy();
  for (const auto& line : host.lines()) {
    EXPECT_GE(line.level, WYV_LOG_TRACE) << line.message;
    EXPECT_LE(line.level, WYV_LOG_ERROR) << line.message;
  }
}

TEST_F(Log, HasFieldsAsAJsonObject) {
  started();
  instance.destroy();
  for (const auto& line : host.lines()) {
    if (line.fields.empty()) continue;
    EXPECT_TRUE(Json::parse(line.fields, nullptr, false).is_object()) << line.message << ": " << line.fields;
  }
}

TEST_F(Log, HasMessages) {
  started();
  instance.destroy();
  for (const auto& line : host.lines()) EXPECT_FALSE(line.message.empty());
}

// Values of the properties that the schema marks as secret.
std::vector<std::string> secrets_in(const Json& schema, const Json& config) {
  std::vector<std::string> found;
  const auto properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items())
    if (property.value("x-secret", false) && config.contains(name) && config[name].is_string())
      found.push_back(config[name].get<std::string>());
  return found;
}

TEST_F(Log, KeepsSecrets) {
  const auto secrets = secrets_in(given().manifest.at("schema"), given().config);
  if (secrets.empty()) GTEST_SKIP() << "its configuration has no secret (x-secret)";
  started();
  instance.destroy();
  for (const auto& line : host.lines())
    for (const auto& secret : secrets)
      EXPECT_EQ((line.message + line.fields).find(secret), std::string::npos) << "a secret is logged: " << line.message;
}

TEST_F(Log, IsNotWrittenToAfterDestroy) {
  const auto before = look_at_process();
  started();
  instance.destroy();
  host.close();
  (void)settle(before, std::chrono::milliseconds(500));  // what it left running has time to show itself
  std::string calls;
  for (const auto& call : host.late_calls()) calls += call + " ";
  EXPECT_EQ(calls, "") << "calls of the host after destroy";
}

TEST_F(Metrics, AreDeclared) {
  started();
  instance.destroy();
  const auto declared = declared_metrics();
  for (const auto& metric : host.metrics())
    EXPECT_TRUE(declared.contains(metric.name)) << metric.name << " is not in the manifest";
}

TEST_F(Metrics, AreOfTheDeclaredType) {
  started();
  instance.destroy();
  std::map<std::string, std::string> types;
  for (const auto& metric : given().manifest.value("metrics", Json::array()))
    types[metric.value("name", "")] = metric.value("type", "");
  for (const auto& metric : host.metrics()) {
    if (!types.contains(metric.name)) continue;
    EXPECT_EQ(types[metric.name], metric.type == WYV_METRIC_COUNTER ? "counter" : "gauge") << metric.name;
  }
}

TEST_F(Metrics, ThatCountOnlyRise) {
  created();
  for (int life = 0; life < 3; ++life) {
    if (!instance.prepare().ok()) break;
    ASSERT_TRUE(is_ok(instance.start()));
    ASSERT_TRUE(is_ok(instance.stop()));
  }
  instance.destroy();
  std::map<std::string, double> last;
  for (const auto& metric : host.metrics()) {
    if (metric.type != WYV_METRIC_COUNTER) continue;
    const auto key = metric.name + metric.labels;
    EXPECT_GE(metric.value, last[key]) << key;
    last[key] = metric.value;
  }
}

TEST_F(Metrics, AreNumbers) {
  started();
  instance.destroy();
  for (const auto& metric : host.metrics()) EXPECT_TRUE(std::isfinite(metric.value)) << metric.name;
}

}  // namespace
}  // namespace wyvern::conformance
