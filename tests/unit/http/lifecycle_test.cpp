// From open to stop: addresses, limits on connections, drain, and operations that end late.
#include <thread>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LifecycleTest : public ServerTest {
 protected:
  LifecycleTest() { host.add_echo("things.get", "/things"); }

  Failure open_fails(const http::ListenAddress& listen) {
    settings.listen = listen;
    http::Server other(host.host(), "second", settings);
    try {
      other.open();
    } catch (const Failure& failure) {
      return failure;
    }
    throw std::runtime_error("the address was taken");
  }
};

TEST_F(LifecycleTest, TellsTheRealPortWhereZeroWasConfigured) {
  settings.base_path = "/api/v1";
  serve();
  EXPECT_NE(port, 0);
  EXPECT_EQ(server->url(), "http://127.0.0.1:" + std::to_string(port) + "/api/v1");
}

TEST_F(LifecycleTest, NamesAnOccupiedAddressAndTheRemedy) {
  serve();
  const auto failure = open_fails({"127.0.0.1", port});
  EXPECT_EQ(failure.error().code, "http.address_in_use");
  EXPECT_EQ(failure.error().status, WYV_UNAVAILABLE);
  EXPECT_THAT(failure.what(), HasSubstr("127.0.0.1:" + std::to_string(port)));
  EXPECT_THAT(failure.what(), HasSubstr("another program listens there"));
  EXPECT_THAT(failure.what(), HasSubstr("`listen` of the surface 'second'"));
}

TEST_F(LifecycleTest, NamesAnAddressThatTheMachineDoesNotHave) {
  EXPECT_THAT(open_fails({"192.0.2.1", 0}).what(), HasSubstr("this machine has no such address"));
  EXPECT_THAT(open_fails({"no-such-host.invalid", 0}).what(), HasSubstr("no address is known for that name"));
}

TEST_F(LifecycleTest, ListensOnIpv6) {
  settings.listen = {"::1", 0};
  serve();
  EXPECT_THAT(server->url(), HasSubstr("http://[::1]:"));
  EXPECT_EQ(RawClient(port, 0, true).get("/things").status, 200);
  EXPECT_THROW(RawClient{port}, std::runtime_error) << "IPv4 was not configured";
}

TEST_F(LifecycleTest, ResolvesAName) {
  settings.listen = {"localhost", 0};
  serve();
  EXPECT_NE(port, 0);
}

TEST_F(LifecycleTest, ServesConnectionsThatCameBeforeItServed) {
  server = std::make_unique<http::Server>(host.host(), "api", settings);
  server->open();
  const auto address = server->listening_on();
  RawClient early(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  server->serve(std::make_unique<http::Router>(http::read_operations(Operations(host.host()).list(Context(nullptr))),
                                               std::vector<http::Document>{}, ""));
  EXPECT_EQ(early.get("/things").status, 200);
}

TEST_F(LifecycleTest, TellsOneConnectionTooManyThatItIs) {
  settings.max_connections = 2;
  serve();
  RawClient first(port);
  RawClient second(port);
  EXPECT_EQ(first.get("/things").status, 200);
  EXPECT_EQ(second.get("/things").status, 200);
  RawClient third(port);
  const auto response = third.read();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(code_of(response), "http.too_many_connections");
  EXPECT_EQ(response.header("retry-after"), "1");
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(first.get("/things").status, 200);
}

TEST_F(LifecycleTest, DrainsIdleConnectionsAtOnceAndTakesNoMore) {
  serve();
  RawClient idle(port);
  EXPECT_EQ(idle.get("/things").status, 200);
  std::thread draining([&] { server->drain(patience); });
  EXPECT_TRUE(idle.closed());
  idle.close();
  draining.join();
  EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST_F(LifecycleTest, LetsACallFinishWhileItDrains) {
  Event begun;
  Event go;
  std::thread thread;
  host.add({{"name", "slow"}, {"method", "GET"}, {"path", "/slow"}}, [&](const Received&, const Answer& answer) {
    thread = std::thread([&, answer] {
      go.wait();
      answer.json(200, "{}");
    });
    begun.set();
  });
  serve();
  RawClient client(port);
  client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(begun.wait());
  RawClient idle(port);
  EXPECT_EQ(idle.get("/things").status, 200);
  std::thread draining([&] { server->drain(patience); });
  EXPECT_TRUE(idle.closed());  // so the drain has begun
  idle.close();
  go.set();
  const auto response = client.read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("connection"), "close");
  client.close();
  draining.join();
  thread.join();
}

TEST_F(LifecycleTest, EndsStreamsWhenItDrains) {
  std::thread thread;
  host.add({{"name", "ticks"}, {"method", "GET"}, {"path", "/ticks"}, {"reply", "stream"}},
           [&](const Received& call, const Answer& answer) {
             answer.head(200, "text/event-stream", UINT64_MAX);
             thread = std::thread([call, answer] {
               answer.body("data: hello\n\n");
               EXPECT_TRUE(call.cancelled->wait());
               answer.body("data: bye\n\n");
               answer.end();
             });
           });
  serve();
  RawClient client(port);
  client.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("data: hello\n\n");
  std::thread draining([&] { server->drain(patience); });
  client.read_until("data: bye\n\n");
  client.read_until("0\r\n\r\n");
  EXPECT_TRUE(client.closed());
  client.close();
  draining.join();
  thread.join();
}

TEST_F(LifecycleTest, DrainsNoLongerThanItMay) {
  serve();
  RawClient client(port);
  client.send("GET /things HTTP/1.1\r\n");  // and never more
  server->drain(50ms);
  server->stop(patience);
  EXPECT_TRUE(client.closed());
}

TEST_F(LifecycleTest, StopsInTheMiddleOfManyCalls) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  host.add({{"name", "ticks"}, {"method", "GET"}, {"path", "/ticks"}, {"reply", "stream"}},
           [&](const Received& call, const Answer& answer) {
             answer.head(200, "text/event-stream", UINT64_MAX);
             const std::lock_guard lock(mutex);
             threads.emplace_back([call, answer] {
               while (answer.body("tick") != UINT64_MAX) std::this_thread::yield();
               answer.end();
             });
           });
  settings.max_queued_bytes = 1 << 30;
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  for (auto& client : clients) client->read_until("tick");
  server->stop(patience);
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(host.wait_for_releases(20));
}

TEST_F(LifecycleTest, NamesAnOperationThatDoesNotEndAndSurvivesItsLateAnswer) {
  Event go;
  std::thread thread;
  host.add({{"name", "stuck"}, {"method", "GET"}, {"path", "/stuck"}}, [&](const Received&, const Answer& answer) {
    thread = std::thread([&, answer] {
      go.wait();
      answer.json(200, "{}");
    });
  });
  serve();
  RawClient client(port);
  client.send("GET /stuck HTTP/1.1\r\nHost: t\r\n\r\n");
  RawClient other(port);
  while (host.calls() == 0) EXPECT_EQ(other.get("/nowhere").status, 404);
  try {
    server->stop(50ms);
    ADD_FAILURE() << "the stop did not say that an operation is under way";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().status, WYV_TIMEOUT);
    EXPECT_THAT(failure.what(), HasSubstr("stuck"));
  }
  go.set();
  thread.join();
}

TEST_F(LifecycleTest, StopsTwiceAndServesAgain) {
  serve();
  server->stop(patience);
  server->stop(patience);
  serve();
  EXPECT_EQ(RawClient(port).get("/things").status, 200);
}

TEST_F(LifecycleTest, PublishesItsMetrics) {
  serve();
  RawClient client(port);
  EXPECT_EQ(client.get("/things").status, 200);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (host.metrics()["wyvern_http_requests_total"] < 1 && std::chrono::steady_clock::now() < give_up)
    EXPECT_EQ(client.get("/things").status, 200);
  EXPECT_EQ(host.metrics()["wyvern_http_connections"], 1);
}

}  // namespace
}  // namespace wyvern::test
