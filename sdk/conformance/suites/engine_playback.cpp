// Engines: what becomes of a playlist, told by the events.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "suites/engine_fixture.hpp"

namespace wyvern::conformance {
namespace {

constexpr std::int64_t frame_us = 40'000;

class EnginePlayback : public StartedEngine {
 protected:
  void SetUp() override {
    StartedEngine::SetUp();
    if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
  }
  // The list from its first item to the end of playback.
  void plays(const Json& list) {
    ASSERT_NO_FATAL_FAILURE(playing(list));
    ASSERT_FALSE(recorder_.wait_for("playback_ended").is_null()) << "playback did not end; " << recorder_.story();
  }
  Json started(std::size_t number) { return recorder_.wait_for("item_started", number); }
  Json ended(std::size_t number) { return recorder_.wait_for("item_ended", number); }
  // "item_started a", "playback_ended": what concerns items and playback, in order.
  std::vector<std::string> story() {
    std::vector<std::string> lines;
    for (const auto& event : recorder_.events()) {
      const auto type = event.value("type", "");
      if (type == "item_started" || type == "item_ended") lines.push_back(type + " " + event.value("item_id", ""));
      if (type == "playback_ended") lines.push_back(type);
    }
    return lines;
  }
  static std::int64_t frame(const Json& event) {
    return event.is_object() ? event.value("frame", std::int64_t{-1}) : -1;
  }
  static std::string result(const Json& event) { return event.is_object() ? event.value("result", "") : "no event"; }
  // Items that were found broken before they were on air, or there.
  std::vector<Json> told_broken() {
    auto told = recorder_.events("item_discarded");
    for (const auto& event : recorder_.events("item_ended"))
      if (event.value("result", "") == "failed") told.push_back(event);
    return told;
  }
  // An item that cannot be played does not keep the one behind it off the air, and is told of.
  void plays_past(const std::string& path) {
    ASSERT_NO_FATAL_FAILURE(plays(playlist({item("a"), item("broken", path), item("c")})));
    EXPECT_EQ(started(2).value("item_id", ""), "c") << recorder_.story();
    const auto told = told_broken();
    ASSERT_EQ(told.size(), 1U) << "neither discarded nor failed; " << recorder_.story();
    EXPECT_EQ(told[0].value("item_id", ""), "broken") << recorder_.story();
    EXPECT_TRUE(told[0].value("reason", Json()).is_string()) << "the reason: " << told[0];
  }
};

TEST_F(EnginePlayback, GoesFromTheFirstItemToTheEnd) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({item("a"), item("b")})));
  EXPECT_EQ(story(), (std::vector<std::string>{"item_started a", "item_ended a", "item_started b", "item_ended b",
                                               "playback_ended"}));
  EXPECT_EQ(result(ended(1)), "played");
  EXPECT_EQ(recorder_.wait_for("playback_ended").value("reason", ""), "end");
  EXPECT_TRUE(comes_to_be("idle")) << "behind the end of the list: " << status().text;
}

TEST_F(EnginePlayback, TellsWhichItemItIs) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({short_item("a")})));
  for (const auto& event : {started(1), ended(1)}) {
    EXPECT_EQ(event.value("item_id", ""), "a") << event;
    EXPECT_EQ(event.value("asset_id", ""), "asset-a") << event;
    EXPECT_EQ(event.value("clip_name", ""), "clip a") << event;
    EXPECT_EQ(event.value("playlist_id", ""), "list") << event;
    EXPECT_EQ(event.value("load_id", ""), "load-1") << event;
    EXPECT_EQ(event.value("index", -1), 0) << event;
    EXPECT_EQ(event.value("loop_count", -1), 0) << event;
  }
}

TEST_F(EnginePlayback, TellsWhatItPlanned) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({short_item("a")})));
  const auto event = started(1);
  EXPECT_TRUE(event.value("planned_frame", Json()).is_number_integer()) << "planned_frame in " << event;
  EXPECT_TRUE(event.value("planned_us", Json()).is_number_integer()) << "planned_us in " << event;
  EXPECT_EQ(event.value("offset_frames", -1), 0) << event;
  EXPECT_EQ(event.value("transition", ""), "cut") << event;
  EXPECT_EQ(event.value("planned_duration_frames", -1), 5) << event;
}

TEST_F(EnginePlayback, CutsWithoutAGap) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({item("a"), item("b"), item("c")})));
  for (std::size_t number = 1; number < 3; ++number)
    EXPECT_EQ(frame(ended(number)), frame(started(number + 1)))
        << "item_ended has the first frame without the item: that of the next item_started; " << recorder_.story();
}

TEST_F(EnginePlayback, SendsEveryFrameOfAClip) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({item("a"), item("b")})));
  // Frame numbers leap over what a machine that stalls has no time for, and its pictures may be left out.
  const auto skipped = status().json().value("skipped_frames", std::int64_t{0});
  const auto sent = ended(1).value("frames_sent", std::int64_t{0});
  EXPECT_TRUE(sent <= 25 && sent >= 25 - skipped) << sent << " of one second of 25 pictures";
  const auto leapt = frame(ended(1)) - frame(started(1)) - 25 - ended(1).value("repeated_frames", std::int64_t{0});
  EXPECT_TRUE(leapt >= 0 && leapt <= skipped) << "frame numbers beyond those of 25 pictures: " << leapt;
}

TEST_F(EnginePlayback, HonoursInAndOutPoints) {
  auto cut = item("a");
  cut["in_point"] = 0.2;
  cut["out_point"] = 0.6;
  ASSERT_NO_FATAL_FAILURE(plays(playlist({cut})));
  EXPECT_EQ(ended(1).value("frames_sent", 0), 10) << "from 0.2 s to 0.6 s";
}

TEST_F(EnginePlayback, BeginsWhereItIsTold) {
  auto list = playlist({item("a"), item("b")});
  list["start"] = {{"index", 1}, {"offset_ms", 600}};
  ASSERT_NO_FATAL_FAILURE(plays(list));
  EXPECT_EQ(started(1).value("item_id", ""), "b");
  EXPECT_EQ(started(1).value("offset_frames", 0), 15);
  EXPECT_EQ(ended(1).value("frames_sent", 0), 10);
}

TEST_F(EnginePlayback, StampsFramesWithTheWallClock) {
  ASSERT_NO_FATAL_FAILURE(plays(playlist({item("a")})));
  const auto now_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const auto at = [](const Json& event) { return event.value("at_us", std::int64_t{0}); };
  EXPECT_NEAR(static_cast<double>(at(ended(1))), static_cast<double>(now_us), 10e6) << "microseconds since 1970";
  const auto frames = frame(ended(1)) - frame(started(1));
  EXPECT_NEAR(static_cast<double>(at(ended(1)) - at(started(1))), static_cast<double>(frames * frame_us), 1000)
      << "when the frames were due, by the channel's own clock, and not when it told of them: between two frames that "
         "are "
      << frames << " apart";
}

TEST_F(EnginePlayback, CountsLoops) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")}, "load-1", true)));
  const auto again = started(3);
  ASSERT_FALSE(again.is_null()) << "it does not loop; " << recorder_.story();
  EXPECT_EQ(again.value("item_id", ""), "a");
  EXPECT_EQ(again.value("loop_count", 0), 1) << again;
}

TEST_F(EnginePlayback, PlaysAListThatWasLoadedBeforeItWentOnAir) {
  ASSERT_TRUE(is_ok(configure(channel().dump())));
  ASSERT_TRUE(is_ok(load(playlist({item("a")})))) << "before start_channel";
  ASSERT_TRUE(is_ok(start_channel()));
  EXPECT_FALSE(started(1).is_null()) << recorder_.story();
}

TEST_F(EnginePlayback, SkipsToTheNextItem) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  ASSERT_TRUE(is_ok(skip()));
  ASSERT_FALSE(started(2).is_null()) << recorder_.story();
  EXPECT_EQ(result(ended(1)), "skipped");
  EXPECT_EQ(frame(ended(1)), frame(started(2)));
  EXPECT_LT(ended(1).value("frames_sent", 25), 25);
}

TEST_F(EnginePlayback, EndsWhenTheLastItemIsSkipped) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a")})));
  ASSERT_TRUE(is_ok(skip()));
  const auto event = recorder_.wait_for("playback_ended");
  ASSERT_FALSE(event.is_null()) << recorder_.story();
  EXPECT_LT(frame(event) - frame(started(1)), 20) << "it was played to its end";
}

TEST_F(EnginePlayback, PausesAsOftenAsItIsTold) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a")})));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_ok(pause())) << "pause " << i;
  EXPECT_TRUE(comes_to_be("paused")) << status().text;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_ok(resume())) << "resume " << i;
  EXPECT_TRUE(comes_to_be("playing")) << status().text;
}

TEST_F(EnginePlayback, HoldsItsPlaceInAPause) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a")})));
  ASSERT_TRUE(is_ok(pause()));
  const auto counts_on = [&](std::int64_t from, std::int64_t frames) {
    return comes_to([&](const Json& now) { return now.value("frame", std::int64_t{0}) > from + frames; });
  };
  const auto frame_now = [&] { return status().json().value("frame", std::int64_t{0}); };
  ASSERT_TRUE(counts_on(frame_now(), 1))
      << "the channel's frames are not counted on";  // it holds from the next tick on
  const auto before = status().json();
  ASSERT_TRUE(counts_on(frame_now(), 5)) << "the channel's frames are not counted on";
  const auto position = [](const Json& status) {
    return status.value("item", Json::object()).value("position_frames", -1);
  };
  EXPECT_EQ(position(status().json()), position(before));
  ASSERT_TRUE(is_ok(resume()));
  ASSERT_FALSE(ended(1).is_null()) << recorder_.story();
  EXPECT_GE(frame(ended(1)) - frame(started(1)), 30) << "the clip of 25 frames and the pause";
}

TEST_F(EnginePlayback, StopsPlaybackAndStaysOnAir) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  ASSERT_TRUE(is_ok(stop_playback()));
  const auto event = recorder_.wait_for("playback_ended");
  ASSERT_FALSE(event.is_null()) << recorder_.story();
  EXPECT_EQ(event.value("reason", ""), "stopped");
  EXPECT_EQ(result(ended(1)), "stopped");
  EXPECT_TRUE(comes_to_be("idle")) << status().text;
  const auto now = status().json().value("frame", 0);
  EXPECT_TRUE(comes_to([&](const Json& status) { return status.value("frame", 0) > now; })) << "it left the air";
}

TEST_F(EnginePlayback, ReplacesWhatIsOnAirByALoad) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  ASSERT_TRUE(is_ok(load(playlist({item("c")}, "load-2"))));
  const auto second = started(2);
  ASSERT_FALSE(second.is_null()) << recorder_.story();
  EXPECT_EQ(second.value("item_id", ""), "c");
  EXPECT_EQ(second.value("load_id", ""), "load-2");
  EXPECT_EQ(result(ended(1)), "replaced");
}

TEST_F(EnginePlayback, UpdatesAroundTheItemOnAir) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  ASSERT_TRUE(is_ok(update(playlist({item("x"), item("a"), item("c")}))));
  ASSERT_FALSE(started(2).is_null()) << recorder_.story();
  EXPECT_EQ(result(ended(1)), "played") << "of the item that was on air";
  EXPECT_EQ(ended(1).value("frames_sent", 0), 25);
  EXPECT_EQ(started(2).value("item_id", ""), "c") << "what stands behind it now";
}

TEST_F(EnginePlayback, GoesPastAFileOfWords) { plays_past(words()); }
TEST_F(EnginePlayback, GoesPastAMissingFile) { plays_past(missing_clip()); }

TEST_F(EnginePlayback, EndsWhenNothingOfAListCanBePlayed) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  ASSERT_TRUE(is_ok(load(playlist({item("broken", words()), item("missing", missing_clip())}))));
  EXPECT_TRUE(comes_to([&](const Json&) { return told_broken().size() == 2; })) << recorder_.story();
  EXPECT_TRUE(comes_to_be("idle")) << status().text;
  ASSERT_TRUE(is_ok(load(playlist({item("good")}, "load-2")))) << "of a good list, after that";
  EXPECT_FALSE(started(1).is_null()) << recorder_.story();
}

TEST_F(EnginePlayback, NeverCountsBack) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({short_item("a"), short_item("b")})));
  ASSERT_TRUE(is_ok(load(playlist({item("c"), item("d")}, "load-2"))));
  ASSERT_FALSE(recorder_.wait_for("playback_ended").is_null()) << recorder_.story();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const auto& event : recorder_.events()) {
    if (!event.contains("frame")) continue;
    EXPECT_GE(frame(event), last) << event << "; " << recorder_.story();
    last = std::max(last, frame(event));
  }
}

}  // namespace
}  // namespace wyvern::conformance
