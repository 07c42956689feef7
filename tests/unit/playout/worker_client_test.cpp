#include "playout/worker_client.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "fake_worker.hpp"
#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using playout::call_worker;

class WorkerClient : public testing::Test {
 protected:
  WorkerClient() : port(room.settings.first_worker_port), worker(port, "token", spool) {}
  Result<Json> status() {
    return call_worker({"http://127.0.0.1:" + std::to_string(port), "token"}, "GET", "/status", nullptr,
                       std::chrono::seconds(10));
  }

  PlayoutRoom room;  // for the ports that are this process's own
  const int port;
  FakeSpool spool;
  FakeWorker worker;
};

TEST_F(WorkerClient, HandsBackWhatTheWorkerAnswers) {
  const auto answer = status();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["state"], "on_air");
}

TEST_F(WorkerClient, ThatCanOpenNoConnectionBlamesNoWorker) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto answer = status();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, WYV_EXHAUSTED);
  EXPECT_EQ(answer.error().code, "worker.client");
}

}  // namespace
}  // namespace wyvern::test
