// Readers that are slower than what is sent to them: senders that pause, senders that do not, and how much waits.
#include <algorithm>
#include <thread>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

constexpr std::size_t piece_bytes = 50'000;

// Sends `total` bytes in pieces, and pauses as abi/host.h says. The most that `body` said were waiting goes to `most`.
void send_with_pauses(const Received& call, const Answer& answer, std::size_t total, std::atomic<std::uint64_t>& most) {
  const std::string piece(std::min(piece_bytes, total), 'p');
  int drained = call.drained->times();
  for (std::size_t left = total; left > 0;) {
    const auto size = std::min(left, piece.size());
    const auto waiting = answer.body(std::string_view(piece).substr(0, size));
    if (waiting == UINT64_MAX) break;
    left -= size;
    most = std::max(most.load(), waiting);
    if (waiting <= answer.pause_above()) continue;
    if (!call.drained->wait_for_more_than(drained)) {
      ADD_FAILURE() << "the sender paused for ever with " << left << " bytes left";
      break;
    }
    drained = call.drained->times();
  }
  answer.end();
}

class BackPressureTest : public ServerTest {
 protected:
  BackPressureTest() { settings.max_queued_bytes = 200'000; }
  ~BackPressureTest() override {
    if (server) server->stop(patience);
    for (auto& thread : threads) thread.join();
  }
  // `length` as in Answer::head. The bytes come from a thread of their own.
  void add_file(std::size_t total, std::uint64_t length, const std::string& reply) {
    host.add({{"name", "file"}, {"method", "GET"}, {"path", "/file"}, {"reply", reply}},
             [=, this](const Received& call, const Answer& answer) {
               threads.emplace_back([=, this] {
                 answer.head(200, "video/mp2t", length);
                 send_with_pauses(call, answer, total, most);
               });
             });
  }

  std::atomic<std::uint64_t> most{0};
  std::vector<std::thread> threads;  // one request at a time
};

TEST_F(BackPressureTest, ALargeFileReachesASlowReaderAndLittleOfItWaits) {
  constexpr std::size_t total = 8'000'000;
  add_file(total, total, "file");
  serve();
  RawClient client(port, 4096);
  EXPECT_EQ(client.get("/file").body.size(), total);
  EXPECT_GT(most, settings.max_queued_bytes / 2) << "it had to pause";
  EXPECT_LE(most, settings.max_queued_bytes / 2 + piece_bytes);
}

TEST_F(BackPressureTest, AStreamThatPausesKeepsItsSlowReader) {
  constexpr std::size_t total = 8'000'000;
  add_file(total, UINT64_MAX, "stream");
  serve();
  RawClient client(port, 4096);
  EXPECT_EQ(client.get("/file").body.size(), total);
  EXPECT_LE(most, settings.max_queued_bytes / 2 + piece_bytes + 1000) << "and the framing of chunks";
}

// Every piece is above the limit, so that each is waited for.
TEST_F(BackPressureTest, ATinyLimitSlowsDownAndBlocksNothing) {
  settings.max_queued_bytes = 1000;
  constexpr std::size_t total = 1'000'000;
  add_file(total, total, "file");
  serve();
  RawClient client(port, 4096);
  EXPECT_EQ(client.get("/file").body.size(), total);
}

TEST_F(BackPressureTest, ASenderMayBeginWithinTheCallAndGoOnElsewhere) {
  constexpr std::size_t total = 3'000'000;
  host.add({{"name", "file"}, {"method", "GET"}, {"path", "/file"}, {"reply", "file"}},
           [&](const Received& call, const Answer& answer) {
             answer.head(200, "video/mp2t", total);
             const int drained = call.drained->times();
             std::size_t sent = 0;
             const std::string piece(piece_bytes, 'p');
             for (std::uint64_t waiting = 0; waiting <= answer.pause_above(); sent += piece.size())
               waiting = answer.body(piece);
             threads.emplace_back([this, call, answer, drained, left = total - sent] {
               EXPECT_TRUE(call.drained->wait_for_more_than(drained));
               send_with_pauses(call, answer, left, most);
             });
           });
  serve();
  RawClient client(port, 4096);
  EXPECT_EQ(client.get("/file").body.size(), total);
}

TEST_F(BackPressureTest, ASenderThatPausesHearsThatItsReaderHasLeft) {
  constexpr std::size_t total = 50'000'000;
  add_file(total, total, "file");
  serve();
  {
    RawClient client(port, 4096);
    client.send("GET /file HTTP/1.1\r\nHost: t\r\n\r\n");
    client.read_until("\r\n\r\n");
    client.reset();
  }
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(host.cancels(), 1);
}

TEST_F(BackPressureTest, ASenderThatPausesForAReaderWhoTakesNothingIsFreedByTheTimeout) {
  settings.write_timeout = std::chrono::milliseconds(60);
  constexpr std::size_t total = 50'000'000;
  add_file(total, total, "file");
  serve();
  RawClient client(port, 4096);
  client.send("GET /file HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(host.wait_for_releases(1));
  client.read_rest();
  EXPECT_THAT(::testing::PrintToString(host.log()), ::testing::HasSubstr("it took no byte for 60 ms"));
}

TEST_F(BackPressureTest, ASenderThatDoesNotPauseLosesItsReaderBeforeMuchWaits) {
  std::atomic<int> pieces{0};
  host.add({{"name", "file"}, {"method", "GET"}, {"path", "/file"}, {"reply", "file"}},
           [&](const Received&, const Answer& answer) {
             threads.emplace_back([&pieces, this, answer] {
               const std::string piece(piece_bytes, 'p');
               answer.head(200, "video/mp2t", 1'000'000'000);
               for (std::uint64_t waiting = 0; (waiting = answer.body(piece)) != UINT64_MAX; ++pieces)
                 most = std::max(most.load(), waiting);
               answer.end();
             });
           });
  serve();
  RawClient client(port, 4096);
  client.send("GET /file HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_GT(pieces, 1);
  EXPECT_LE(most, settings.max_queued_bytes + piece_bytes);
  client.read_rest();
  EXPECT_THAT(::testing::PrintToString(host.log()), ::testing::HasSubstr("more than 200000 bytes waited for it"));
}

// What the system holds for a connection whose reader takes nothing, beside what the server queues.
TEST_F(BackPressureTest, TheSystemHoldsLittleForAReaderThatTakesNothing) {
  constexpr std::size_t total = 50'000'000;
  std::atomic<std::size_t> taken{0};
  Event paused;
  host.add({{"name", "file"}, {"method", "GET"}, {"path", "/file"}, {"reply", "file"}},
           [&](const Received& call, const Answer& answer) {
             threads.emplace_back([&, call, answer] {
               answer.head(200, "video/mp2t", total);
               const std::string piece(piece_bytes, 'p');
               // Once the socket is full, `drained` does not come any more.
               for (int drained = 0;; drained = call.drained->times()) {
                 const auto waiting = answer.body(piece);
                 taken += piece.size();
                 if (waiting > answer.pause_above() &&
                     !call.drained->wait_for_more_than(drained, std::chrono::milliseconds(300)))
                   break;
               }
               paused.set();
               call.cancelled->wait();
               answer.end();
             });
           });
  serve();
  RawClient client(port, 4096);
  client.send("GET /file HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(paused.wait());
  EXPECT_LT(taken, 1'000'000U);
}

}  // namespace
}  // namespace wyvern::test
