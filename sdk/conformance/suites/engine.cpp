// Engines: media, channels and what they are asked for. What they play is in engine_playback.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "suites/engine_fixture.hpp"

namespace wyvern::conformance {
namespace {

class EngineTable : public StartedEngine {};

TEST_F(EngineTable, HasEveryFunction) { EXPECT_TRUE(whole()); }

class Engine : public StartedEngine {
 protected:
  void SetUp() override {
    StartedEngine::SetUp();
    if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
  }
  std::string name() { return std::string(text(table_->name(instance.raw()))); }
  // A file that may not go on air, with a code that says so.
  void refuses(const std::string& path) {
    const auto answer = probe(path);
    EXPECT_TRUE(answer.outcome.status == WYV_INVALID || answer.outcome.status == WYV_NOT_FOUND)
        << to_string(answer.outcome) << " instead of WYV_INVALID";
    ASSERT_EQ(answer.outcome.reports.size(), 1U) << "reports";
    EXPECT_TRUE(answer.outcome.reports[0].code.starts_with("media.")) << answer.outcome.reports[0].code;
    EXPECT_EQ(answer.text, "") << "what it wrote";
  }
};

bool is_null_or(const Json& value, bool (Json::*is)() const noexcept) { return value.is_null() || (value.*is)(); }

TEST_F(Engine, HasAName) { EXPECT_NE(name(), ""); }

TEST_F(Engine, HasTheSameNameEachTime) {
  const auto first = name();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(name(), first);
}

TEST_F(Engine, HasTheNameThatItsManifestSays) {
  const auto wanted = given().manifest.value("renders_for", "");
  if (wanted.empty()) GTEST_SKIP() << "its manifest says no renders_for";
  EXPECT_EQ(name(), wanted) << "renders_for";
}

TEST_F(Engine, DescribesAClip) {
  const auto answer = probe(good_clip());
  ASSERT_TRUE(is_ok(answer.outcome));
  const auto facts = answer.json();
  ASSERT_TRUE(facts.is_object()) << answer.text;
  for (const char* field : {"duration_ms", "width", "height", "framerate", "rate_num", "rate_den", "audio_channels",
                            "audio_rate", "video_frames"}) {
    ASSERT_TRUE(facts.contains(field)) << field << " is not in " << facts;
    EXPECT_TRUE(is_null_or(facts[field], &Json::is_number)) << field << ": " << facts[field];
  }
  for (const char* field : {"scan", "video_codec", "audio_codec", "container"}) {
    ASSERT_TRUE(facts.contains(field)) << field << " is not in " << facts;
    EXPECT_TRUE(is_null_or(facts[field], &Json::is_string)) << field << ": " << facts[field];
  }
  ASSERT_TRUE(facts.contains("pixel_aspect")) << "pixel_aspect is not in " << facts;
  EXPECT_TRUE(is_null_or(facts["pixel_aspect"], &Json::is_array)) << "pixel_aspect: " << facts["pixel_aspect"];
}

TEST_F(Engine, MeasuresAClip) {
  const auto facts = probe(good_clip()).json();
  ASSERT_TRUE(facts.is_object());
  EXPECT_NEAR(facts.value("duration_ms", 0.0), 1000, 1) << "duration_ms of the kit's clip";
  EXPECT_EQ(facts.value("width", 0), 320);
  EXPECT_EQ(facts.value("height", 0), 180);
}

TEST_F(Engine, RefusesAMissingFile) { refuses(missing_clip()); }
TEST_F(Engine, RefusesAnEmptyFile) { refuses(empty_clip()); }
TEST_F(Engine, RefusesAFileOfWords) { refuses(words()); }
TEST_F(Engine, RefusesAClipThatWasCutOff) { refuses(cut_off_clip()); }

TEST_F(Engine, RefusesToStartAChannelBeforeConfigure) { EXPECT_TRUE(is(WYV_WRONG_STATE, start_channel())); }

TEST_F(Engine, RefusesAChannelThatIsNone) {
  auto no_width = channel();
  no_width["format"]["width"] = 0;
  auto no_rate = channel();
  no_rate["format"]["rate_den"] = 0;
  auto no_format = channel();
  no_format.erase("format");
  for (const auto& bad :
       {std::string("{\"format\":"), std::string("[]"), no_format.dump(), no_width.dump(), no_rate.dump()}) {
    const auto outcome = configure(bad);
    EXPECT_TRUE(is(WYV_INVALID, outcome)) << bad;
    EXPECT_EQ(outcome.reports.size(), 1U) << "reports for " << bad;
  }
}

TEST_F(Engine, GoesOnAir) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  const auto event = recorder_.wait_for("channel_started");
  ASSERT_FALSE(event.is_null()) << "no channel_started; " << recorder_.story();
  EXPECT_EQ(event.value("frame", -1), 0);
  EXPECT_TRUE(comes_to([](const Json& status) { return status.value("frame", 0) > 2; })) << "frames are not counted";
}

TEST_F(Engine, IsIdleUntilSomethingPlays) {
  ASSERT_TRUE(is_ok(configure(channel().dump())));
  EXPECT_EQ(state(), "stopped") << "before start_channel";
  ASSERT_TRUE(is_ok(start_channel()));
  EXPECT_TRUE(comes_to_be("idle")) << "after start_channel: " << status().text;
}

TEST_F(Engine, RefusesASecondStartOfTheChannel) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  EXPECT_TRUE(is(WYV_WRONG_STATE, start_channel()));
}

TEST_F(Engine, LeavesTheAirAsOftenAsItIsTold) {
  EXPECT_TRUE(is_ok(stop_channel())) << "before configure";
  ASSERT_NO_FATAL_FAILURE(on_air());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(is_ok(stop_channel())) << "of time " << i;
  EXPECT_EQ(state(), "stopped");
}

TEST_F(Engine, CountsFramesOnOverAnotherStart) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  ASSERT_TRUE(comes_to([](const Json& status) { return status.value("frame", 0) > 2; }));
  ASSERT_TRUE(is_ok(stop_channel()));
  ASSERT_TRUE(is_ok(start_channel())) << "after stop_channel";
  const auto event = recorder_.wait_for("channel_started", 2);
  ASSERT_FALSE(event.is_null()) << "no second channel_started; " << recorder_.story();
  EXPECT_GT(event.value("frame", 0), 2) << "frame never goes back while the instance lives";
}

TEST_F(Engine, RefusesAPlaylistThatIsNone) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  auto no_items = playlist({});
  auto no_id = playlist({item("")});
  auto backwards = playlist({item("a")});
  backwards["items"][0]["in_point"] = 0.8;
  backwards["items"][0]["out_point"] = 0.2;
  auto beyond = playlist({item("a")});
  beyond["start"] = {{"index", 1}, {"offset_ms", 0}};
  for (const auto& bad : {std::string("{\"items\":"), std::string("[]"), no_items.dump(), no_id.dump(),
                          backwards.dump(), beyond.dump()}) {
    const auto outcome = load_text(bad);
    EXPECT_TRUE(is(WYV_INVALID, outcome)) << bad;
    EXPECT_EQ(outcome.reports.size(), 1U) << "reports for " << bad;
  }
}

TEST_F(Engine, RefusesTransportWhenNothingPlays) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  EXPECT_TRUE(is(WYV_WRONG_STATE, pause())) << "pause";
  EXPECT_TRUE(is(WYV_WRONG_STATE, resume())) << "resume";
  EXPECT_TRUE(is(WYV_WRONG_STATE, skip())) << "skip";
  EXPECT_TRUE(is(WYV_WRONG_STATE, stop_playback())) << "stop_playback";
}

TEST_F(Engine, TellsItsStatus) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  const auto answer = status();
  ASSERT_TRUE(is_ok(answer.outcome));
  const auto json = answer.json();
  ASSERT_TRUE(json.is_object()) << answer.text;
  EXPECT_EQ(json.value("state", ""), "playing");
  EXPECT_EQ(json.value("playlist_id", ""), "list");
  EXPECT_EQ(json.value("load_id", ""), "load-1");
  for (const char* number : {"frame", "late_frames", "repeated_frames", "skipped_frames"})
    EXPECT_TRUE(json.value(number, Json()).is_number_integer()) << number << " in " << json;
  for (const char* object : {"format", "item", "decoder", "encoder"})
    EXPECT_TRUE(json.value(object, Json()).is_object()) << object << " in " << json;
  EXPECT_TRUE(json.value("outputs", Json()).is_array()) << "outputs in " << json;
  constexpr std::array rungs{"item", "next", "filler", "slate"};
  EXPECT_NE(std::find(rungs.begin(), rungs.end(), json.value("rung", "")), rungs.end()) << "rung in " << json;
  for (const char* field : {"loop", "next", "reason", "preview"}) EXPECT_TRUE(json.contains(field)) << field;
  const auto on_air = json.value("item", Json::object());
  EXPECT_EQ(on_air.value("id", ""), "a");
  EXPECT_EQ(on_air.value("index", -1), 0);
  for (const char* number : {"position_frames", "position_ms"})
    EXPECT_TRUE(on_air.value(number, Json()).is_number()) << "item." << number << " in " << json;
  EXPECT_TRUE(on_air.contains("duration_frames")) << "item.duration_frames in " << json;
}

TEST_F(Engine, AnswersItsStatusQuickly) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a")})));
  std::vector<std::chrono::nanoseconds> took;
  for (int i = 0; i < 20; ++i) took.push_back(status().outcome.took);
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[took.size() / 2], std::chrono::milliseconds(40)) << "the median of 20: it never waits for the outside";
}

TEST_F(Engine, CallsItsListenerOnceAtATime) {
  ASSERT_NO_FATAL_FAILURE(on_air());
  recorder_.dawdle(std::chrono::milliseconds(20));
  ASSERT_TRUE(is_ok(load(playlist({short_item("a"), short_item("b")}))));
  ASSERT_FALSE(recorder_.wait_for("item_started").is_null()) << recorder_.story();
  ASSERT_TRUE(is_ok(load(playlist({short_item("c")}, "load-2"))));
  ASSERT_FALSE(recorder_.wait_for("playback_ended").is_null()) << recorder_.story();
  ASSERT_TRUE(is_ok(stop_channel()));
  EXPECT_FALSE(recorder_.overlapped()) << "two events came at once";
}

TEST_F(Engine, HasToldAllWhenItLeavesTheAir) {
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a"), item("b")})));
  ASSERT_TRUE(is_ok(stop_channel()));
  const auto told = recorder_.events();
  ASSERT_EQ(recorder_.events("item_ended").size(), 1U) << recorder_.story();
  EXPECT_EQ(recorder_.events("playback_ended").size(), 1U) << recorder_.story();
  (void)poll(nullptr, 0, 200);  // for what should not come
  EXPECT_EQ(recorder_.events().size(), told.size()) << "events after stop_channel; " << recorder_.story();
}

TEST_F(Engine, StandsBesideAnother) {
  Instance other(host, "other");
  ASSERT_TRUE(is_ok(other.create()));
  ASSERT_TRUE(is_ok(other.prepare()));
  ASSERT_TRUE(is_ok(other.start()));
  auto& others = *new EventRecorder;
  const auto described = channel().dump();
  const auto list = playlist({item("of-the-other")}).dump();
  RecordedCall configured, begun, loaded;
  ASSERT_TRUE(is_ok(
      configured.finish(table_->configure(other.raw(), view(described), others.listener(), configured.context()))));
  ASSERT_NO_FATAL_FAILURE(playing(playlist({item("a")})));
  ASSERT_TRUE(is_ok(begun.finish(table_->start_channel(other.raw(), begun.context()))));
  ASSERT_TRUE(is_ok(loaded.finish(table_->load(other.raw(), view(list), loaded.context()))));
  EXPECT_EQ(others.wait_for("item_started").value("item_id", ""), "of-the-other") << others.story();
  for (const auto& event : recorder_.events("item_started")) EXPECT_EQ(event.value("item_id", ""), "a");
}

TEST_F(Engine, LeavesNothingWhenItIsStoppedOnAir) {
  std::size_t begun = 0;
  const auto live = [&] {
    ASSERT_NO_FATAL_FAILURE(on_air());
    ASSERT_TRUE(is_ok(load(playlist({item("a"), item("b")}))));
    ASSERT_FALSE(recorder_.wait_for("item_started", ++begun).is_null()) << recorder_.story();
    ASSERT_TRUE(is_ok(instance.stop()));
    ASSERT_TRUE(is_ok(instance.prepare()));
    ASSERT_TRUE(is_ok(instance.start()));
  };
  // Libraries keep something from the first use on, such as a thread or two of a pool, and not always the same.
  for (int i = 0; i < 2; ++i) ASSERT_NO_FATAL_FAILURE(live());
  const auto before = settle(look_at_process());
  constexpr std::size_t lives = 4;
  for (std::size_t i = 0; i < lives; ++i) ASSERT_NO_FATAL_FAILURE(live());
  const auto after = settle(before);
  const auto fewer = [](const auto& now, const auto& then) { return now.size() < then.size() + lives; };
  EXPECT_TRUE(fewer(after.threads, before.threads)) << "threads: " << more(before.threads, after.threads);
  EXPECT_TRUE(fewer(after.descriptors, before.descriptors))
      << "descriptors: " << more(before.descriptors, after.descriptors);
  EXPECT_EQ(more(before.children, after.children), "") << "processes that run on after stop";
}

}  // namespace
}  // namespace wyvern::conformance
