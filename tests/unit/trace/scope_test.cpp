#include "trace/scope.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace wyvern::trace {
namespace {

TEST(Scope, SaysForWhomThisThreadWorksAndNoOther) {
  EXPECT_EQ(current(), nullptr);
  EXPECT_EQ(request_id(), "");
  const Scope scope(of_call({}, {}, "r-1"));
  ASSERT_NE(current(), nullptr);
  EXPECT_EQ(request_id(), "r-1");
  bool elsewhere = true;
  std::thread([&] { elsewhere = current() != nullptr; }).join();
  EXPECT_FALSE(elsewhere);
}

TEST(Scope, WithinAnotherGivesWayToItAgain) {
  const Scope outer(of_call({}, {}, "r-1"));
  {
    const Scope inner(of_call({}, {}, "r-2"));
    EXPECT_EQ(request_id(), "r-2");
    const Scope nobody(std::nullopt);
    EXPECT_EQ(current(), nullptr);
  }
  EXPECT_EQ(request_id(), "r-1");
}

TEST(Scope, IsCarriedToAThreadThatGoesOn) {
  const Scope scope(of_call({}, {}, "r-1"));
  const std::string trace_id = current()->id();
  std::string there;
  std::thread([&there, asked = carried()] {
    const Scope same(asked);
    there = current()->id();
  }).join();
  EXPECT_EQ(there, trace_id);
}

TEST(Scope, OfNobodyIsCarriedAsNobody) { EXPECT_FALSE(carried().has_value()); }

}  // namespace
}  // namespace wyvern::trace
