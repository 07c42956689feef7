#include "kit/lifecycle.hpp"

namespace wyvern::conformance {

std::set<std::string> declared_metrics() {
  std::set<std::string> names;
  if (given().manifest.is_object())
    for (const auto& metric : given().manifest.value("metrics", Json::array())) names.insert(metric.value("name", ""));
  return names;
}

void Lifecycle::live_once() {
  CheckingHost host{{}, declared_metrics()};
  Instance instance(host);
  ASSERT_TRUE(is_ok(instance.create())) << "create";
  ASSERT_TRUE(is_ok(instance.prepare())) << "prepare";
  ASSERT_TRUE(is_ok(instance.start())) << "start";
  ASSERT_TRUE(is_ok(instance.stop())) << "stop";
  instance.destroy();
}

}  // namespace wyvern::conformance
