// A worker with a fake engine that plays by the clock.
//   worker_test_child SECTION_JSON [PLAYLIST_JSON]
// Tells "frame N" for each frame and "started"; stops cleanly when its input ends.
#include <cstdio>
#include <iostream>
#include <string>

#include "fake_engine.hpp"
#include "worker/worker.hpp"

int main(int count, char** arguments) {
  using wyvern::worker::testing::Json;
  wyvern::worker::testing::FakeEngine engine;
  engine.play_by_the_clock([](std::int64_t frame) {
    std::printf("frame %lld\n", static_cast<long long>(frame));
    std::fflush(stdout);
  });
  auto settings = wyvern::worker::parse_settings(Json::parse(arguments[1])).or_throw();
  wyvern::worker::Environment environment;
  environment.checkpoint_interval = std::chrono::milliseconds(50);
  wyvern::worker::Worker worker(std::move(settings), wyvern::worker::testing::FakeEngine::table(), engine.instance(),
                                environment);
  const auto started = worker.start();
  if (!started) {
    std::printf("refused %s\n", started.error().message.c_str());
    return 1;
  }
  if (count > 2) worker.load(Json::parse(arguments[2]), {});
  std::printf("started\n");
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  worker.stop();
  return 0;
}
