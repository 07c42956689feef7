// What happens to one output must not touch the others, nor the channel.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>

#include "loaded_engine.hpp"
#include "marked_clips.hpp"
#include "output.hpp"
#include "srt_recorder.hpp"
#include "stream_decoder.hpp"
#include "waiting.hpp"

namespace wyvern::feeder::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

Json file_output(const std::string& id, const std::string& path, const std::string& takes = "mpegts") {
  return {{"id", id},
          {"rendered",
           {{"takes", takes},
            {"elements", {{{"factory", "filesink"}, {"properties", {{"location", path}}}}}},
            {"address", "file"},
            {"secrets", {"location"}}}}};
}

Json status_of(media::LoadedEngine& engine, const std::string& id) {
  const Json status = engine.status();
  for (const auto& output : status["outputs"])
    if (output["id"] == id) return output;
  return {};
}

// Of the bytes and the restarts of an output the engine sends no event.
bool becomes_true(const std::function<bool()>& holds, std::chrono::seconds limit) {
  return wyvern::test::await(holds, limit);
}

TEST(Outputs, AreRebuiltOneByOneWhileTheOthersLoseNothing) {
  const std::string good = clip_folder() + "good.ts";
  media::LoadedEngine engine;
  engine.configure(media::channel_json(
      320, 180, 25, 1, Json::array({file_output("good", good), file_output("bad", "/proc/no/such/place.ts")})));
  engine.start_channel();
  EXPECT_TRUE(becomes_true([&] { return status_of(engine, "bad")["restarts"] >= 2; }, 20s));
  EXPECT_EQ(status_of(engine, "bad")["state"], "failed");
  EXPECT_TRUE(becomes_true([&] { return status_of(engine, "good")["state"] == "live"; }, 10s));
  EXPECT_EQ(status_of(engine, "good")["restarts"], 0);
  engine.stop_channel();
  const auto stream = media::decode_stream(good, {16.0 / 9});
  ASSERT_GT(stream.frames.size(), 10U);
  for (std::size_t i = 1; i < stream.frames.size(); ++i)
    EXPECT_NEAR(stream.frames[i].at_s - stream.frames[i - 1].at_s, 0.04, 50e-6);
  EXPECT_EQ(stream.lost_packets, 0);
}

TEST(Outputs, LeakWhenTheyAreTooSlowAndGoOnWhenTheyAreNot) {
  const std::string good = clip_folder() + "beside-slow.ts";
  // Takes 40 ms for each packet: a tenth of what comes.
  const Json slow{{"id", "slow"},
                  {"rendered",
                   {{"takes", "mpegts"},
                    {"elements",
                     {{{"factory", "identity"}, {"properties", {{"sleep-time", 40'000}}}},
                      {{"factory", "filesink"}, {"properties", {{"location", clip_folder() + "slow.ts"}}}}}}}}};
  media::LoadedEngine engine(Json{{"video_bitrate_kbps", 20'000}});
  engine.configure(media::channel_json(1280, 720, 25, 1, Json::array({file_output("good", good), slow})));
  engine.load({{"playlist_id", "p"},
               {"loop", true},
               {"items", {{{"id", "a"}, {"media_path", made(clip("long.mp4", 2, 250)).path}}}}});
  engine.start_channel();
  EXPECT_TRUE(becomes_true([&] { return engine.status()["frame"] > 200; }, 30s));
  EXPECT_EQ(status_of(engine, "slow")["restarts"], 0);
  EXPECT_LT(status_of(engine, "slow")["bytes"], status_of(engine, "good")["bytes"]);
  engine.stop_channel();
  const auto stream = media::decode_stream(good, {16.0 / 9});
  EXPECT_EQ(stream.lost_packets, 0);
}

// What is delivered to an output with that rendering, ten packets and one of the next datagram, as the sizes of the
// buffers in which its element gets it.
std::vector<std::uintmax_t> buffers_of(bool splits) {
  gst_init(nullptr, nullptr);
  const auto folder = std::filesystem::path(clip_folder()) / (splits ? "splits" : "datagrams");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Json rendered{{"takes", "mpegts"},
                {"elements",
                 {{{"factory", "identity"}},  // multifilesink writes a list as one
                  {{"factory", "multifilesink"}, {"properties", {{"location", folder / "%05d"}}}}}}};
  if (splits) rendered["splits"] = true;
  Output output("main", rendered, Settings{}, [](const std::string&, OutputState, const std::string&) {});
  const Gst<GstClock> clock(gst_system_clock_obtain());
  output.start(gst_clock_get_time(clock.get()));
  const Gst<GstCaps> caps(gst_caps_from_string("video/mpegts,systemstream=true,packetsize=188"));
  constexpr std::int64_t size = 10 * 1316 + 188;
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
  const Gst<GstSample> sample(gst_sample_new(buffer, caps.get(), nullptr, nullptr));
  gst_buffer_unref(buffer);
  // Before it is built an output takes nothing.
  EXPECT_TRUE(becomes_true([&] { return output.deliver(sample.get()), output.status()["bytes"] >= size; }, 10s));
  output.stop();
  std::vector<std::uintmax_t> sizes;
  for (int n = 0; sizes.size() < (splits ? 1 : 11); ++n) {
    char name[16];
    (void)std::snprintf(name, sizeof name, "%05d", n);
    if (!std::filesystem::exists(folder / name)) break;
    sizes.push_back(std::filesystem::file_size(folder / name));
  }
  return sizes;
}

TEST(Outputs, GetDatagramsUnlessTheyCutTheStreamThemselves) {
  std::vector<std::uintmax_t> expected(10, 1316);
  expected.push_back(188);
  EXPECT_EQ(buffers_of(false), expected);
  EXPECT_EQ(buffers_of(true), std::vector<std::uintmax_t>{10 * 1316 + 188});
}

TEST(Outputs, NeverShowASecretInWhatTheyReport) {
  const std::string secret = "/proc/the-pass-phrase/x.ts";
  media::LoadedEngine engine;
  engine.configure(media::channel_json(320, 180, 25, 1, Json::array({file_output("main", secret)})));
  engine.start_channel();
  const auto event = engine.wait_for("output_changed", 10s);
  EXPECT_EQ(event["state"], "failed");
  EXPECT_EQ(event.dump().find("the-pass-phrase"), std::string::npos) << event;
  EXPECT_EQ(engine.status().dump().find("the-pass-phrase"), std::string::npos);
  EXPECT_NE(event["reason"].get<std::string>().find("***"), std::string::npos) << event;
}

TEST(Outputs, RefuseAnElementOrAPropertyThatDoesNotExistNamingIt) {
  auto output = file_output("main", clip_folder() + "x.ts");
  output["rendered"]["elements"][0]["properties"]["colour"] = "red";
  media::LoadedEngine engine;
  engine.configure(media::channel_json(320, 180, 25, 1, Json::array({output})));
  engine.start_channel();
  EXPECT_NE(engine.wait_for("output_changed", 10s)["reason"].get<std::string>().find("filesink.colour"),
            std::string::npos);
}

TEST(Outputs, GiveFlvAndTransportStreamFromOneEncoder) {
  const std::string ts = clip_folder() + "both.ts";
  const std::string flv = clip_folder() + "both.flv";
  media::LoadedEngine engine;
  engine.configure(
      media::channel_json(320, 180, 25, 1, Json::array({file_output("ts", ts), file_output("flv", flv, "flv")})));
  engine.start_channel();
  EXPECT_TRUE(becomes_true(
      [&] { return status_of(engine, "flv")["bytes"] > 4'000 && status_of(engine, "ts")["bytes"] > 4'000; }, 20s))
      << engine.status();
  engine.stop_channel();
  std::string head(3, ' ');
  FILE* file = fopen(flv.c_str(), "rb");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(fread(head.data(), 1, 3, file), 3U);
  fclose(file);
  EXPECT_EQ(head, "FLV");
}

TEST(Outputs, KnowWhetherAnSrtListenerHasAClient) {
  const int port = media::free_port();
  media::LoadedEngine engine;
  engine.configure(media::channel_json(320, 180, 25, 1, Json::array({media::srt_output(port)})));
  engine.start_channel();
  EXPECT_EQ(status_of(engine, "main")["state"], "waiting");
  {
    media::SrtRecorder recorder(port, clip_folder() + "client.ts");
    engine.wait_for([](const Json& event) { return event["type"] == "output_changed" && event["state"] == "live"; },
                    10s);
    EXPECT_EQ(status_of(engine, "main")["clients"], 1);
  }
  engine.wait_for([](const Json& event) { return event["type"] == "output_changed" && event["state"] == "waiting"; },
                  20s);
  media::SrtRecorder again(port, clip_folder() + "client.ts");
  engine.wait_for([](const Json& event) { return event["type"] == "output_changed" && event["state"] == "live"; }, 20s,
                  2);
}

}  // namespace
}  // namespace wyvern::feeder::test
