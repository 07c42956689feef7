#include "worker/resumption.hpp"

#include "scene.hpp"

namespace wyvern::worker::testing {
namespace {

constexpr Rate rate{25, 1};

// On air with item `id` at `position`, seen just now.
OnAir on_air_at(const std::string& id, std::int64_t position, const Clock& clock) {
  OnAir state;
  const Json started = {{"type", "item_started"}, {"item_id", id}, {"load_id", "l1"}, {"index", 0}};
  state.fold(1, started, &clock);
  state.checkpoint->position_frames = position;
  return state;
}

OnAirList list_of(const Json& playlist) { return {playlist, {"l1"}, 0}; }

Resumption plan(const OnAir& state, const Json& playlist, const Clock& clock, const std::string& skip = "") {
  return plan_resumption(state, list_of(playlist), rate, clock, skip);
}

TEST(AResumedList, GoesOnWithinTheItemWhereItWouldBe) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.pass_ms(1000);
  const auto found = plan(state, playlist({"a", "b"}), clock);
  EXPECT_EQ(found.index, 0U);
  EXPECT_EQ(found.offset_frames, 35);
  EXPECT_EQ(found.basis, "clock");
}

TEST(AResumedList, GoesOnWithALaterItemAndTellsWhatWasMissed) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.pass_ms(8000);  // 200 frames: 90 of a, 100 of b, 10 of c
  const auto found = plan(state, playlist({"a", "b", "c"}), clock);
  EXPECT_EQ(found.index, 2U);
  EXPECT_EQ(found.offset_frames, 10);
  EXPECT_EQ(found.missed, std::vector<std::string>{"b"});
}

TEST(AResumedList, GoesRoundWhenItLoops) {
  FakeClock clock;
  const auto state = on_air_at("b", 10, clock);
  clock.pass_ms(8 * 3'600'000);
  const auto found = plan(state, playlist({"a", "b"}, true), clock);
  EXPECT_EQ(found.index, 1U);  // eight hours are a whole number of rounds
  EXPECT_EQ(found.offset_frames, 10);
}

TEST(AResumedList, HasEndedWhenTheTimeWentPastItsEnd) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.pass_ms(60'000);
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).kind, Resumption::Kind::ended);
}

TEST(AResumedList, CountsInAndOutPointsAndOverlapsOfMixes) {
  FakeClock clock;
  Json list = playlist({"a", "b", "c"});
  list["items"][1]["in_point"] = 1.0;
  list["items"][1]["out_point"] = 2.0;  // 25 frames
  list["items"][1]["transition"] = "mix";
  list["items"][1]["transition_ms"] = 200;  // comes in 5 frames early
  const auto state = on_air_at("a", 90, clock);
  clock.pass_ms(1200);  // 30 frames: 10 of a, then b has had 5 + 20 = 25: c begins
  const auto found = plan(state, list, clock);
  EXPECT_EQ(found.index, 2U);
  EXPECT_EQ(found.offset_frames, 0);
}

TEST(AResumedList, GoesOnFromWhereItStoppedWhenTheDurationIsUnknown) {
  FakeClock clock;
  Json list = playlist({"a", "b"});
  list["items"][0]["duration_ms"] = nullptr;
  const auto state = on_air_at("a", 10, clock);
  clock.pass_ms(1000);
  const auto found = plan(state, list, clock);
  EXPECT_EQ(found.offset_frames, 10);
  EXPECT_EQ(found.basis, "unknown_duration");
}

TEST(AResumedList, StaysHeldWhereItWasPaused) {
  FakeClock clock;
  auto state = on_air_at("a", 42, clock);
  state.paused = true;
  clock.pass_ms(60'000);
  const auto found = plan(state, playlist({"a", "b"}), clock);
  EXPECT_TRUE(found.paused);
  EXPECT_EQ(found.offset_frames, 42);
}

TEST(AResumedList, IsNotMovedByAJumpOfTheWallClockOnOneBoot) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.pass_ms(1000);
  clock.wall -= 3'600'000'000;
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).offset_frames, 35);
}

TEST(AResumedList, GoesOnFromItsCheckpointWhenTheClockWentBackOrAbsurdlyFar) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.id = "boot-2";
  clock.wall -= 1'000'000;
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).offset_frames, 10);
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).basis, "checkpoint");
  clock.wall += 400LL * 24 * 3600 * 1'000'000;
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).basis, "checkpoint");
}

TEST(AResumedList, FollowsTheWallClockAcrossAReboot) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  clock.id = "boot-2";
  clock.boot = 1;
  clock.wall += 1'000'000;
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock).offset_frames, 35);
}

TEST(AResumedList, BeginsWhereItWasToBeginWhenNoneOfItWasOnAir) {
  FakeClock clock;
  Json list = playlist({"a", "b"});
  list["start"] = {{"index", 1}, {"offset_ms", 400}};
  const auto found = plan({}, list, clock);
  EXPECT_EQ(found.index, 1U);
  EXPECT_EQ(found.offset_frames, 10);
  EXPECT_EQ(found.basis, "start");
}

TEST(AResumedList, OfWhichAnItemIsSkippedGoesOnBehindIt) {
  FakeClock clock;
  const auto state = on_air_at("a", 10, clock);
  EXPECT_EQ(plan(state, playlist({"a", "b"}), clock, "a").index, 1U);
  EXPECT_EQ(plan(state, playlist({"a"}), clock, "a").kind, Resumption::Kind::ended);
}

TEST(AnOffset, RoundsUpToTheMillisecondThatItsFrameBegan) {
  constexpr Rate ntsc{60000, 1001};
  for (std::int64_t frame : {0, 1, 2, 59, 1000, 99999}) {
    EXPECT_EQ(ntsc.frames_of_us(ntsc.ms_of(frame) * 1000), frame);
  }
}

}  // namespace
}  // namespace wyvern::worker::testing
