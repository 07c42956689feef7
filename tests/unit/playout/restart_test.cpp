// A worker that ends by itself while its channel is wanted.
#include <gmock/gmock.h>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Restart : public testing::Test {
 protected:
  Restart() { room.open(); }
  PlayoutRoom room;
};

TEST_F(Restart, AWorkerThatEndsIsStartedAgainOnALaterGrant30) {
  const auto id = room.create_on_air({{"port", 9000}});
  room.runtime.kill(id);
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  const Json row = room.row(id);
  EXPECT_EQ(row["epoch"], 2);
  EXPECT_EQ(row["restart_count"], 1);
  EXPECT_FALSE(row["last_restart_at"].is_null());
  EXPECT_TRUE(row["error_message"].is_null());
  EXPECT_THAT(room.runtime.known(id), SizeIs(1));
  EXPECT_THAT(room.claims(), SizeIs(2));
}

TEST_F(Restart, SaysWhatTheWorkersLastWordsWere) {
  const auto id = room.create_on_air();
  room.runtime.kill(id, "the disk is full");
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_THAT(room.reasons(id), Contains(HasSubstr("the disk is full")));
}

TEST_F(Restart, ThePauseBeforeARestartGrowsWithEachFailure) {
  const auto id = room.create_on_air();
  std::vector<std::chrono::steady_clock::time_point> started;
  std::mutex mutex;
  room.runtime.at_start([&] {
    const std::lock_guard lock(mutex);
    started.push_back(std::chrono::steady_clock::now());
  });
  room.runtime.behave(Behaviour::does_not_launch);
  room.runtime.kill(id);
  ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.starts(id) >= 6; }));
  EXPECT_EQ(room.row(id)["desired"], "running");
  const std::lock_guard lock(mutex);
  // Two at once, then after 250 ms, 500 ms and 1 s.
  EXPECT_GE(started[2] - started[1], std::chrono::milliseconds(200));
  EXPECT_GE(started[3] - started[2], std::chrono::milliseconds(450));
  EXPECT_GE(started[4] - started[3], std::chrono::milliseconds(900));
}

TEST_F(Restart, GoesOnUntilTheWorkerStartsAndThenTheErrorIsGone) {
  const auto id = room.create_on_air({{"port", 9000}});
  room.runtime.behave(Behaviour::does_not_launch);
  room.runtime.kill(id);
  ASSERT_TRUE(room.wait_for_status(id, "error"));
  EXPECT_THAT(room.claims(), Contains("srt:0.0.0.0:9000"));
  room.runtime.behave(Behaviour::answers);
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_TRUE(room.row(id)["error_message"].is_null());
}

TEST_F(Restart, OfAChannelThatIsDeletedInErrorIsNotTriedAgain) {
  const auto id = room.create_on_air({{"port", 9000}});
  room.runtime.behave(Behaviour::does_not_launch);
  room.runtime.kill(id);
  // Between its tries the channel is in error; during one it is starting, which refuses the removal.
  ASSERT_TRUE(room.database.wait_until([&] { return room.call("delete", id)->status() == 200; }));
  room.runtime.behave(Behaviour::answers);
  const auto other = room.create_on_air({{"port", 9000}});
  EXPECT_THAT(room.runtime.running(id), IsEmpty());
  EXPECT_THAT(room.runtime.running(other), SizeIs(1));
}

TEST_F(Restart, ARuntimeThatWasAwayIsAskedAgain) {
  const auto id = room.create_on_air();
  room.runtime.away(true);
  room.runtime.kill(id);
  room.playout->reconciler().wake(id);
  room.runtime.away(false);
  EXPECT_TRUE(room.wait_for_restart(id, 1));
}

}  // namespace
}  // namespace wyvern::test
