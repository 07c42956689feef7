#include "staging/queue.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "faulty_storage.hpp"
#include "room.hpp"

namespace wyvern::staging {
namespace {

using namespace std::chrono_literals;
using test::Gate;

// A queue of "stage" jobs whose handler is the test's, and which has no threads unless it is started.
struct QueueTest : testing::Test {
  test::ScratchFolder folder;
  test::Database database{folder.path()};
  std::string asset = database.add_asset("media", "clip.mp4");

  static Queue::Options options(std::string group = "here") {
    return {.owner_group = std::move(group), .lease = 60s, .poll = 20ms, .first_backoff = 1ms, .longest_backoff = 5ms};
  }
  std::unique_ptr<Queue> queue(std::function<Handler::Finish(Work&)> run, Queue::Options chosen = options()) {
    auto made = std::make_unique<Queue>(database.store, database.log, std::move(chosen));
    Handler handler;
    handler.run = std::move(run);
    made->handle("stage", std::move(handler), 2);
    return made;
  }
  std::string enqueue(Queue& to, std::int64_t priority = 0) {
    return database.store.write([&](store::Session& session) { return to.enqueue(session, "stage", asset, priority); });
  }
  // Writes a mark in the transaction of the job's success.
  static Handler::Finish mark(const std::string& text) {
    return [text](store::Session& session) { session.run("UPDATE assets SET filename = $1", {text}); };
  }
  std::string marked() { return database.text("SELECT filename FROM assets").value(); }
};

TEST_F(QueueTest, AskingTwiceIsOneJobAndTheHigherPriorityWins) {
  const auto one = queue([](Work&) { return mark("done"); });
  const auto first = enqueue(*one, 5);
  EXPECT_EQ(enqueue(*one, 20), first);
  EXPECT_EQ(enqueue(*one, 1), first);
  EXPECT_EQ(one->find(first)->priority, 20);
  EXPECT_EQ(database.text("SELECT COUNT(*) AS n FROM jobs"), "1");
}

TEST_F(QueueTest, AJobRunsAndItsOutcomeIsWrittenWithItsSuccess) {
  const auto one = queue([](Work& work) {
    work.progress(5, 10);
    return mark("done");
  });
  const auto id = enqueue(*one);
  EXPECT_TRUE(one->work_once("stage"));
  EXPECT_FALSE(one->work_once("stage"));
  const auto job = *one->find(id);
  EXPECT_EQ(job.status, "succeeded");
  EXPECT_EQ(job.attempt, 1);
  EXPECT_EQ(job.bytes_done, 10);
  EXPECT_EQ(marked(), "done");
  std::vector<std::string> states;
  for (const auto& event : database.events("staging.job.changed")) states.push_back(event.data["status"]);
  EXPECT_EQ(states, (std::vector<std::string>{"queued", "running", "running", "succeeded"}));
}

TEST_F(QueueTest, TwoProcessesThatRaceForOneJobRunItOnce) {
  std::atomic<int> runs = 0;
  const auto count = [&](Work&) -> Handler::Finish {
    ++runs;
    return [](store::Session&) {};
  };
  const auto one = queue(count, options("one"));
  const auto other = queue(count, options("other"));
  one->start();
  other->start();
  for (int round = 1; round <= 20; ++round) {
    const auto id = enqueue(*one);
    ASSERT_TRUE(database.wait_until([&] { return one->find(id)->status == "succeeded"; }));
    ASSERT_EQ(runs, round);
  }
}

TEST_F(QueueTest, AStaleWorkersCompletionChangesNothing) {
  Gate gate;
  const auto stale = queue(
      [&](Work&) {
        gate.pass();
        return mark("stale");
      },
      options("stale"));
  const auto fresh = queue([](Work&) { return mark("fresh"); }, options("fresh"));
  const auto id = enqueue(*stale);
  stale->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  database.run("UPDATE jobs SET lease_until = $1", {store::Timestamp{store::Timestamp::now().us - 1}});
  ASSERT_TRUE(fresh->work_once("stage"));
  EXPECT_EQ(fresh->find(id)->attempt, 2);
  gate.open();
  stale->stop();
  EXPECT_EQ(marked(), "fresh");
  EXPECT_EQ(fresh->find(id)->status, "succeeded");
  EXPECT_EQ(fresh->find(id)->attempt, 2);
}

TEST_F(QueueTest, AStaleWorkersFailureChangesNothing) {
  Gate gate;
  const auto stale = queue(
      [&](Work&) -> Handler::Finish {
        gate.pass();
        throw Failure(WYV_INTERNAL, "test", "too late");
      },
      options("stale"));
  const auto fresh = queue([](Work&) { return mark("fresh"); }, options("fresh"));
  const auto id = enqueue(*stale);
  stale->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  database.run("UPDATE jobs SET lease_until = $1", {store::Timestamp{0}});
  ASSERT_TRUE(fresh->work_once("stage"));
  gate.open();
  stale->stop();
  EXPECT_EQ(fresh->find(id)->status, "succeeded");
  EXPECT_FALSE(fresh->find(id)->error_message);
}

TEST_F(QueueTest, AClockThatJumpsAheadDoesNotMakeAProcessTakeItsOwnJob) {
  Gate gate;
  std::atomic<int> runs = 0;
  const auto one = queue([&](Work&) {
    ++runs;
    gate.pass();
    return mark("done");
  });
  const auto id = enqueue(*one);
  one->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  // To this machine's clock every lease is over now.
  database.run("UPDATE jobs SET lease_until = $1", {store::Timestamp{1}});
  EXPECT_FALSE(one->work_once("stage"));
  gate.open();
  ASSERT_TRUE(database.wait_until([&] { return one->find(id)->status == "succeeded"; }));
  EXPECT_EQ(runs, 1);
}

TEST_F(QueueTest, ALeaseAndAStartFromAClockThatWasAheadDoNotHoldTheQueueUp) {
  const auto one = queue([](Work&) { return mark("done"); });
  const auto far = store::Timestamp{store::Timestamp::now().us + 24LL * 3600 * 1'000'000};
  const auto id = enqueue(*one);
  database.run("UPDATE jobs SET run_at = $1", {far});
  EXPECT_TRUE(one->work_once("stage"));
  EXPECT_EQ(one->find(id)->status, "succeeded");

  enqueue(*one);
  database.run(
      "UPDATE jobs SET status = 'running', owner = 'dead:1', attempt = 1, lease_until = $1 WHERE status = "
      "'queued'",
      {far});
  EXPECT_TRUE(one->work_once("stage"));
}

TEST_F(QueueTest, ALeaseIsRenewedForAsLongAsTheWorkGoesOn) {
  Gate gate;
  auto chosen = options();
  chosen.lease = 200ms;
  const auto one = queue(
      [&](Work& work) {
        gate.pass();
        work.check();
        return mark("done");
      },
      chosen);
  const auto id = enqueue(*one);
  one->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  const auto lease = [&] { return database.text("SELECT lease_until FROM jobs").value_or(""); };
  for (int renewals = 0; renewals < 5; ++renewals) {
    const auto before = lease();
    ASSERT_TRUE(database.wait_until([&] { return lease() > before; }));
  }
  gate.open();
  ASSERT_TRUE(database.wait_until([&] { return one->find(id)->status == "succeeded"; }));
  EXPECT_EQ(one->find(id)->attempt, 1);
}

TEST_F(QueueTest, AHandlerThatHangsInSilenceLosesItsJobToAnother) {
  Gate gate;
  auto chosen = options("hanging");
  chosen.lease = 200ms;
  chosen.silence = 50ms;
  const auto hanging = queue(
      [&](Work&) {
        gate.pass();
        return mark("late");
      },
      chosen);
  const auto other = queue([](Work&) { return mark("other"); }, options("other"));
  const auto id = enqueue(*hanging);
  hanging->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  other->start();
  ASSERT_TRUE(database.wait_until([&] { return other->find(id)->status == "succeeded"; }));
  gate.open();
  hanging->stop();
  EXPECT_EQ(marked(), "other");
}

TEST_F(QueueTest, ARetryableFailureIsTriedAgainUntilItsAttemptsAreUsedUp) {
  int runs = 0;
  const auto one = queue([&](Work&) -> Handler::Finish {
    ++runs;
    throw Failure(WYV_UNAVAILABLE, "storage.away", "the storage is away");
  });
  const auto id = enqueue(*one);
  ASSERT_TRUE(one->work_once("stage"));
  EXPECT_EQ(one->find(id)->status, "queued");
  EXPECT_EQ(one->find(id)->error_message, "the storage is away");
  EXPECT_GT(one->find(id)->run_at.us, one->find(id)->created_at.us);
  ASSERT_TRUE(database.wait_until([&] {
    one->work_once("stage");
    return one->find(id)->status == "failed";
  }));
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(one->find(id)->failures, 5);
}

TEST_F(QueueTest, AFailureThatRepeatingCannotMendIsFinalAtOnce) {
  const auto one = queue(
      [](Work&) -> Handler::Finish { throw Failure(WYV_NOT_FOUND, "storage.not_found", "there is no such object"); });
  const auto id = enqueue(*one);
  ASSERT_TRUE(one->work_once("stage"));
  EXPECT_EQ(one->find(id)->status, "failed");
  EXPECT_EQ(one->find(id)->error_message, "there is no such object");
}

TEST_F(QueueTest, AFaultWhileTheOutcomeIsWrittenLeavesNothingOfIt) {
  const auto one = queue([](Work&) -> Handler::Finish {
    return [](store::Session& session) {
      mark("half")(session);
      throw Failure(WYV_INTERNAL, "cache.write", "no name for the file");
    };
  });
  const auto id = enqueue(*one);
  ASSERT_TRUE(one->work_once("stage"));
  EXPECT_EQ(one->find(id)->status, "failed");
  EXPECT_EQ(marked(), "clip.mp4");
}

TEST_F(QueueTest, ARunningJobIsCancelledInTheMiddle) {
  Gate gate;
  std::atomic<bool> saw = false;
  const auto one = queue([&](Work& work) -> Handler::Finish {
    gate.pass();
    saw = work.cancelled().load();
    work.check();
    return mark("done");
  });
  const auto id = enqueue(*one);
  one->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  EXPECT_EQ(one->cancel(id, "ada").status, "cancelled");
  gate.open();
  one->stop();
  EXPECT_TRUE(saw);
  EXPECT_EQ(one->find(id)->status, "cancelled");
  EXPECT_EQ(one->find(id)->error_message, "cancelled by ada");
  EXPECT_EQ(marked(), "clip.mp4");
}

TEST_F(QueueTest, OnlyAJobThatFailedOrWasCancelledCanBeTriedAgain) {
  const auto one = queue([](Work&) { return mark("done"); });
  const auto id = enqueue(*one);
  EXPECT_THROW(one->retry(id), Failure);
  one->cancel(id, "");
  EXPECT_THROW(one->cancel(id, ""), Failure);
  EXPECT_EQ(one->retry(id).status, "queued");
  EXPECT_TRUE(one->work_once("stage"));
  EXPECT_THROW(one->retry(id), Failure);
  EXPECT_THROW(one->retry(store::new_uuid()), Failure);
}

TEST_F(QueueTest, TheOutcomeForAnAssetThatWasDeletedMeanwhileIsDropped) {
  Gate gate;
  const auto other = database.add_asset("media", "other.mp4");
  const auto one = queue([&](Work&) {
    gate.pass();
    return mark("done");
  });
  enqueue(*one);
  one->start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  database.run("DELETE FROM assets WHERE id = $1", {asset});
  gate.open();
  one->stop();
  EXPECT_EQ(marked(), "other.mp4");
}

TEST_F(QueueTest, AStopGivesTheWorkBackWithoutCountingAFailure) {
  Gate begun;
  begun.open();
  const auto one = queue([&](Work& work) -> Handler::Finish {
    begun.pass();
    while (!work.cancelled().load()) std::this_thread::yield();
    throw Failure(WYV_CANCELLED, "call.cancelled", "the caller withdrew");
  });
  const auto id = enqueue(*one);
  one->start();
  ASSERT_TRUE(begun.wait_for_arrivals(1));
  one->stop();
  const auto job = *one->find(id);
  EXPECT_EQ(job.status, "queued");
  EXPECT_EQ(job.failures, 0);
}

TEST_F(QueueTest, JobsOfADeadProcessAreTakenUpAtOnceByItsSuccessor) {
  const auto one = queue([](Work&) { return mark("done"); });
  const auto id = enqueue(*one);
  const auto lease = store::Timestamp{store::Timestamp::now().us + 30'000'000};
  database.run("UPDATE jobs SET status = 'running', owner = 'here:dead', attempt = 1, lease_until = $1", {lease});
  EXPECT_FALSE(one->work_once("stage"));
  one->release_group();
  EXPECT_TRUE(one->work_once("stage"));
  EXPECT_EQ(one->find(id)->attempt, 2);
}

TEST_F(QueueTest, AJobWhoseProcessAlwaysDiesIsGivenUp) {
  std::string told;
  Queue one(database.store, database.log, options());
  Handler handler;
  handler.run = [](Work&) { return mark("done"); };
  handler.failed = [&](store::Session&, const Job&, const Error& error) { told = error.code; };
  one.handle("stage", std::move(handler), 1);
  const auto id = enqueue(one);
  database.run("UPDATE jobs SET status = 'running', owner = 'dead:1', attempt = 5, failures = 4, lease_until = $1",
               {store::Timestamp{1}});
  EXPECT_FALSE(one.work_once("stage"));
  EXPECT_EQ(one.find(id)->status, "failed");
  EXPECT_EQ(told, "job.never_ended");
}

TEST_F(QueueTest, MoreUrgentJobsAreServedFirst) {
  std::vector<std::string> order;
  const auto one = queue([&](Work& work) -> Handler::Finish {
    order.push_back(work.job().filename.value());
    return [](store::Session&) {};
  });
  for (const auto& [name, priority] : {std::pair{"low", 1}, {"high", 9}, {"middle", 5}}) {
    asset = database.add_asset("media", name);
    enqueue(*one, priority);
  }
  while (one->work_once("stage")) {
  }
  EXPECT_EQ(order, (std::vector<std::string>{"high", "middle", "low"}));
}

}  // namespace
}  // namespace wyvern::staging
