// How long an operator waits: from POST /start to the first packet at an SRT receiver, from POST /skip to the first
// frame of the next item, and from the death of a worker to the picture's return. Ends with 1 when a median is longer
// than what is promised.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "deployment.hpp"
#include "srt_recorder.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::test::Deployment;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 20;

// Whether the median is within what is promised.
bool within(double promised_ms, const char* what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const double median = ms[ms.size() / 2];
  std::cout << what << ": median " << median << " ms, least " << ms.front() << ", most " << ms.back() << " ("
            << ms.size() << " times); promised " << promised_ms << " ms" << (median > promised_ms ? ": TOO LONG" : "")
            << std::endl;
  return median <= promised_ms;
}

std::int64_t wall_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// "2026-01-31T12:00:00.000000Z" of today's day: only the time of day is needed, and a run over midnight is run again.
std::int64_t us_of_day(const std::string& iso) {
  const auto part = [&](std::size_t at, std::size_t length) { return std::stoll(iso.substr(at, length)); };
  return ((part(11, 2) * 60 + part(14, 2)) * 60 + part(17, 2)) * 1'000'000 + part(20, 6);
}

struct OnAir {
  Deployment wyvern;
  int port = wyvern::media::free_port();
  std::string channel;
  std::string playlist;

  OnAir() {
    wyvern.make_clip("a.mp4", 60, "1920x1080");
    const auto asset = wyvern.asset("a.mp4");
    channel =
        wyvern.channel({{"video_format", "1080p2500"},
                        {"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}}}});
    playlist = wyvern.playlist(channel, {asset, asset, asset});
  }
  wyvern::test::Answer post(const std::string& action, const Json& body = Json::object()) const {
    return wyvern.call("POST", "/playout/channels/" + channel + action, body);
  }
  Json get(const std::string& what) const { return wyvern.call("GET", "/playout/channels/" + channel + what).body; }
};

double start_once(const OnAir& air) {
  const auto asked = Clock::now();
  const auto started = air.post("/start");
  if (started.status != 200) throw std::runtime_error("start: " + started.text);
  wyvern::media::SrtRecorder receiver(air.port, (air.wyvern.folder() / "start.ts").string());
  const auto first = receiver.first_bytes(10s);
  receiver.stop();
  if (first == Clock::time_point::max()) throw std::runtime_error("no packet came");
  return std::chrono::duration<double, std::milli>(first - asked).count();
}

double skip_once(const OnAir& air) {
  const auto rows = air.get("/asrun").size();
  const std::int64_t asked = wall_us() % 86'400'000'000;
  if (air.post("/skip").status != 200) throw std::runtime_error("skip was refused");
  if (!air.wyvern.await([&] { return air.get("/asrun").size() > rows; })) throw std::runtime_error("no item began");
  return static_cast<double>(us_of_day(air.get("/asrun")[0]["started_at"]) - asked) / 1000.0;
}

void play(const OnAir& air) {
  (void)start_once(air);
  if (air.post("/play", {{"playlist_id", air.playlist}}).status != 200) throw std::runtime_error("play was refused");
  if (!air.wyvern.await([&] { return air.get("/status")["engine"]["state"] == "playing"; }))
    throw std::runtime_error("nothing plays");
}

// On a channel that was just started: the pauses between restarts grow, which is not what is measured here.
double recover_once(const OnAir& air) {
  if (air.post("/stop").status != 200) throw std::runtime_error("stop was refused");
  play(air);
  const auto before = air.get("")["restart_count"].get<int>();
  ::kill(air.wyvern.worker_pid(air.channel), SIGKILL);
  const auto killed = Clock::now();
  const bool back = air.wyvern.await([&] {
    const Json status = air.get("/status");
    return air.get("")["restart_count"].get<int>() > before && status.value("running", false) &&
           status["engine"].is_object() && status["engine"]["state"] == "playing";
  });
  if (!back) throw std::runtime_error("the worker did not come back");
  return std::chrono::duration<double, std::milli>(Clock::now() - killed).count();
}

}  // namespace

int main() {
  char machine[256] = {};
  (void)::gethostname(machine, sizeof machine - 1);
  std::cout << "machine " << machine << ", " << ::sysconf(_SC_NPROCESSORS_ONLN) << " processors, 1080p25" << std::endl;
  OnAir air;
  std::vector<double> starts;
  for (int i = 0; i < rounds; ++i) {
    starts.push_back(start_once(air));
    if (air.post("/stop").status != 200) throw std::runtime_error("stop was refused");
  }
  bool kept = within(500, "POST /start to the first packet", starts);

  play(air);
  std::vector<double> skips;
  for (int i = 0; i < rounds; ++i) {
    // An operator skips to an item that is cued; that it is, the status says.
    (void)air.wyvern.await([&] {
      const Json next = air.get("/status")["engine"]["next"];
      return next.is_object() && next.value("ready", false);
    });
    skips.push_back(skip_once(air));
  }
  kept = within(200, "POST /skip to the first frame of the next item", skips) && kept;

  std::vector<double> recoveries;
  for (int i = 0; i < 3; ++i) recoveries.push_back(recover_once(air));
  kept = within(2000, "kill -9 of the worker to playing again", recoveries) && kept;
  return kept ? 0 : 1;
}
