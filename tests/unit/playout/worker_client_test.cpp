#include "playout/worker_client.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "fake_worker.hpp"
#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using playout::call_worker;

class WorkerClient : public testing::Test {
 protected:
  WorkerClient() : port(room.settings.first_worker_port), worker(port, "token", spool) {}
  static Result<Json> status_at(int port) {
    return call_worker({"http://127.0.0.1:" + std::to_string(port), "token"}, "GET", "/status", nullptr,
                       std::chrono::seconds(10));
  }

  PlayoutRoom room;  // for the ports that are this process's own
  const int port;
  FakeSpool spool;
  FakeWorker worker;
};

TEST_F(WorkerClient, HandsBackWhatTheWorkerAnswers) {
  const auto answer = status_at(port);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["state"], "on_air");
}

TEST_F(WorkerClient, ThatCanOpenNoConnectionBlamesNoWorker) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  const rlimit none{static_cast<rlim_t>(next), before.rlim_max};  // none beyond those that are open
  // On a thread of its own: this one's handle may hold a connection, and with it a descriptor to use again. The limit
  // holds no longer than needed, since sanitizers want a descriptor now and then.
  std::optional<Result<Json>> asked;
  std::thread([&, to = port] {
    if (::setrlimit(RLIMIT_NOFILE, &none) == 0) asked.emplace(status_at(to));
    (void)::setrlimit(RLIMIT_NOFILE, &before);
  }).join();
  ASSERT_TRUE(asked);
  const auto& answer = *asked;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, WYV_EXHAUSTED) << answer.error().message;
  EXPECT_EQ(answer.error().code, "worker.client");
}

}  // namespace
}  // namespace wyvern::test
