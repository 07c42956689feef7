// An engine whose probe does what the first word of the file says: for tests of what a decoder may do to its host.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "wyvern/engine.hpp"

namespace {

using wyvern::Context;
using wyvern::Json;

class FixtureEngine final : public wyvern::Engine {
 public:
  FixtureEngine(wyvern::Host host, std::string, Json settings) : host_(host), width_(settings.value("width", 640)) {}

  std::string_view name() const override { return "fixture"; }
  Json probe(const std::string& path, const Context&) override {
    std::ifstream file(path);
    std::string word;
    file >> word;
    if (word == "CRASH") {
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn it into an exit
      std::raise(SIGSEGV);
    }
    if (word == "ABORT") std::abort();
    if (word == "EXIT") ::_exit(7);
    if (word == "HANG") {
      std::thread([] { ::pause(); }).detach();
      // With a child of its own, which must not outlive it.
      const pid_t child = ::fork();
      if (child == 0) ::execl("/bin/sleep", "sleep", "1000", nullptr);
      std::ofstream(path + ".child") << child;
      for (;;) ::pause();
    }
    if (word == "GARBAGE") return {{"duration_ms", "quite long"}};
    if (word == "NEGATIVE") return {{"duration_ms", -4}};
    if (word == "NOISE") {
      std::puts("a library says hello on standard output");
      std::fflush(stdout);
    }
    if (word == "FLOOD") return {{"comment", std::string(4'000'000, 'x')}};
    if (word == "BROKEN") throw wyvern::Failure(WYV_INVALID, "media.truncated", "its end is missing", "moov");
    if (word == "ENVIRONMENT") return {{"secret", std::getenv("WYVERN_ADMIN_TOKEN") != nullptr}};
    host_.info("probed");
    return {{"duration_ms", 4000.4}, {"width", width_},          {"height", 360},        {"framerate", 29.97},
            {"audio_channels", 2},   {"video_codec", "fixture"}, {"scan", "progressive"}};
  }
  void configure(const Json&, Emit) override {}
  void start_channel(const Context&) override {}
  void stop_channel(const Context&) override {}
  void load(const Json&) override {}
  void update(const Json&) override {}
  void pause() override {}
  void resume() override {}
  void skip() override {}
  void stop_playback() override {}
  Json status() override { return Json::object(); }

 private:
  wyvern::Host host_;
  int width_;
};

}  // namespace

WYVERN_PLUGIN(FixtureEngine)
