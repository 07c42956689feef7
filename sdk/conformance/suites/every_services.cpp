// Every plugin: the tables that it hands out.
#include <algorithm>

#include "kit/lifecycle.hpp"

namespace wyvern::conformance {
namespace {

class Services : public Lifecycle {
 protected:
  static std::string of_the_kind() { return "wyvern." + given().kind + "/1"; }
};

TEST_F(Services, HaveThatOfTheKind) {
  started();
  EXPECT_NE(instance.service(of_the_kind()), nullptr) << of_the_kind();
}

TEST_F(Services, HaveAllThatTheManifestProvides) {
  started();
  for (const auto& name : given().manifest.value("provides", Json::array())) {
    const auto service = name.get<std::string>();
    if (service == of_the_kind() || given().manifest.at("kinds").size() > 1) continue;  // perhaps another kind's
    EXPECT_NE(instance.service(service), nullptr) << service;
  }
}

TEST_F(Services, OfAnUnknownNameAreNull) {
  started();
  EXPECT_EQ(instance.service("wyvern.no-such-service/1"), nullptr);
}

TEST_F(Services, OfAnotherVersionAreNull) {
  started();
  EXPECT_EQ(instance.service("wyvern." + given().kind + "/99"), nullptr);
}

TEST_F(Services, OfNoNameAreNull) {
  started();
  EXPECT_EQ(instance.service(""), nullptr);
}

TEST_F(Services, AreFoundByTheWholeNameOnly) {
  started();
  const auto name = of_the_kind();
  EXPECT_EQ(instance.service(std::string_view(name).substr(0, name.size() - 1)), nullptr) << "a name that is cut off";
  EXPECT_EQ(instance.service(name + "0"), nullptr) << "a name that goes on";
}

TEST_F(Services, AreTheSameEachTime) {
  started();
  const void* first = instance.service(of_the_kind());
  if (first == nullptr) GTEST_SKIP() << "it has no table";
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_EQ(instance.service(of_the_kind()), first) << "after stop: a table lives as long as the library";
}

TEST_F(Services, OfTheHostMayGoAway) {
  started();
  host.revoke();
  ASSERT_TRUE(is_ok(instance.stop())) << "without the host's services";
  instance.destroy();
}

TEST_F(Services, SayTheirSize) {
  started();
  const auto* size = static_cast<const std::uint32_t*>(instance.service(of_the_kind()));
  if (size == nullptr) GTEST_SKIP() << "it has no table";
  EXPECT_GE(*size, sizeof(void*) * 2) << "struct_size, in the first field";
  EXPECT_LE(*size, 4096U) << "struct_size, in the first field";
}

}  // namespace
}  // namespace wyvern::conformance
