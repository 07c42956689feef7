// Which versions of the boundary a kernel loads: sdk/VERSIONING.md, line by line.
#include "host/abi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wyvern::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr Abi kernel{3, 2};

std::string refusal(Abi plugin) {
  const auto checked = check_abi(plugin, "abi:", kernel);
  return checked ? "" : checked.error().code + " " + checked.error().message;
}

TEST(Abi, OfThisMajorIsLoadedUpToTheKernelsMinor) {
  EXPECT_EQ(refusal({3, 0}), "");
  EXPECT_EQ(refusal({3, 2}), "");
  EXPECT_THAT(refusal({3, 3}),
              AllOf(HasSubstr("plugin.abi_minor"), HasSubstr("the plugin has ABI 3.3, the kernel 3.2; use a newer")));
}

TEST(Abi, OfTheMajorBeforeIsLoadedWithAnyMinor) {
  EXPECT_EQ(refusal({2, 0}), "");
  EXPECT_EQ(refusal({2, 9}), "");
}

TEST(Abi, OfAnyOtherMajorIsRefusedWithTheRemedy) {
  EXPECT_THAT(refusal({1, 0}), AllOf(HasSubstr("plugin.abi_major"), HasSubstr("older"), HasSubstr("rebuild")));
  EXPECT_THAT(refusal({4, 0}), AllOf(HasSubstr("plugin.abi_major"), HasSubstr("newer"), HasSubstr("newer kernel")));
}

TEST(Abi, OfADraftMustBeTheKernelsOwn) {
  EXPECT_TRUE(check_draft("wyvern.capture/0", {3, 2}, "provides:", kernel));
  EXPECT_TRUE(check_draft("wyvern.output/1", {3, 1}, "provides:", kernel));
  EXPECT_TRUE(check_draft("wyvern.output/10", {3, 1}, "provides:", kernel));
  const auto refused = check_draft("wyvern.capture/0", {3, 1}, "provides:", kernel);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "plugin.draft");
  EXPECT_THAT(refused.error().message,
              HasSubstr("provides: wyvern.capture/0 is a draft: the plugin has ABI 3.1, the kernel 3.2; rebuild"));
}

}  // namespace
}  // namespace wyvern::host
