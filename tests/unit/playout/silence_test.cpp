// A worker that lives and does not answer.
#include <gmock/gmock.h>

#include <atomic>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class Silence : public testing::Test {
 protected:
  Silence() {
    room.settings.worker_silence = milliseconds(200);
    room.open();
    id = room.create_on_air({{"port", 9000}});
  }

  PlayoutRoom room;
  std::string id;
};

TEST_F(Silence, AWorkerThatAnswersNoMoreIsKilledAtOnceAndStartedAgain) {
  const auto lost = room.runtime.running(id).at(0);
  std::atomic<std::uint32_t> grace{UINT32_MAX};
  room.runtime.at_stop([&](std::uint32_t grace_ms) { grace = grace_ms; });
  room.runtime.worker(id)->hang(true);
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_THAT(room.runtime.stopped(), ElementsAre(lost));
  EXPECT_EQ(grace, 0U);
  EXPECT_THAT(room.runtime.known(id), SizeIs(1));
  EXPECT_EQ(room.row(id)["restart_count"], 1);
  EXPECT_TRUE(room.row(id)["error_message"].is_null());
  EXPECT_THAT(room.claims(), Contains("srt:0.0.0.0:9000"));
  EXPECT_THAT(room.reasons(id), Contains(HasSubstr("did not answer within 200 ms")));
}

TEST_F(Silence, IsShownBeforeTheRuntimeHasKilledTheWorker) {
  Json seen;
  room.runtime.at_stop([&](std::uint32_t) {
    if (seen.is_null()) seen = room.row(id);
  });
  room.runtime.worker(id)->hang(true);
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_EQ(seen["status"], "error");
  EXPECT_EQ(seen["desired"], "running");
  EXPECT_THAT(seen["error_message"].get<std::string>(), HasSubstr("did not answer"));
}

TEST_F(Silence, OfAWorkerThatTheRuntimeCannotKillStartsNoSecondOne) {
  room.runtime.worker(id)->hang(true);
  room.runtime.at_stop([&](std::uint32_t) { room.runtime.away(true); });
  ASSERT_TRUE(room.wait_for_status(id, "error"));
  // It answers again before it could be killed: it is on air, and stays.
  const auto worker = room.runtime.worker(id);
  room.runtime.at_stop({});
  worker->hang(false);
  room.runtime.away(false);
  ASSERT_TRUE(room.database.wait_until([&] { return room.row(id)["status"] == "running"; }));
  EXPECT_EQ(room.runtime.starts(id), room.row(id)["epoch"]);
  EXPECT_THAT(room.runtime.running(id), SizeIs(1));
}

TEST_F(Silence, IsToldFromTriesOfTheControllersOwnAndNotFromTheClock) {
  // Two tries take longer than the silence that is allowed, and are not enough: a controller that was paused itself
  // finds its tries overdue when it goes on.
  const auto worker = room.runtime.worker(id);
  worker->ignore(2);
  ASSERT_TRUE(room.database.wait_until([&] { return worker->has_ignored_all(); }));
  room.runtime.spool(id).add({{"type", "item_started"}, {"item_id", "a"}, {"at_us", 1'000'000}});
  ASSERT_TRUE(room.database.wait_until([&] { return room.as_run(id).size() == 1; }));
  EXPECT_EQ(room.row(id)["restart_count"], 0);
  EXPECT_THAT(room.runtime.stopped(), SizeIs(0));
}

TEST_F(Silence, OfAWorkerThatWasAdoptedIsFoundToo) {
  const auto lost = room.runtime.running(id).at(0);
  room.runtime.worker(id)->hang(true);
  room.close();
  room.open();
  ASSERT_TRUE(room.wait_for_restart(id, 1));
  EXPECT_THAT(room.runtime.stopped(), ElementsAre(lost));
}

TEST_F(Silence, AStoreThatIsAwayIsNotTheWorkersSilence) {
  // The event cannot be stored, try after try; the worker did answer.
  room.runtime.spool(id).add_numbered({{"type", 5}, {"number", 1}});
  const auto worker = room.runtime.worker(id);
  const auto asked = worker->calls("/events").size();
  ASSERT_TRUE(room.database.wait_until([&] { return worker->calls("/events").size() > asked + 5; }));
  EXPECT_EQ(room.row(id)["restart_count"], 0);
  EXPECT_EQ(room.row(id)["status"], "running");
}

TEST_F(Silence, KeepsNobodyFromStoppingTheChannel) {
  room.runtime.worker(id)->hang(true);
  ASSERT_TRUE(room.database.wait_until([&] { return !room.reasons(id).empty(); }));
  ASSERT_EQ(room.call("stop", id)->status(), 200);
  EXPECT_TRUE(room.runtime.known(id).empty());
  EXPECT_TRUE(room.claims().empty());
}

}  // namespace
}  // namespace wyvern::test
