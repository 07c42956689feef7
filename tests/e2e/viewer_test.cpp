// What a viewer sees of a mix and of a pause, in the frames of the decoded stream.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <map>

#include "air.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::media::FrameMark;
using wyvern::media::SeenStream;
using wyvern::media::share_of;
using wyvern::test::Air;
using wyvern::test::row_of;
using Json = nlohmann::json;

class Viewer : public testing::Test {
 protected:
  void SetUp() override { air.make_channel(); }
  std::string list(const std::vector<Json>& items) {
    const std::string id =
        air.wyvern.call("POST", "/playout/playlists", {{"channel_id", air.channel}, {"name", "List"}}).body["id"];
    for (const auto& item : items) {
      const auto added = air.wyvern.call("POST", "/playout/playlists/" + id + "/items", item);
      EXPECT_EQ(added.status, 201) << added.text;
    }
    air.wyvern.await_staged(id);
    return id;
  }
  static std::size_t index_of(const SeenStream& stream, FrameMark mark) {
    const auto found =
        std::find_if(stream.frames.begin(), stream.frames.end(), [&](const auto& frame) { return frame.mark == mark; });
    return static_cast<std::size_t>(found - stream.frames.begin());
  }
  // How often each frame of a clip was seen.
  static std::map<int, int> counts(const SeenStream& stream, int clip) {
    std::map<int, int> seen;
    for (const auto& frame : stream.frames)
      if (frame.mark && frame.mark->clip == clip) ++seen[frame.mark->number];
    return seen;
  }

  Air air;
};

TEST_F(Viewer, SeesAMixAsBlendsOfBothPicturesInEvenStepsAndNoFrameOfEitherIsLost) {
  const auto id = list({{{"asset_id", air.asset(1)}},
                        {{"asset_id", air.asset(2)}, {"transition", "mix"}, {"transition_ms", 1000}},
                        {{"asset_id", air.asset(3)}}});
  air.start();
  air.play(id);
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "played", "clip-3.mp4").is_null(); });
  const auto stream = air.received();

  constexpr int length = 75;
  constexpr int steps = 25;
  const auto last_whole = index_of(stream, {1, length - steps - 1});
  ASSERT_LT(last_whole + steps + 1, stream.frames.size());
  for (int step = 0; step < steps; ++step) {
    const auto& frame = stream.frames[last_whole + 1 + static_cast<std::size_t>(step)];
    const auto share = share_of({2, step}, {1, length - steps + step}, frame.levels);
    ASSERT_TRUE(share) << "step " << step << " is no blend of the two pictures that are due";
    EXPECT_NEAR(*share, (step + 1.0) / (steps + 1), 0.04) << "step " << step;
    EXPECT_NEAR(frame.at_s - stream.frames[last_whole].at_s, 0.04 * (step + 1), 0.001);
  }
  EXPECT_EQ(stream.frames[last_whole + steps + 1].mark, (FrameMark{2, steps}));
  // The as-run has the overlap.
  const Json out = row_of(rows, "played", "clip-1.mp4");
  const Json in = row_of(rows, "played", "clip-2.mp4");
  EXPECT_EQ(in["transition"], "mix");
  EXPECT_EQ(out["end_frame"].get<int>() - in["start_frame"].get<int>(), steps);
  EXPECT_EQ(out["frames_sent"], length);
  EXPECT_EQ(in["frames_sent"], length);
}

TEST_F(Viewer, SeesAPauseAsOneStandingPictureThatGoesOnWhereItStoodWhateverHappensToTheController) {
  const auto id = list({{{"asset_id", air.asset(1, 250)}}, {{"asset_id", air.asset(2)}}});
  air.start();
  air.play(id);
  // A receiver sees nothing before the first key frame, which comes every 50.
  air.await_engine([](const Json& engine) {
    const Json item = engine.value("item", Json());
    return item.is_object() && item.value("position_frames", 0) > 70;
  });
  ASSERT_EQ(air.post("/pause").status, 200);
  const Json paused = air.await_engine([](const Json& engine) { return engine["state"] == "paused"; });
  air.wyvern.kill();
  ASSERT_TRUE(air.recorder->await_bytes(air.recorder->bytes() + 50'000, 20s)) << "the stream stopped";
  air.wyvern.start();
  ASSERT_TRUE(air.wyvern.await([&] { return air.get()["status"] == "running"; }));
  const Json still = air.engine();
  EXPECT_EQ(still["state"], "paused");
  EXPECT_EQ(still["item"]["position_frames"], paused["item"]["position_frames"]);
  ASSERT_EQ(air.post("/resume").status, 200);
  const auto rows = air.await_as_run([](const auto& all) { return !row_of(all, "played", "clip-2.mp4").is_null(); });
  EXPECT_EQ(row_of(rows, "played", "clip-1.mp4")["end_frame"], row_of(rows, "played", "clip-2.mp4")["start_frame"]);

  const auto stream = air.received();
  for (std::size_t i = 1; i < stream.frames.size(); ++i)
    ASSERT_NEAR(stream.frames[i].at_s - stream.frames[i - 1].at_s, 0.04, 0.001) << "at frame " << i;
  int standing = 0;
  const auto seen = counts(stream, 1);
  ASSERT_FALSE(seen.empty());
  const int first = seen.begin()->first;
  ASSERT_LT(first, paused["item"]["position_frames"]);
  for (int number = first; number < 250; ++number) {
    ASSERT_TRUE(seen.contains(number)) << "frame " << number << " was never seen";
    if (seen.at(number) > 1) ++standing;
  }
  EXPECT_EQ(standing, 1) << "one picture stands, all others pass";
}

TEST_F(Viewer, SeesAPausedChannelPausedAgainAfterItsWorkerDied) {
  const auto id = list({{{"asset_id", air.asset(1, 250)}}});
  air.start();
  air.play(id);
  air.await_engine([](const Json& engine) {
    const Json item = engine.value("item", Json());
    return item.is_object() && item.value("position_frames", 0) > 30;
  });
  ASSERT_EQ(air.post("/pause").status, 200);
  const int stood =
      air.await_engine([](const Json& engine) { return engine["state"] == "paused"; })["item"]["position_frames"];
  const pid_t worker = air.wyvern.worker_pid(air.channel);
  ::kill(worker, SIGKILL);
  const Json back =
      air.await_engine([&](const Json& engine) { return engine["state"] == "paused" && engine["item"].is_object(); });
  EXPECT_NE(air.wyvern.worker_pid(air.channel), worker);
  EXPECT_NEAR(back["item"]["position_frames"].get<int>(), stood, 2);
  ASSERT_EQ(air.post("/resume").status, 200);
  air.await_engine([&](const Json& engine) {
    const Json item = engine.value("item", Json());
    return item.is_object() && item.value("position_frames", 0) > stood + 10;
  });
}

}  // namespace
