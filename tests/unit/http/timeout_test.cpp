// Clients that take too long. Timeouts are short here; nothing waits longer than for the server to act.
#include <thread>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

using namespace std::chrono_literals;

class TimeoutTest : public ServerTest {
 protected:
  TimeoutTest() {
    host.add_echo("things.get", "/things");
    host.add_echo("things.add", "/things", "POST");
  }
};

TEST_F(TimeoutTest, ClosesAnIdleConnectionWithoutAWord) {
  settings.idle_timeout = 60ms;
  serve();
  RawClient fresh(port);
  EXPECT_TRUE(fresh.closed());
  RawClient used(port);
  EXPECT_EQ(used.get("/things").status, 200);
  EXPECT_TRUE(used.closed());
}

TEST_F(TimeoutTest, AnswersHeadersThatComeTooSlowlyWith408) {
  settings.header_timeout = 60ms;
  serve();
  RawClient client(port);
  client.send("GET /things HTTP/1.1\r\nHost:");
  const auto response = client.read();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(code_of(response), "http.timeout");
  EXPECT_TRUE(client.closed());
}

TEST_F(TimeoutTest, DoesNotGrantMoreTimeForDrippingHeaders) {
  settings.header_timeout = 100ms;
  serve();
  RawClient client(port);
  client.send("GET /things HTTP/1.1\r\n");
  // Drips until the server has had enough; were each drop to extend the time, this would never end.
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (client.try_send("X: 1\r\n") && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_LT(std::chrono::steady_clock::now(), give_up);
}

TEST_F(TimeoutTest, AnswersABodyThatComesTooSlowlyWith408) {
  settings.body_timeout = 60ms;
  serve();
  RawClient client(port);
  client.send("POST /things HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_EQ(host.calls(), 0);
}

TEST_F(TimeoutTest, DropsAReaderThatTakesNothing) {
  settings.write_timeout = 60ms;
  const std::string large(20'000'000, 'v');
  host.add({{"name", "large"}, {"method", "GET"}, {"path", "/large"}},
           [&](const Received&, const Answer& answer) { answer.json(200, large); });
  serve();
  RawClient client(port, 4096);
  client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(host.wait_for_releases(1));
  server->drain(patience);  // returns when the connection is gone
  EXPECT_LT(client.read_rest().size(), large.size());
  EXPECT_THAT(::testing::PrintToString(host.log()), ::testing::HasSubstr("it took no byte for 60 ms"));
}

// The system calls a socket writable again only after a good part of what waits in it has left: this reader needs many
// times its timeout for that, and takes something all the while.
TEST_F(TimeoutTest, KeepsAReaderThatTakesLittleButSteadily) {
  settings.write_timeout = 150ms;
  constexpr int pieces = 175;
  const auto mark = [](int piece) { return "|" + std::to_string(piece) + "|"; };
  std::string large;
  for (int piece = 0; piece < pieces; ++piece) large += std::string(4000, 'v') + mark(piece);
  host.add({{"name", "large"}, {"method", "GET"}, {"path", "/large"}},
           [&](const Received&, const Answer& answer) { answer.json(200, large); });
  serve();
  RawClient client(port, 4096);
  client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  for (int piece = 0; piece < pieces; ++piece) {
    ASSERT_NO_THROW((void)client.read_until(mark(piece))) << "dropped at piece " << piece;
    std::this_thread::sleep_for(10ms);  // the reader's pace
  }
  EXPECT_THAT(::testing::PrintToString(host.log()), ::testing::Not(::testing::HasSubstr("too slow")));
}

TEST_F(TimeoutTest, DoesNotTakeAReaderForIdleThatStillReadsItsAnswer) {
  settings.idle_timeout = 40ms;
  const std::string large(5'000'000, 'v');
  host.add({{"name", "large"}, {"method", "GET"}, {"path", "/large"}},
           [&](const Received&, const Answer& answer) { answer.json(200, large); });
  serve();
  RawClient client(port, 4096);
  client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(host.wait_for_releases(1));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(RawClient(port).closed()) << "an idle one times out meanwhile";
  EXPECT_EQ(client.read().body.size(), large.size());
  EXPECT_TRUE(client.closed()) << "and now it is idle";
}

TEST_F(TimeoutTest, LetsAnOperationTakeItsTime) {
  settings.idle_timeout = settings.header_timeout = settings.body_timeout = settings.write_timeout = 20ms;
  std::thread thread;
  Event other_was_closed;
  host.add({{"name", "slow"}, {"method", "GET"}, {"path", "/slow"}}, [&](const Received&, const Answer& answer) {
    thread = std::thread([&, answer] {
      other_was_closed.wait();
      answer.json(200, "{}");
    });
  });
  serve();
  RawClient client(port);
  client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(RawClient(port).closed()) << "an idle one times out five times over";
  other_was_closed.set();
  EXPECT_EQ(client.read().status, 200);
  thread.join();
}

}  // namespace
}  // namespace wyvern::test
