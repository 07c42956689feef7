// Long polls.
#include "scene.hpp"

namespace wyvern::worker::testing {
namespace {

class Events : public ::testing::Test {
 protected:
  Events() : worker_(settings(folder_.path()), FakeEngine::table(), engine_.instance()) { worker_.start().or_throw(); }

  std::shared_ptr<HeldAnswer> poll(std::uint64_t after, std::int64_t wait_ms,
                                   std::shared_ptr<std::atomic<bool>> cancelled = nullptr) {
    auto answer = std::make_shared<HeldAnswer>();
    worker_.events(after, 100, std::chrono::milliseconds(wait_ms), answer, std::move(cancelled));
    return answer;
  }
  std::uint64_t emit_and_wait() {
    engine_.emit({{"type", "x"}});
    const auto before = last_;
    EXPECT_TRUE(eventually([&] {
      const Json page = events_after(worker_, last_);
      last_ = page["last"].get<std::uint64_t>();
      return last_ > before;
    }));
    return last_;
  }

  Folder folder_;
  FakeEngine engine_;
  Worker worker_;
  std::uint64_t last_ = 0;
};

TEST_F(Events, ComeAtOnceWhenThereAreNewerOnes) {
  engine_.emit({{"type", "x"}});
  const auto answer = poll(0, 60000);
  ASSERT_TRUE(answer->wait());
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(types(answer->json()["events"]), std::vector<std::string>{"x"});
}

TEST_F(Events, AnswerAWaitingPollWhenTheyCome) {
  const auto last = emit_and_wait();
  const auto answer = poll(last, 60000);
  EXPECT_FALSE(answer->ended());
  engine_.emit({{"type", "y"}});
  ASSERT_TRUE(answer->wait());
  EXPECT_EQ(types(answer->json()["events"]), std::vector<std::string>{"y"});
}

TEST_F(Events, AnswerWithNothingWhenTheWaitIsOver) {
  const auto last = emit_and_wait();
  const auto answer = poll(last, 30);
  ASSERT_TRUE(answer->wait());
  EXPECT_EQ(answer->json(), (Json{{"events", Json::array()}, {"last", last}}));
}

TEST_F(Events, AnswerTwoPollersAlike) {
  const auto last = emit_and_wait();
  const auto one = poll(last, 60000);
  const auto two = poll(last, 60000);
  engine_.emit({{"type", "y"}});
  ASSERT_TRUE(one->wait());
  ASSERT_TRUE(two->wait());
  EXPECT_EQ(one->json(), two->json());
}

TEST_F(Events, EndAPollWhoseReaderHasLeft) {
  const auto last = emit_and_wait();
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const auto answer = poll(last, 60000, cancelled);
  EXPECT_FALSE(answer->ended());
  *cancelled = true;
  EXPECT_TRUE(answer->wait(std::chrono::seconds(5)));
}

TEST_F(Events, AreRefusedToAPollerThatIsAheadOfTheSpool) {
  const auto last = emit_and_wait();
  EXPECT_THROW(poll(last + 5, 0), operations::Refusal);
}

TEST_F(Events, EndEveryPollWhenTheWorkerStops) {
  const auto last = emit_and_wait();
  const auto answer = poll(last, 60000);
  worker_.stop();
  EXPECT_TRUE(answer->wait());
  EXPECT_TRUE(poll(last, 60000)->wait());
}

}  // namespace
}  // namespace wyvern::worker::testing
