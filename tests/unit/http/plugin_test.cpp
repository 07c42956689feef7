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

TEST(RestPlugin, DescribesItsOperationsBelowItsBasePath) {
  FakeHost host;
  host.add_echo("demo.things.get", "/demo/things/{id}");
  LoadedPlugin rest(plugin_file("rest"), host, {{"listen", "127.0.0.1:0"}, {"base_path", "/x"}});
  ASSERT_TRUE(rest.prepare().ok());
  ASSERT_TRUE(rest.start().ok());
  RawClient client(rest.port());
  const auto document = Json::parse(client.get("/x/openapi.json").body);
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["servers"][0]["url"], "/x");
  EXPECT_EQ(document["paths"]["/demo/things/{id}"]["get"]["operationId"], "demo.things.get");
  EXPECT_EQ(document["info"]["version"], std::string(text(rest.plugin().version)));
}

TEST(RestPlugin, HasAPageOfDocumentationThatLoadsNothingFromElsewhere) {
  FakeHost host;
  host.add_echo("demo.things.get", "/demo/things/{id}");
  host.add({{"name", "demo.<evil>"},
            {"method", "POST"},
            {"path", "/demo/evil"},
            {"summary", "<script>alert(\"&\")</script>"},
            {"success", 201},
            {"request",
             {{"type", "object"},
              {"required", {"name"}},
              {"properties", {{"name", {{"type", "string"}, {"description", "What <b>it</b> is called"}}}}}}}},
           [](const Received&, const Answer& answer) { answer.json(201, "{}"); });
  LoadedPlugin rest(plugin_file("rest"), host, {{"listen", "127.0.0.1:0"}, {"base_path", "/x"}});
  ASSERT_TRUE(rest.prepare().ok());
  ASSERT_TRUE(rest.start().ok());
  RawClient client(rest.port());
  const auto page = client.get("/x/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.header("content-security-policy").find("default-src 'none'"), std::string::npos);
  for (const auto* text : {"id=\"demo.things.get\"", "/demo/things/{id}", "What &lt;b&gt;it&lt;/b&gt; is called",
                           "&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;", "Idempotency-Key"})
    EXPECT_NE(page.body.find(text), std::string::npos) << text;
  for (const auto* text : {"<script", "http://", "https://", "style=", "<b>it"})
    EXPECT_EQ(page.body.find(text), std::string::npos) << text;
  EXPECT_EQ(client.get("/x/docs.css").header("content-type"), "text/css; charset=utf-8");
}

TEST(RestPlugin, FailsToPrepareOnAnOccupiedPortAndSucceedsOnceItIsFree) {
  FakeHost host;
  LoadedPlugin first(plugin_file("rest"), host, {{"listen", "127.0.0.1:0"}});
  ASSERT_TRUE(first.prepare().ok());
  ASSERT_TRUE(first.start().ok());
  LoadedPlugin second(plugin_file("rest"), host, {{"listen", first.address()["listen"]}});
  const auto refused = second.prepare();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().status, WYV_UNAVAILABLE);
  EXPECT_NE(refused.error().message.find("`listen` of the surface 'api'"), std::string::npos);
  ASSERT_TRUE(first.stop().ok());
  EXPECT_TRUE(second.prepare().ok());
}

TEST(RestPlugin, ServesAgainAfterAStop) {
  FakeHost host;
  host.add_echo("health", "/healthz");
  LoadedPlugin rest(plugin_file("rest"), host, {{"listen", "127.0.0.1:0"}});
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(rest.prepare().ok());
    ASSERT_TRUE(rest.start().ok());
    EXPECT_EQ(RawClient(rest.port()).get("/healthz").status, 200);
    ASSERT_TRUE(rest.stop().ok());
    ASSERT_TRUE(rest.stop().ok());
  }
}

TEST(RestPlugin, IsDestroyedAfterEachStepOfItsLife) {
  FakeHost host;
  const Json config{{"listen", "127.0.0.1:0"}};
  { LoadedPlugin created(plugin_file("rest"), host, config); }
  {
    LoadedPlugin prepared(plugin_file("rest"), host, config);
    ASSERT_TRUE(prepared.prepare().ok());
  }
  {
    LoadedPlugin started(plugin_file("rest"), host, config);
    ASSERT_TRUE(started.prepare().ok());
    ASSERT_TRUE(started.start().ok());
  }
}

TEST(WorkerApiPlugin, ServesItsOperationsAtTheRootAndPassesTheCredential) {
  FakeHost host;
  host.add({{"name", "worker.status"}, {"method", "GET"}, {"path", "/status"}},
           [](const Received& call, const Answer& answer) { answer.json(200, Json(call.credential).dump()); });
  LoadedPlugin worker(plugin_file("worker-api"), host, Json::object());
  ASSERT_TRUE(worker.prepare().ok());
  ASSERT_TRUE(worker.start().ok());
  EXPECT_EQ(worker.address()["url"], "http://127.0.0.1:" + std::to_string(worker.port()));
  EXPECT_EQ(RawClient(worker.port()).get("/status", "Authorization: Bearer token\r\n").body, "\"token\"");
  EXPECT_EQ(RawClient(worker.port()).get("/openapi.json").status, 404);
}

}  // namespace
}  // namespace wyvern::test
