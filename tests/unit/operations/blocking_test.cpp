// Calls that may wait for the world run on the table's own threads.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::Operation;
using operations::Reply;

class Blocking : public testing::Test {
 protected:
  Blocking() {
    Operation wait;
    wait.name = "wait";
    wait.method = "POST";
    wait.path = "/wait";
    wait.blocking = true;
    wait.handle = [this](Call&) -> Reply {
      ran_on = std::this_thread::get_id();
      ++begun;
      if (begun == 1) entered.set_value();
      released.wait_for(kDeadline);
      return Json::object();
    };
    table.add(std::move(wait));
    Operation quick;
    quick.name = "quick";
    quick.method = "GET";
    quick.path = "/quick";
    quick.handle = [](Call&) -> Reply { return Json::object(); };
    table.add(std::move(quick));
  }
  ~Blocking() override {
    release();
    table.stop();
  }

  void release() {
    if (!std::exchange(is_released, true)) leave.set_value();
  }
  void wait_until_entered() { ASSERT_EQ(entered.get_future().wait_for(kDeadline), std::future_status::ready); }

  NamedAccess access;
  std::promise<void> entered;
  std::promise<void> leave;
  std::shared_future<void> released = leave.get_future().share();
  bool is_released = false;
  std::atomic<int> begun{0};
  std::atomic<std::thread::id> ran_on;
  operations::Table table{access, 1};
};

TEST_F(Blocking, ABlockingCallDoesNotHoldTheCallersThread) {
  const auto answer = begin(table, request("wait"));
  wait_until_entered();
  EXPECT_NE(ran_on.load(), std::this_thread::get_id());
  EXPECT_EQ(call(table, request("quick"))->status(), 200);
  EXPECT_FALSE(answer->ended());
  release();
  answer->wait_for_end();
  EXPECT_EQ(answer->status(), 200);
}

TEST_F(Blocking, WhenTooManyWaitTheNextIsRefused) {
  const auto first = begin(table, request("wait"));
  wait_until_entered();
  std::vector<std::shared_ptr<RecordedAnswer>> waiting;
  for (int i = 0; i < 1024; ++i) waiting.push_back(begin(table, request("wait")));
  const auto refused = call(table, request("wait"));
  EXPECT_EQ(refused->status(), 503);
  EXPECT_EQ(refused->code(), "operation.overloaded");
  release();
  for (const auto& answer : waiting) {
    answer->wait_for_end();
    EXPECT_EQ(answer->status(), 200);
  }
}

TEST_F(Blocking, WhenTheTableStopsWhatWaitsIsRefusedAndWhatRunsIsFinished) {
  const auto running = begin(table, request("wait"));
  wait_until_entered();
  const auto waiting = begin(table, request("wait"));
  std::thread stopping([this] { table.stop(); });
  // It has begun to stop as soon as it says so; before that the queue may fill.
  std::shared_ptr<RecordedAnswer> late;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  do {
    late = begin(table, request("wait"));
  } while ((late->status() == 0 || late->code() == "operation.overloaded") &&
           std::chrono::steady_clock::now() < deadline);
  EXPECT_EQ(late->status(), 503);
  EXPECT_EQ(late->code(), "operation.stopping");
  EXPECT_FALSE(running->ended());
  release();
  stopping.join();
  EXPECT_EQ(running->status(), 200);
  EXPECT_EQ(waiting->status(), 503);
  EXPECT_EQ(begun, 1);
}

}  // namespace
}  // namespace wyvern::test
