// Real clips, probed and staged with the real engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "library_room.hpp"

namespace wyvern::library {
namespace {

namespace fs = std::filesystem;

struct RealMediaTest : testing::Test {
  test::LibraryRoom room;

  void SetUp() override {
    room.probe.engine_plugin = WYVERN_BUILD_DIR "/lib/wyvern/engine-gstreamer.so";
    ASSERT_TRUE(fs::exists(room.probe.engine_plugin)) << room.probe.engine_plugin;
    room.restart();
  }
  fs::path media(const std::string& name) const { return room.folder.path() / "media" / name; }
  // `arguments` of the ffmpeg command line.
  void make(const std::string& name, const std::string& arguments) const {
    const auto command = "ffmpeg -loglevel error -nostdin -y " + arguments + " '" + media(name).string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(concurrency-mt-unsafe)
  }
  void make_clip(const std::string& name) const {
    make(name,
         "-f lavfi -i testsrc2=size=320x240:rate=30000/1001:duration=4 -f lavfi -i sine=frequency=440:duration=4 "
         "-ac 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");
  }
};

TEST_F(RealMediaTest, AClipIsDescribedAndStaged) {
  make_clip("clip.mp4");
  const auto id = room.create("clip.mp4");
  room.database.store.write([&](store::Session& session) { room.staging->request(session, id); });
  const auto asset = room.settled(id);
  ASSERT_EQ(asset["status"], "ready") << asset.dump(2);
  EXPECT_NEAR(asset["duration_ms"].get<double>(), 4000, 50);
  EXPECT_EQ(asset["width"], 320);
  EXPECT_EQ(asset["height"], 240);
  EXPECT_NEAR(asset["framerate"].get<double>(), 29.97, 0.01);
  EXPECT_EQ(asset["audio_channels"], 2);
  EXPECT_EQ(asset["size_bytes"], fs::file_size(media("clip.mp4")));
  ASSERT_TRUE(room.database.wait_until([&] { return room.asset(id)["media_status"] == "ready"; }));
  EXPECT_TRUE(test::get_file(room.folder.path() / "cache" / (id + ".mp4")) == test::get_file(media("clip.mp4")));
}

TEST_F(RealMediaTest, AClipOfAStorageWithoutLocalFilesIsDescribedFromItsStagedCopy) {
  make_clip("clip.mp4");
  room.remote.put("clip.mp4", {.bytes = test::get_file(media("clip.mp4"))});
  const auto asset = room.settled(room.create("clip.mp4", {{"storage", "remote"}}));
  EXPECT_EQ(asset["status"], "ready") << asset.dump(2);
  EXPECT_EQ(asset["width"], 320);
}

TEST_F(RealMediaTest, WhatMayNotGoOnAirIsFoundWhenItIsProbed) {
  make_clip("whole.mp4");
  const auto whole = test::get_file(media("whole.mp4"));
  test::put_file(media("cut.mp4"), whole.substr(0, whole.size() / 2));
  test::put_file(media("text.mp4"), "This is no film, whatever its name says.\n");
  make("sound.m4a", "-f lavfi -i sine=duration=2 -c:a aac");
  for (const char* name : {"cut.mp4", "text.mp4", "sound.m4a"}) {
    const auto asset = room.settled(room.create(name));
    EXPECT_EQ(asset["status"], "error") << asset.dump(2);
    EXPECT_THAT(asset["error_message"].get<std::string>(), testing::HasSubstr(name));
  }
}

}  // namespace
}  // namespace wyvern::library
