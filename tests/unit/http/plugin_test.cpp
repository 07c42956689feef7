// The two surfaces as shared objects, through the C tables alone.
#include <gtest/gtest.h>

#include "loaded_plugin.hpp"
#include "raw_client.hpp"

namespace wyvern::test {
namespace {

TEST(RestPlugin, AnswersAnOperationBelowItsBasePath) {
  FakeHost host;
  host.add_echo("demo.things.get", "/demo/things/{id}");
  LoadedPlugin rest(plugin_file("rest"), host, {{"listen", "127.0.0.1:0"}});
  ASSERT_TRUE(rest.prepare().ok());
  ASSERT_TRUE(rest.start().ok());

  RawClient client(rest.port());
  const auto response = client.get("/api/v1/demo/things/7?colour=blue");
  EXPECT_EQ(response.status, 200);
  const auto body = Json::parse(response.body);
  EXPECT_EQ(body["operation"], "demo.things.get");
  EXPECT_EQ(body["fields"], (Json{{"id", "7"}, {"colour", "blue"}}));
  client.close();

  EXPECT_TRUE(rest.drain().ok());
  EXPECT_TRUE(rest.stop().ok());
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_TRUE(host.faults().empty());
}

}  // namespace
}  // namespace wyvern::test
