#include "trace/askers.hpp"

#include <gtest/gtest.h>

#include "trace/scope.hpp"

namespace wyvern::trace {
namespace {

void ask(Askers& askers, const std::string& key, const std::string& request_id) {
  const Scope scope(of_call({}, {}, request_id));
  askers.note(key);
}

std::string asker_of(const Askers& askers, const std::string& key) {
  const auto trace = askers.of(key);
  return trace ? trace->request_id : "nobody";
}

TEST(Askers, RememberWhoAskedLast) {
  Askers askers;
  ask(askers, "channel", "r-1");
  ask(askers, "channel", "r-2");
  askers.note("channel");  // nobody: it is still r-2 that waits
  EXPECT_EQ(asker_of(askers, "channel"), "r-2");
  EXPECT_EQ(asker_of(askers, "another"), "nobody");
}

TEST(Askers, ForgetOneButNotWhoAskedMeanwhile) {
  Askers askers;
  ask(askers, "channel", "r-1");
  const auto first = askers.of("channel");
  ask(askers, "channel", "r-2");
  askers.forget("channel", *first);
  EXPECT_EQ(asker_of(askers, "channel"), "r-2");
  askers.forget("channel", *askers.of("channel"));
  EXPECT_EQ(asker_of(askers, "channel"), "nobody");
}

TEST(Askers, HoldNoMoreThanTheLatest) {
  Askers askers(2);
  ask(askers, "a", "r-1");
  ask(askers, "b", "r-2");
  askers.forget("a");
  ask(askers, "c", "r-3");
  EXPECT_EQ(asker_of(askers, "b"), "r-2");
  ask(askers, "d", "r-4");
  EXPECT_EQ(asker_of(askers, "b"), "nobody");
  EXPECT_EQ(asker_of(askers, "c"), "r-3");
  EXPECT_EQ(asker_of(askers, "d"), "r-4");
}

}  // namespace
}  // namespace wyvern::trace
