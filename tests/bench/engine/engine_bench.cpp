// What a channel costs, against ffmpeg doing the same transcode at the same bit rate in the same run; how many channels
// fit; whether memory stays flat; how soon a skip is seen. Figures of time depend on the machine, so each line carries
// its name, and what matters is printed as a ratio.
//   engine_bench [seconds=N] [cost] [channels] [boundaries] [start]: 30 s, and 240 s of cost, where a start counts 0.3
//   s
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include "child_process.hpp"
#include "clip_maker.hpp"
#include "loaded_engine.hpp"
#include "srt_recorder.hpp"

namespace {

using namespace std::chrono_literals;
using wyvern::bench::ChildProcess;
using Json = nlohmann::json;

std::string folder() {
  const auto path = std::filesystem::temp_directory_path() / "wyvern-bench";
  std::filesystem::create_directories(path);
  return path.string() + "/";
}

std::string machine() {
  utsname name{};
  uname(&name);
  return std::string(name.nodename) + " (" + std::to_string(std::thread::hardware_concurrency()) + " cores)";
}

// Noise over moving bars: as much work for an encoder as real pictures. Its bit rate is even, as that of broadcast
// files is: unbounded, x264 gives the first six frames a hundred times the bytes of the rest.
std::string noisy_clip(int width, int height, int seconds, int mbit_s) {
  const std::string path = folder() + "noisy-" + std::to_string(height) + "-" + std::to_string(seconds) + ".mp4";
  if (std::filesystem::exists(path)) return path;
  const std::string rate = std::to_string(mbit_s) + "M";
  const std::string command = "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=" + std::to_string(width) + "x" +
                              std::to_string(height) + ":r=25,noise=alls=12:allf=t -f lavfi -i sine=440:r=48000 -t " +
                              std::to_string(seconds) + " -c:v libx264 -preset veryfast -b:v " + rate + " -maxrate " +
                              rate + " -bufsize " + rate +
                              " -g 50 -pix_fmt yuv420p "
                              "-c:a aac -b:a 128k -ac 2 " +
                              path;
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);  // NOLINT(concurrency-mt-unsafe)
  return path;
}

std::string write(const std::string& name, const Json& json) {
  std::ofstream(folder() + name) << json;
  return folder() + name;
}

Json looping(const std::string& clip, int seconds) {
  return {{"playlist_id", "bench"},
          {"loop", true},
          {"items", {{{"id", "a"}, {"media_path", clip}, {"duration_ms", seconds * 1000}}}}};
}

Json last_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  for (std::string next; std::getline(file, next);) line = next;
  return Json::parse(line);
}

int events_in(const std::string& path, const std::string& type) {
  std::ifstream file(path);
  int count = 0;
  for (std::string line; std::getline(file, line);)
    count += line.find("\"type\":\"" + type + "\"") != std::string::npos;
  return count;
}

std::vector<std::string> receiver(int port) {
  return {"srt-live-transmit", "-q", "srt://127.0.0.1:" + std::to_string(port) + "?mode=caller", "file://con"};
}

struct CostShare {
  wyvern::bench::Usage engine;
  wyvern::bench::Usage ffmpeg;
  Json status;
};

// Both at once, so that whatever else the machine does burdens both alike.
CostShare cost_share(const std::string& clip, int seconds, bool engine_first) {
  const int ours = wyvern::media::free_port();
  const int theirs = ours == 65535 ? 40'000 : ours + 1;
  const auto channel =
      write("cost-channel.json",
            wyvern::media::channel_json(1920, 1080, 25, 1, Json::array({wyvern::media::srt_output(ours)})));
  const auto list = write("cost-list.json", looping(clip, 20));
  const auto length = std::to_string(seconds);
  const auto address = "srt://127.0.0.1:" + std::to_string(theirs) + "?mode=listener&pkt_size=1316";
  std::optional<ChildProcess> engine;
  const auto start_engine = [&] {
    engine.emplace(std::vector<std::string>{ENGINE_PLAYER, channel, list, length}, folder() + "cost-engine.log");
  };
  if (engine_first) start_engine();
  ChildProcess ffmpeg({"ffmpeg", "-nostdin", "-v",   "error",   "-stream_loop", "-1",        "-re",    "-i",   clip,
                       "-t",     length,     "-c:v", "libx264", "-preset",      "ultrafast", "-b:v",   "6M",   "-g",
                       "50",     "-c:a",     "aac",  "-b:a",    "128k",         "-f",        "mpegts", address},
                      folder() + "cost-ffmpeg.log");
  if (!engine_first) start_engine();
  std::this_thread::sleep_for(500ms);  // both must listen before a receiver calls
  ChildProcess first(receiver(ours), "/dev/null");
  ChildProcess second(receiver(theirs), "/dev/null");
  CostShare share{engine->wait(), ffmpeg.wait(), {}};
  first.end();
  second.end();
  first.wait();
  second.wait();
  share.status = last_line(folder() + "cost-engine.log");
  return share;
}

// Half of the time each has the start, since whoever begins first was seen to have the better of it by up to 0.8 %.
void cost(int seconds) {
  const auto clip = noisy_clip(1920, 1080, 20, 8);
  double engine_s = 0;
  double ffmpeg_s = 0;
  double resident_mb = 0;
  std::int64_t late = 0;
  std::int64_t sent_bytes = 0;
  std::cout << "cost on " << machine() << ": 1080p25 for " << seconds << " s";
  for (const bool engine_first : {true, false}) {
    const auto share = cost_share(clip, seconds / 2, engine_first);
    engine_s += share.engine.cpu_s;
    ffmpeg_s += share.ffmpeg.cpu_s;
    resident_mb = std::max(resident_mb, share.engine.greatest_rss_mb);
    late += share.status["late_frames"].get<std::int64_t>();
    sent_bytes += share.status["outputs"][0]["bytes"].get<std::int64_t>();
    std::cout << "; begun " << (engine_first ? "first " : "second ") << share.engine.cpu_s / share.ffmpeg.cpu_s;
  }
  std::cout << "; engine " << engine_s << " s, ffmpeg " << ffmpeg_s << " s of processor time, ratio "
            << engine_s / ffmpeg_s << " (at most 1.0); resident " << resident_mb
            << " MB at most (under 400); late frames " << late << ", sent bytes " << sent_bytes << std::endl;
}

// At the bit rates that are usual for the size: noise costs by the bit, at both ends.
void channels(int seconds) {
  const auto clip = noisy_clip(1280, 720, 20, 5);
  const auto list = write("channels-list.json", looping(clip, 20));
  const auto config = write("channels-config.json", {{"video_bitrate_kbps", 3000}});
  std::vector<ChildProcess> players;
  std::vector<ChildProcess> receivers;
  for (int i = 0; i < 5; ++i) {
    const int port = wyvern::media::free_port();
    const auto channel =
        write("channel-" + std::to_string(i) + ".json",
              wyvern::media::channel_json(1280, 720, 25, 1, Json::array({wyvern::media::srt_output(port)})));
    players.emplace_back(std::vector<std::string>{ENGINE_PLAYER, channel, list, std::to_string(seconds), config},
                         folder() + "channel-" + std::to_string(i) + ".log");
    std::this_thread::sleep_for(300ms);
    receivers.emplace_back(receiver(port), "/dev/null");
  }
  double cpu_s = 0;
  std::int64_t late = 0;
  std::int64_t repeated = 0;
  std::int64_t left_out = 0;
  for (std::size_t i = 0; i < players.size(); ++i) {
    cpu_s += players[i].wait().cpu_s;
    const auto status = last_line(folder() + "channel-" + std::to_string(i) + ".log");
    late += status["late_frames"].get<std::int64_t>();
    repeated += status["repeated_frames"].get<std::int64_t>();
    left_out += status["skipped_frames"].get<std::int64_t>();
  }
  for (auto& process : receivers) process.end(), process.wait();
  std::cout << "channels on " << machine() << ": five of 720p25 (5 Mb/s in, 3 Mb/s out) for " << seconds
            << " s: late frames " << late << ", repeated " << repeated << ", left out " << left_out << " (all 0); "
            << cpu_s / seconds << " cores in all" << std::endl;
}

// Memory over boundaries: short items, so that a thousand of them take minutes, not hours.
void boundaries(int seconds) {
  wyvern::media::ClipSpec spec;
  spec.path = folder() + "short.mp4";
  spec.width = 1920;
  spec.height = 1080;
  spec.frames = 8;
  spec.audio_ms = 320;
  make_clip(spec);
  const int port = wyvern::media::free_port();
  const auto channel =
      write("boundaries-channel.json",
            wyvern::media::channel_json(1920, 1080, 25, 1, Json::array({wyvern::media::srt_output(port)})));
  ChildProcess engine(
      {ENGINE_PLAYER, channel,
       write("boundaries-list.json", Json{{"playlist_id", "b"},
                                          {"loop", true},
                                          {"items", {{{"id", "a"}, {"media_path", spec.path}, {"duration_ms", 320}}}}}),
       std::to_string(seconds)},
      folder() + "boundaries.log");
  std::vector<double> resident;
  for (int tenth = 0; tenth < 10; ++tenth) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds * 0.098));
    resident.push_back(engine.rss_mb());
  }
  const auto usage = engine.wait();
  std::cout << "boundaries on " << machine() << ": " << events_in(folder() + "boundaries.log", "item_started")
            << " boundaries of 1080p25 in " << seconds << " s: resident MB";
  for (const double mb : resident) std::cout << " " << static_cast<int>(mb);
  std::cout << ", last over second " << resident.back() / resident[1] << " (flat: about 1), at most "
            << usage.greatest_rss_mb << " MB (under 400)" << std::endl;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void start() {
  const auto clip = noisy_clip(1280, 720, 20, 5);
  std::vector<double> first_packet_ms;
  std::vector<double> skip_ms;
  for (int round = 0; round < 20; ++round) {
    const int port = wyvern::media::free_port();
    const auto before = std::chrono::steady_clock::now();
    wyvern::media::LoadedEngine engine;
    engine.configure(wyvern::media::channel_json(1280, 720, 25, 1, Json::array({wyvern::media::srt_output(port)})));
    engine.start_channel();
    wyvern::media::SrtRecorder recorder(port, folder() + "start.ts");
    first_packet_ms.push_back(std::chrono::duration<double, std::milli>(recorder.first_bytes(10s) - before).count());
    engine.load(looping(clip, 20));
    engine.wait_for("item_started", 10s);
    const auto ready = [&] { return engine.status()["next"]["ready"] == true; };
    for (const auto end = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < end && !ready();)
      std::this_thread::sleep_for(5ms);
    const auto pressed = std::chrono::steady_clock::now();
    engine.skip();
    engine.wait_for("item_started", 10s, 2);
    skip_ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - pressed).count());
    engine.stop_channel();
  }
  std::cout << "start on " << machine() << ": from the engine's start to the first bytes at an SRT receiver "
            << median(first_packet_ms) << " ms, from skip to the first frame of the next item " << median(skip_ms)
            << " ms (medians of 20)" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<int> seconds;
  std::vector<std::string> parts;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("seconds=", 0) == 0)
      seconds = std::stoi(argument.substr(8));
    else
      parts.push_back(argument);
  }
  if (parts.empty()) parts = {"cost", "channels", "boundaries", "start"};
  try {
    for (const auto& part : parts) {
      if (part == "cost") cost(seconds.value_or(240));
      if (part == "channels") channels(seconds.value_or(30));
      if (part == "boundaries") boundaries(seconds.value_or(30));
      if (part == "start") start();
    }
  } catch (const std::exception& failure) {
    std::cerr << "engine_bench: " << failure.what() << "\n";
    return 1;
  }
}
