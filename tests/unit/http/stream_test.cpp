// Streams: readers that leave, readers that are slow, and what the operation hears of it.
#include <thread>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

class StreamTest : public ServerTest {
 protected:
  // Streams "tick" until it is cancelled or the reader has left; from a thread of its own.
  void add_ticker() {
    host.add({{"name", "ticks"}, {"method", "GET"}, {"path", "/ticks"}, {"reply", "stream"}},
             [this](const Received& call, const Answer& answer) {
               answer.head(200, "text/event-stream", UINT64_MAX);
               threads.emplace_back([this, call, answer] {
                 answer.body("data: tick\n\n");
                 const bool cancelled = call.cancelled->wait();
                 EXPECT_TRUE(cancelled) << "the stream was not told that its reader has left";
                 left_value = answer.body("data: too late\n\n");
                 answer.end();
               });
             });
  }
  ~StreamTest() override {
    if (server) server->stop(patience);
    for (auto& thread : threads) thread.join();
  }

  std::vector<std::thread> threads;  // the server of these tests has one thread, so that no lock is needed
  std::atomic<std::uint64_t> left_value{0};
  StreamTest() { settings.threads = 1; }
};

TEST_F(StreamTest, SendsEachPieceAtOnce) {
  add_ticker();
  serve();
  RawClient client(port);
  client.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_NE(client.read_until("data: tick\n\n").find("text/event-stream"), std::string::npos);
}

TEST_F(StreamTest, TellsTheOperationOnceThatItsReaderHasLeft) {
  add_ticker();
  serve();
  {
    RawClient client(port);
    client.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
    client.read_until("data: tick\n\n");
  }
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(host.cancels(), 1);
  EXPECT_EQ(left_value, UINT64_MAX);
}

TEST_F(StreamTest, TellsTheOperationThatItsReaderWasResetAway) {
  add_ticker();
  serve();
  RawClient client(port);
  client.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  client.read_until("data: tick\n\n");
  client.reset();
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(host.cancels(), 1);
}

TEST_F(StreamTest, NoticesAReaderThatLeavesBeforeTheFirstPiece) {
  host.add({{"name", "quiet"}, {"method", "GET"}, {"path", "/quiet"}, {"reply", "stream"}},
           [this](const Received& call, const Answer& answer) {
             threads.emplace_back([call, answer] {
               EXPECT_TRUE(call.cancelled->wait());
               answer.head(200, "text/event-stream", UINT64_MAX);
               answer.end();
             });
           });
  serve();
  {
    RawClient client(port);
    client.send("GET /quiet HTTP/1.1\r\nHost: t\r\n\r\n");
    client.close_writing();
    EXPECT_TRUE(host.wait_for_releases(1));
  }
  EXPECT_EQ(host.cancels(), 1);
}

TEST_F(StreamTest, EndsAStreamOfWhichOnlyTheHeadIsWanted) {
  add_ticker();
  serve();
  RawClient client(port);
  client.send("HEAD /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read(true).header("content-type"), "text/event-stream");
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(client.get("/nowhere").status, 404) << "the connection goes on";
}

TEST_F(StreamTest, DropsAReaderThatIsTooSlowForItsStream) {
  settings.max_queued_bytes = 100'000;
  std::atomic<std::uint64_t> most{0};
  host.add({{"name", "flood"}, {"method", "GET"}, {"path", "/flood"}, {"reply", "stream"}},
           [&](const Received&, const Answer& answer) {
             answer.head(200, "text/plain", UINT64_MAX);
             threads.emplace_back([&most, answer] {
               const std::string piece(10'000, 'z');
               std::uint64_t queued = 0;
               while ((queued = answer.body(piece)) != UINT64_MAX) most = std::max(most.load(), queued);
               answer.end();
             });
           });
  serve();
  RawClient client(port, 4096);
  client.send("GET /flood HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_LT(most, 120'000U) << "no more than the limit and a piece waited";
  client.read_rest();  // until it is closed, which is after the log line
  EXPECT_THAT(::testing::PrintToString(host.log()), ::testing::HasSubstr("more than 100000 bytes waited for it"));
}

TEST_F(StreamTest, AnswersTheQueueLengthToAnEmptyPiece) {
  std::atomic<std::uint64_t> queued{UINT64_MAX};
  host.add({{"name", "ask"}, {"method", "GET"}, {"path", "/ask"}, {"reply", "stream"}},
           [&](const Received&, const Answer& answer) {
             answer.head(200, "text/plain", UINT64_MAX);
             threads.emplace_back([&queued, answer] {
               answer.body("abc");
               while ((queued = answer.body("")) != 0) std::this_thread::yield();
               answer.end();
             });
           });
  serve();
  EXPECT_EQ(RawClient(port).get("/ask").body, "abc");
  EXPECT_EQ(queued, 0U);
}

}  // namespace
}  // namespace wyvern::test
