// A machine that is too slow for what it is asked: told by the event stream and the status, and the channel goes on.
#include <gtest/gtest.h>

#include "deployment.hpp"
#include "srt_recorder.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::test::Deployment;
using Json = nlohmann::json;

TEST(EncoderOverload, IsToldWithWhatIsLeftOutAndTheChannelStaysOnAirAndSteerable) {
  // x264 at its slowest with one thread, for a picture that moves everywhere at 50 full frames a second.
  const Deployment wyvern(
      {.sections = {
           {"engines", {{"main", {{"preset", "slow"}, {"encoder_threads", 1}, {"video_bitrate_kbps", 20'000}}}}},
           {"playout", {{"preview", false}}}}});
  wyvern.make_clip("busy.mp4", 4, "1920x1080", "50", 0);
  const int port = wyvern::media::free_port();
  const auto channel =
      wyvern.channel({{"video_format", "1080p5000"},
                      {"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}}}});
  const std::string path = "/playout/channels/" + channel;
  const auto playlist = wyvern.playlist(channel, {wyvern.asset("busy.mp4")});
  ASSERT_EQ(wyvern.call("POST", path + "/start").status, 200);
  const wyvern::media::SrtRecorder receiver(port, (wyvern.folder() / "received.ts").string());
  ASSERT_EQ(wyvern.call("POST", path + "/play", {{"playlist_id", playlist}}).status, 200);

  const Json event = wyvern.event(
      "playout.worker.overload",
      [](const Json& one) { return one["data"]["part"] == "encoder" && one["data"]["state"] == "overloaded"; }, 40s);
  EXPECT_EQ(event["subject"], channel);
  EXPECT_GT(event["data"]["detail"]["queued_frames"], 0);
  Json engine;
  EXPECT_TRUE(wyvern.await([&] {
    engine = wyvern.call("GET", path + "/status").body["engine"];
    return engine.is_object() && engine["encoder"]["state"] == "overloaded" && engine["encoder"]["left_out_frames"] > 0;
  })) << engine;
  EXPECT_EQ(engine["encoder"]["preset"], "slow");
  EXPECT_FALSE(engine["encoder"]["policy"].get<std::string>().empty());
  EXPECT_GE(engine["skipped_frames"], engine["encoder"]["left_out_frames"]);
  // It sends what it can, and obeys.
  EXPECT_TRUE(receiver.await_bytes(receiver.bytes() + 200'000, 20s));
  EXPECT_EQ(wyvern.call("GET", path).body["status"], "running");
  EXPECT_EQ(wyvern.call("GET", path).body["restart_count"], 0);
  EXPECT_EQ(wyvern.call("POST", path + "/stop-playback").status, 200);
  EXPECT_EQ(wyvern.call("POST", path + "/stop").status, 200);
}

}  // namespace
