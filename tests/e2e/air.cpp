#include "air.hpp"

#include <algorithm>
#include <stdexcept>

namespace wyvern::test {
namespace {

std::string name_of(int id) { return "clip-" + std::to_string(id) + ".mp4"; }

void demand(const Answer& answer, const Deployment& wyvern) {
  if (answer.status != 200) throw std::runtime_error(answer.text + "\n" + wyvern.log());
}

}  // namespace

media::ClipSpec Air::clip(int id, int frames) const {
  media::ClipSpec spec;
  spec.path = (wyvern.library() / name_of(id)).string();
  spec.id = id;
  spec.width = 640;
  spec.height = 360;
  spec.frames = frames;
  spec.audio_ms = frames * 40;
  return spec;
}

std::string Air::asset(int id, int frames) const {
  media::make_clip(clip(id, frames));
  return wyvern.asset(name_of(id));
}

void Air::make_channel() {
  channel =
      wyvern.channel({{"video_format", "640x360p2500"},
                      {"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(port) + "?mode=listener"}}}});
}

void Air::start() {
  demand(post("/start"), wyvern);
  recorder = std::make_unique<media::SrtRecorder>(port, recording());
  if (recorder->first_bytes(std::chrono::seconds(10)) == std::chrono::steady_clock::time_point::max())
    throw std::runtime_error("nothing came over SRT: " + get("/status").dump());
}

void Air::play(const std::string& playlist_id) { demand(post("/play", {{"playlist_id", playlist_id}}), wyvern); }

std::vector<Json> Air::as_run() const {
  const Json rows = get("/asrun");
  std::vector<Json> all(rows.begin(), rows.end());
  std::reverse(all.begin(), all.end());
  return all;
}

Json Air::await_engine(const std::function<bool(const Json& engine)>& holds, std::chrono::milliseconds deadline) const {
  Json last;
  if (wyvern.await(
          [&] {
            last = engine();
            return last.is_object() && holds(last);
          },
          deadline))
    return last;
  throw std::runtime_error("the engine did not come to say what was waited for: " + last.dump(2));
}

std::vector<Json> Air::await_as_run(const std::function<bool(const std::vector<Json>& rows)>& holds,
                                    std::chrono::milliseconds deadline) const {
  std::vector<Json> last;
  if (wyvern.await(
          [&] {
            last = as_run();
            return holds(last);
          },
          deadline))
    return last;
  throw std::runtime_error("the as-run did not become what was waited for: " + Json(last).dump(2));
}

std::vector<Json> Air::await_rows(std::size_t count) const {
  return await_as_run([&](const auto& rows) { return rows.size() >= count; });
}

media::SeenStream Air::received() {
  recorder->stop();
  return media::decode_stream(recording(), {16.0 / 9});
}

Json row_of(const std::vector<Json>& rows, const std::string& result, const std::string& clip_name) {
  for (const auto& row : rows)
    if (row["result"] == result && (clip_name.empty() || row["clip_name"] == clip_name)) return row;
  return nullptr;
}

}  // namespace wyvern::test
