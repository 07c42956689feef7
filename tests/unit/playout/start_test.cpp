// From stopped to running, and every way in which that fails.
#include <gmock/gmock.h>

#include <filesystem>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Start : public testing::Test {
 protected:
  Start() { room.open(); }

  // Regression case 33: never stuck in `starting`, nothing left.
  void expect_failed_whole(const std::string& id, const std::string& reason) {
    const Json row = room.row(id);
    EXPECT_EQ(row["status"], "error");
    EXPECT_EQ(row["desired"], "stopped");
    EXPECT_THAT(row["error_message"].get<std::string>(), HasSubstr(reason));
    EXPECT_TRUE(row["container_id"].is_null());
    EXPECT_TRUE(row["worker_port"].is_null());
    EXPECT_THAT(room.claims(), IsEmpty());
    EXPECT_THAT(room.runtime.running(id), IsEmpty());
  }

  PlayoutRoom room;
};

TEST_F(Start, AChannelThatIsStartedRuns) {
  const auto id = room.create({{"port", 9000}});
  const auto answer = room.call("start", id);
  ASSERT_EQ(answer->status(), 200) << answer->text();
  EXPECT_EQ(answer->json()["status"], "running");
  EXPECT_THAT(room.runtime.running(id), SizeIs(1));
  EXPECT_EQ(room.row(id)["container_id"], room.runtime.running(id)[0]);
  EXPECT_EQ(room.row(id)["epoch"], 1);
  EXPECT_EQ(room.row(id)["restart_count"], 0);
  EXPECT_THAT(room.claims(), Contains("srt:0.0.0.0:9000"));
  EXPECT_THAT(room.claims(), SizeIs(2));
}

TEST_F(Start, TheWorkersConfigurationIsReadableByItsUserOnly) {
  const auto id = room.create_on_air();
  const auto file = room.playout->dependencies.state_dir / "playout" / id / "worker.yaml";
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Start, ARuntimeThatRefusesLeavesTheChannelInErrorWithItsReasonAndNothingBehind) {
  room.runtime.behave(Behaviour::does_not_launch);
  const auto id = room.create({{"port", 9000}});
  const auto answer = room.call("start", id);
  EXPECT_EQ(answer->status(), 500);
  EXPECT_EQ(answer->code(), "playout.start_failed");
  EXPECT_THAT(answer->json()["error"].get<std::string>(), HasSubstr("no more processes"));
  expect_failed_whole(id, "no more processes");
}

TEST_F(Start, AWorkerThatEndsWhileItStartsIsReportedWithTheLastErrorOfItsLog) {
  room.runtime.behave(Behaviour::ends_at_once);
  const auto id = room.create({{"port", 9000}});
  EXPECT_EQ(room.call("start", id)->status(), 500);
  expect_failed_whole(id, "the encoder is missing");
  EXPECT_THAT(room.runtime.known(id), IsEmpty());
}

TEST_F(Start, AWorkerThatNeverAnswersIsStoppedAgain) {
  room.close();
  room.settings.worker_start_timeout = std::chrono::milliseconds(300);
  room.open();
  room.runtime.behave(Behaviour::is_silent);
  const auto id = room.create({{"port", 9000}});
  EXPECT_EQ(room.call("start", id)->status(), 500);
  expect_failed_whole(id, "did not answer within 300 ms");
  EXPECT_THAT(room.runtime.stopped(), SizeIs(1));
}

TEST_F(Start, AnOutputThatCannotBeRenderedStartsNoWorker) {
  const auto id = room.create({{"port", 9000}, {"broken", "the card is in use by another program"}});
  EXPECT_EQ(room.call("start", id)->status(), 500);
  expect_failed_whole(id, "the card is in use by another program");
  EXPECT_EQ(room.runtime.starts(id), 0);
}

TEST_F(Start, AChannelInErrorCanBeStartedAgain) {
  room.runtime.behave(Behaviour::does_not_launch);
  const auto id = room.create();
  EXPECT_EQ(room.call("start", id)->status(), 500);
  room.runtime.behave(Behaviour::answers);
  EXPECT_EQ(room.call("start", id)->status(), 200);
  EXPECT_TRUE(room.row(id)["error_message"].is_null());
}

TEST_F(Start, OfTwoStartsAtOnceOneIsRefused) {
  const auto id = room.create();
  const auto first = room.begin("start", id);
  const auto second = room.begin("start", id);
  first->wait_for_end();
  second->wait_for_end();
  EXPECT_EQ(std::min(first->status(), second->status()), 200);
  EXPECT_EQ(std::max(first->status(), second->status()), 409);
  EXPECT_EQ(room.runtime.starts(id), 1);
}

TEST_F(Start, TwoChannelsOfOneNodeNeverShareAWorkerPort38) {
  const auto one = room.create_on_air();
  const auto other = room.create_on_air();
  EXPECT_NE(room.row(one)["worker_port"], room.row(other)["worker_port"]);
}

TEST_F(Start, AnOutputThatAnotherChannelHoldsIsRefusedAndTheHolderNamed) {
  const auto holder = room.create_on_air({{"port", 9000}});
  const auto id = room.create({{"port", 9000}});
  const auto answer = room.call("start", id);
  EXPECT_EQ(answer->status(), 409);
  EXPECT_THAT(answer->json()["error"].get<std::string>(), HasSubstr(holder));
  EXPECT_EQ(room.row(id)["status"], "stopped");
}

TEST_F(Start, AChannelThatStartsCanNeitherBeEditedNorDeleted34) {
  const auto id = room.create();
  int edit = 0;
  int removal = 0;
  room.runtime.at_start([&] {
    edit = room.call("update", id, {{"name", "Sport"}})->status();
    removal = room.call("delete", id)->status();
  });
  ASSERT_EQ(room.call("start", id)->status(), 200);
  EXPECT_EQ(edit, 409);
  EXPECT_EQ(removal, 409);
  EXPECT_EQ(room.row(id)["name"], "News");
}

TEST_F(Start, WorkersThatDoNotAnswerHoldUpNoOtherChannel) {
  room.runtime.behave(Behaviour::is_silent);
  std::vector<std::string> silent;
  std::vector<std::shared_ptr<RecordedAnswer>> answers;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(room.create());
    answers.push_back(room.begin("start", silent.back()));
  }
  for (const auto& id : silent) ASSERT_TRUE(room.database.wait_until([&] { return room.runtime.starts(id) == 1; }));
  room.runtime.behave(Behaviour::answers);
  const auto id = room.create();
  ASSERT_EQ(room.call("start", id)->status(), 200);
  for (const auto& other : silent) {
    EXPECT_EQ(room.row(other)["status"], "starting");
    EXPECT_EQ(room.call("stop", other)->status(), 200);
  }
  for (const auto& answer : answers) answer->wait_for_end();
}

TEST_F(Start, APortThatAnotherProgramHasBoundMeanwhileIsPassedOver) {
  const int first = room.settings.first_worker_port;
  room.runtime.occupy_port(first);
  room.runtime.occupy_port(first + 1);
  const auto id = room.create({{"port", 9000}});
  const auto answer = room.call("start", id);
  ASSERT_EQ(answer->status(), 200) << answer->text();
  EXPECT_EQ(room.row(id)["worker_port"], first + 2);
  EXPECT_EQ(room.runtime.starts(id), 3);
  EXPECT_THAT(room.runtime.known(id), SizeIs(1));
  EXPECT_THAT(room.claims(), SizeIs(2));
}

TEST_F(Start, WhenNoPortIsLeftTheRangeAndTheRemedyAreNamed) {
  const int first = room.settings.first_worker_port;
  room.close();
  room.settings.last_worker_port = first + 1;
  room.open();
  room.runtime.occupy_port(first);
  room.runtime.occupy_port(first + 1);
  const auto id = room.create();
  EXPECT_EQ(room.call("start", id)->status(), 500);
  expect_failed_whole(id, "between " + std::to_string(first) + " and " + std::to_string(first + 1));
  expect_failed_whole(id, "playout.worker_ports");
}

TEST_F(Start, ManyChannelsStartAtTheSameTime) {
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(room.create({{"port", 9000 + i}}));
  std::vector<std::shared_ptr<RecordedAnswer>> answers;
  for (const auto& id : ids) answers.push_back(room.begin("start", id));
  for (int round = 0; round < 20; ++round) {
    for (const auto& id : ids) room.playout->reconciler().wake(id);
  }
  for (const auto& answer : answers) {
    answer->wait_for_end();
    EXPECT_EQ(answer->status(), 200) << answer->text();
  }
  for (const auto& id : ids) {
    EXPECT_EQ(room.runtime.starts(id), 1);
    EXPECT_THAT(room.runtime.running(id), SizeIs(1));
  }
  EXPECT_THAT(room.claims(), SizeIs(24));
}

}  // namespace
}  // namespace wyvern::test
