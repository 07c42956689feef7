// What most checks begin with: an instance in a certain state.
#pragma once

#include <gtest/gtest.h>

#include "kit/instance.hpp"
#include "kit/process_facts.hpp"

namespace wyvern::conformance {

inline void PrintTo(const Outcome& outcome, std::ostream* out) { *out << to_string(outcome); }

inline ::testing::AssertionResult is_ok(const Outcome& outcome) {
  return outcome.ok() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << to_string(outcome);
}
inline ::testing::AssertionResult is(wyv_status expected, const Outcome& outcome) {
  if (outcome.status == expected) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << to_string(outcome) << " instead of " << status_name(expected);
}

// The names of the metrics that the manifest declares.
std::set<std::string> declared_metrics();

class Lifecycle : public ::testing::Test {
 protected:
  void created() { ASSERT_TRUE(is_ok(instance.create())) << "create"; }
  void prepared() {
    ASSERT_NO_FATAL_FAILURE(created());
    ASSERT_TRUE(is_ok(instance.prepare())) << "prepare";
  }
  void started() {
    ASSERT_NO_FATAL_FAILURE(prepared());
    ASSERT_TRUE(is_ok(instance.start())) << "start";
  }
  // One life from create to destroy, of an instance of its own.
  static void live_once();

  CheckingHost host{{}, declared_metrics()};
  Instance instance{host};
};

}  // namespace wyvern::conformance
