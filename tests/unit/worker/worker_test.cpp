#include "worker/worker.hpp"

#include <fstream>

#include "scene.hpp"
#include "worker/on_air_files.hpp"

namespace wyvern::worker::testing {
namespace {

// A folder as a worker that was killed leaves it: what is copied while it runs.
class Killed {
 public:
  explicit Killed(const Folder& from) {
    for (const char* name : {"spool.jsonl", "marks", "list.json", "onair.json"}) {
      std::error_code ignored;
      std::filesystem::copy_file(from.path() / name, folder_.path() / name, ignored);
    }
  }
  const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
};

Environment quick(const Clock& clock) {
  Environment environment;
  environment.clock = &clock;
  environment.checkpoint_interval = std::chrono::milliseconds(5);
  return environment;
}

// Until onair.json shows what `is_so` asks for.
bool written(const Folder& folder, const std::function<bool(const OnAir&)>& is_so) {
  return eventually([&] {
    const auto state = OnAirFiles(folder.path()).read();
    return state && is_so(*state);
  });
}

bool on_air_with(const OnAir& state, const std::string& id) {
  return state.on_air() != nullptr && state.on_air()->id() == id;
}

struct RunningWorker {
  RunningWorker(const Folder& folder, const Clock& clock)
      : worker(settings(folder.path()), FakeEngine::table(), engine.instance(), quick(clock)) {
    worker.start().or_throw();
  }
  FakeEngine engine;
  Worker worker;
};

TEST(AWorker, GoesOnAirByItselfAndLeavesItWhenStopped) {
  const Folder folder;
  FakeEngine engine;
  {
    Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
    ASSERT_TRUE(worker.start());
    EXPECT_EQ(engine.calls()[0], "configure");
    EXPECT_EQ(engine.calls()[1], "start_channel");
    const Json status = worker.status();
    for (const char* field : {"state", "epoch", "run", "uptime_s", "spool", "lease", "resident_bytes", "on_air"}) {
      EXPECT_TRUE(status.contains(field)) << field;
    }
    worker.stop();
    worker.stop();
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "onair.json"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "list.json"));
}

TEST(AWorker, TellsWhyItsEngineDoesNotGoOnAirAndCanTryAgain) {
  const Folder folder;
  FakeEngine engine;
  engine.fail("start_channel", {WYV_UNAVAILABLE, "engine.port", "port 9000 is in use", "", true});
  Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
  const auto started = worker.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "port 9000 is in use");
  EXPECT_EQ(worker.status()["fault"]["message"], "port 9000 is in use");
  worker.start_channel({});
  EXPECT_TRUE(worker.status()["fault"].is_null());
  EXPECT_EQ(worker.status()["on_air"], true);
}

TEST(AWorker, AnswersForStatusAndEventsWhileACommandHangs) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.engine.hold("load");
  std::thread loading([&] { run.worker.load(playlist({"a"}), {}); });
  ASSERT_TRUE(run.engine.wait_for_call("load"));
  run.engine.emit({{"type", "x"}});
  EXPECT_EQ(types(all_events(run.worker, 1)), std::vector<std::string>{"x"});
  EXPECT_EQ(run.worker.status()["state"], "idle");
  run.engine.let_go();
  loading.join();
}

TEST(AWorker, LivesThroughAnEngineThatTellsNonsense) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.engine.emit("no object");
  run.engine.emit({{"type", "item_started"}, {"item_id", nullptr}, {"load_id", 7}, {"frame", "x"}});
  run.engine.set_status({{"state", nullptr}, {"item", {{"id", 7}}}});
  EXPECT_EQ(types(all_events(run.worker, 2)), (std::vector<std::string>{"unreadable_event", "item_started"}));
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return !state.open.empty(); }));
}

TEST(AWorker, ForgetsTheListWhenItsChannelIsStopped) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a"}), {});
  run.engine.begin_item("a");
  run.worker.stop_channel({});
  const Json events = events_after(run.worker, 0)["events"];  // they are there when the answer is
  EXPECT_EQ(types(events), (std::vector<std::string>{"item_started", "item_ended"}));
  const Killed killed(folder);
  RunningWorker next(killed.folder(), clock);
  EXPECT_TRUE(next.engine.loaded().is_null());
  EXPECT_EQ(next.worker.status()["on_air"], false);
}

TEST(AWorkerAfterACrash, ResumesTheListThatAnUpdateChanged) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a", "b"}), {});
  run.engine.begin_item("a");
  Json update = playlist({"x", "a", "c"});
  update["load_id"] = "l2";
  run.worker.update(update, {});
  run.engine.set_status({{"frame", 50}, {"item", {{"position_frames", 50}}}});
  ASSERT_TRUE(
      written(folder, [](const OnAir& state) { return state.checkpoint && state.checkpoint->frames_sent == 50; }));
  const Killed killed(folder);
  clock.pass_ms(1000);
  RunningWorker next(killed.folder(), clock);
  const Json loaded = next.engine.loaded();
  EXPECT_EQ(loaded["start"], (Json{{"index", 1}, {"offset_ms", 3000}}));
  EXPECT_EQ(loaded["load_id"], "l2");
  const Json events = all_events(next.worker, 3);
  EXPECT_EQ(events[1]["frames_sent"], 50);
  EXPECT_EQ(events[2]["down_us"], 1'000'000);
  EXPECT_EQ(next.worker.status()["recovered"]["item_id"], "a");
}

TEST(AWorkerAfterACrash, StaysPaused) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a"}), {});
  run.engine.begin_item("a");
  run.engine.set_status({{"frame", 25}, {"item", {{"position_frames", 25}}}});
  run.worker.pause({});
  ASSERT_TRUE(
      written(folder, [](const OnAir& state) { return state.paused && state.checkpoint->position_frames == 25; }));
  const Killed killed(folder);
  clock.pass_ms(60'000);
  RunningWorker next(killed.folder(), clock);
  EXPECT_EQ(next.engine.loaded()["start"]["offset_ms"], 1000);
  next.engine.begin_item("a");
  EXPECT_TRUE(next.engine.wait_for_call("pause"));
}

TEST(AWorkerAfterACrash, LoadsAListThatHadNotBegun) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a", "b"}), {});
  run.engine.begin_item("a");
  Json second = playlist({"c"});
  second["load_id"] = "l2";
  run.worker.load(second, {});
  const Killed killed(folder);
  RunningWorker next(killed.folder(), clock);
  EXPECT_EQ(next.engine.loaded()["items"][0]["id"], "c");
  const Json events = all_events(next.worker, 3);
  EXPECT_EQ(events[1]["item_id"], "a");
  EXPECT_EQ(events[1]["result"], "lost");
}

TEST(AWorkerAfterACrash, DoesNotResumeAListThatHadEnded) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a"}), {});
  run.engine.begin_item("a");
  run.engine.end_item();
  run.engine.emit({{"type", "playback_ended"}, {"reason", "end"}, {"frame", 100}, {"at_us", 1}});
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return state.ended; }));
  const Killed killed(folder);
  RunningWorker next(killed.folder(), clock);
  EXPECT_TRUE(next.engine.loaded().is_null());
}

TEST(AWorkerAfterACrash, FindsWhatWasOnAirInTheSpoolWhenItsFileIsGone) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a", "b"}), {});
  run.engine.begin_item("a", clock.wall_us());
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return on_air_with(state, "a"); }));
  const Killed killed(folder);
  std::ofstream(killed.folder().path() / "onair.json", std::ios::trunc) << "{\"torn";
  clock.pass_ms(2000);
  RunningWorker next(killed.folder(), clock);
  EXPECT_EQ(next.engine.loaded()["start"]["offset_ms"], 2000);
  EXPECT_EQ(all_events(next.worker, 3)[1]["result"], "lost");
}

TEST(AnItemAtWhichTheWorkerCrashedTwiceInARow, IsSkipped) {
  const Folder folder;
  FakeClock clock;
  RunningWorker first(folder, clock);
  first.worker.load(playlist({"a", "b"}, true), {});
  first.engine.begin_item("a");
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return on_air_with(state, "a"); }));
  const Killed once(folder);
  RunningWorker second(once.folder(), clock);
  EXPECT_EQ(second.engine.loaded()["start"]["index"], 0);
  second.engine.begin_item("a");
  ASSERT_TRUE(written(once.folder(), [](const OnAir& state) { return on_air_with(state, "a"); }));
  const Killed twice(once.folder());
  RunningWorker third(twice.folder(), clock);
  EXPECT_EQ(third.engine.loaded()["start"]["index"], 1);
  const Json events = all_events(third.worker, 7);
  ASSERT_EQ(types(events), (std::vector<std::string>{"item_started", "item_ended", "worker_recovered", "item_started",
                                                     "item_ended", "item_skipped", "worker_recovered"}));
  EXPECT_EQ(events[5]["item_id"], "a");
  EXPECT_EQ(events[5]["removed"], false);
}

TEST(AnItemAtWhichTheWorkerCrashesBeforeItIsOnAir, IsTakenOutOfTheList) {
  const Folder folder;
  FakeClock clock;
  RunningWorker first(folder, clock);
  first.worker.load(playlist({"a", "b"}, true), {});
  const Killed once(folder);
  RunningWorker second(once.folder(), clock);
  EXPECT_EQ(second.engine.loaded()["start"]["index"], 0);
  const Killed twice(once.folder());
  RunningWorker third(twice.folder(), clock);
  const Json loaded = third.engine.loaded();
  ASSERT_EQ(loaded["items"].size(), 1U);
  EXPECT_EQ(loaded["items"][0]["id"], "b");
}

TEST(AnItemThatWasPlayedForLongBetweenTwoCrashes, IsNotSkipped) {
  const Folder folder;
  FakeClock clock;
  Json list = playlist({"a", "b"});
  list["items"][0]["duration_ms"] = 7'200'000;
  RunningWorker first(folder, clock);
  first.worker.load(list, {});
  first.engine.begin_item("a");
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return on_air_with(state, "a"); }));
  const Killed once(folder);
  RunningWorker second(once.folder(), clock);
  second.engine.begin_item("a");
  clock.pass_ms(600'000);
  second.engine.set_status({{"frame", 15000}, {"item", {{"position_frames", 15000}}}});
  ASSERT_TRUE(
      written(once.folder(), [](const OnAir& s) { return s.checkpoint && s.checkpoint->frames_sent == 15000; }));
  const Killed twice(once.folder());
  RunningWorker third(twice.folder(), clock);
  EXPECT_EQ(third.engine.loaded()["start"]["index"], 0);
  EXPECT_EQ(third.engine.loaded()["start"]["offset_ms"], 600'000);
}

TEST(AListThatTheEngineRefusesToResume, LeavesTheChannelOnAir) {
  const Folder folder;
  FakeClock clock;
  RunningWorker run(folder, clock);
  run.worker.load(playlist({"a"}), {});
  run.engine.begin_item("a");
  ASSERT_TRUE(written(folder, [](const OnAir& state) { return on_air_with(state, "a"); }));
  const Killed killed(folder);
  FakeEngine engine;
  engine.fail("load", {WYV_INVALID, "engine.broken", "the file is gone", "", false});
  Worker worker(settings(killed.folder().path()), FakeEngine::table(), engine.instance(), quick(clock));
  ASSERT_TRUE(worker.start());
  EXPECT_EQ(worker.status()["on_air"], true);
  EXPECT_EQ(all_events(worker, 4)[3]["type"], "resumption_failed");
}

}  // namespace
}  // namespace wyvern::worker::testing
