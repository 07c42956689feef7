// Times playlists against a clock. The shapes of all JSON, and the contract of each function, are in
// wyvern/abi/engine.h.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "wyvern/engine.hpp"

namespace {

using namespace std::chrono;
using wyvern::Failure;
using wyvern::Json;

// Where your decoder opens the file. Here: the boxes of an mp4, the length that its header (mvhd) tells and the size of
// its first track (tkhd).
struct Clip {
  double seconds;
  std::uint32_t width, height;
};
Clip look_at(const std::string& path) {
  const auto refuse = [&](const char* code, const char* why) { throw Failure(WYV_INVALID, code, path + ": " + why); };
  if (!std::filesystem::is_regular_file(path)) refuse("media.unreadable", "there is no such file");
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4 && i < bytes.size(); ++i)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  if (bytes.empty()) refuse("media.empty", "the file is empty");
  if (bytes.compare(4, 4, "ftyp") != 0) refuse("media.unreadable", "it is no mp4");
  for (std::size_t at = 0; at < bytes.size(); at += std::max(number(at), 8U))
    if (at + number(at) > bytes.size()) refuse("media.truncated", "the file is cut off");
  const auto header = bytes.find("mvhd");
  if (header == std::string::npos || number(header + 16) == 0) refuse("media.unreadable", "it has no length");
  const auto track = bytes.find("tkhd");
  if (track == std::string::npos) refuse("media.no_picture", "it has no track");
  return {static_cast<double>(number(header + 20)) / number(header + 16), number(track + 80) >> 16,
          number(track + 84) >> 16};
}

struct Playlist {
  explicit Playlist(const Json& json) : id(json.value("playlist_id", "")), load_id(json.value("load_id", "")) {
    loop = json.value("loop", false);
    items = json.value("items", Json::array()).get<std::vector<Json>>();
    const auto refuse = [](const char* why) { throw Failure(WYV_INVALID, "engine.playlist", why); };
    for (const auto& item : items) {
      if (item.value("id", "").empty()) refuse("an item has no id");
      if (out(item) <= item.value("in_point", 0.0)) refuse("an item's out_point must be after its in_point");
    }
    const auto start = json.value("start", Json::object());
    first = start.value("index", std::size_t{0});
    offset_ms = start.value("offset_ms", 0.0);
    if (items.empty() || first >= items.size()) refuse("a playlist needs items, and start.index one of them");
  }
  static double out(const Json& item) {
    const auto point = item.value("out_point", Json());
    return point.is_number() ? point.get<double>() : HUGE_VAL;
  }
  std::string id, load_id;
  std::vector<Json> items;
  bool loop = false;
  std::size_t first = 0;
  double offset_ms = 0;
};

// All under one lock, but for the events: they are told by the clock's thread, or once it has ended.
class Channel {
 public:
  Channel(const Json& described, wyvern::Engine::Emit emit) : format_(described.at("format")), emit_(std::move(emit)) {
    const auto rate = format_.at("rate_num").get<double>() / format_.at("rate_den").get<double>();
    if (format_.at("width") <= 0 || format_.at("height") <= 0 || !(rate > 0 && rate <= 240))
      throw Failure(WYV_INVALID, "engine.channel", "format needs a width, a height and a rate up to 240");
    rate_ = rate;
  }
  ~Channel() { stop(); }

  void start() {
    const std::lock_guard lock(mutex_);
    if (clock_.joinable()) throw Failure(WYV_WRONG_STATE, "engine.on_air", "the channel is on air already");
    stopping_ = false;
    base_frame_ = frame_;
    base_ = steady_clock::now();
    base_us_ = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    events_.push_back(stamped({{"type", "channel_started"}}));
    clock_ = std::thread([this] { run(); });
  }
  void stop() {
    std::thread clock;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      woken_.notify_all();
      clock = std::exchange(clock_, {});
    }
    if (clock.joinable()) clock.join();
    const std::lock_guard lock(mutex_);
    if (list_) end_playback("stopped", "stopped");
    for (const auto& event : std::exchange(events_, {})) emit_(event);
  }
  void load(const Json& json) {
    Playlist list(json);
    const std::lock_guard lock(mutex_);
    loaded_ = std::move(list);
  }
  void update(const Json& json) {
    Playlist list(json);
    const std::lock_guard lock(mutex_);
    require_playing();
    for (std::size_t i = 0; i < list.items.size(); ++i)
      if (list.items[i].at("id") == item_.at("id")) index_ = i;
    list_ = std::move(list);
  }
  void pause(bool paused) {
    const std::lock_guard lock(mutex_);
    require_playing();
    paused_ = paused;
  }
  // Both are followed by the next tick.
  void skip() {
    const std::lock_guard lock(mutex_);
    require_playing();
    skip_ = true;
  }
  void stop_playback() {
    const std::lock_guard lock(mutex_);
    require_playing();
    stop_playback_ = true;
  }
  Json status() {
    const std::lock_guard lock(mutex_);
    Json item;
    if (list_)
      item = {{"id", item_["id"]},
              {"index", index_},
              {"position_frames", position_},
              {"position_ms", position_ * 1000 / rate_},
              {"duration_frames", length_},
              {"state", "on_air"}};
    const char* state = !clock_.joinable() ? "stopped" : !list_ ? "idle" : paused_ ? "paused" : "playing";
    return {{"state", state},
            {"frame", frame_},
            {"format", format_},
            {"item", item},
            {"next", nullptr},
            {"playlist_id", list_ ? Json(list_->id) : Json()},
            {"load_id", list_ ? Json(list_->load_id) : Json()},
            {"loop", list_ && list_->loop},
            {"rung", list_ ? "item" : "slate"},
            {"reason", nullptr},
            {"late_frames", 0},
            {"repeated_frames", 0},
            {"skipped_frames", 0},
            {"decoder", {{"state", "ok"}}},
            {"encoder", {{"state", "ok"}}},
            {"outputs", Json::array()},
            {"preview", nullptr}};
  }

 private:
  void run() {
    for (std::unique_lock lock(mutex_); !stopping_;) {
      tick();
      const auto events = std::exchange(events_, {});
      lock.unlock();
      for (const auto& event : events) emit_(event);
      lock.lock();
      const auto due = base_ + duration_cast<nanoseconds>(duration<double>((frame_ - base_frame_) / rate_));
      woken_.wait_until(lock, due, [&] { return stopping_; });
    }
  }
  // One frame: what it shows is decided here.
  void tick() {
    if (stop_playback_ && list_) end_playback("stopped", "stopped");
    if (loaded_) {
      if (list_) end_item("replaced");
      list_ = *std::exchange(loaded_, std::nullopt);
      begin(list_->first, 0, std::llround(list_->offset_ms / 1000 * rate_));
    } else if (list_ && (skip_ || position_ >= length_)) {
      end_item(skip_ ? "skipped" : "played");
      begin(index_ + 1, loop_count_, 0);
    }
    skip_ = stop_playback_ = false;
    send();
    ++frame_;
  }
  // Where a picture and its sound are made and handed to the outputs: of `item_` at `position_`, or the slate.
  void send() {
    if (!list_ || paused_) return;
    ++position_;
    ++sent_;
  }
  // The first item from there on that can be played; without one, playback ends.
  void begin(std::size_t index, int loop_count, std::int64_t offset) {
    paused_ = false;
    for (std::size_t tries = 0; tries < list_->items.size(); ++tries, ++index, offset = 0) {
      if (index >= list_->items.size()) {
        if (!list_->loop) break;
        index = 0;
        ++loop_count;
      }
      index_ = index;
      loop_count_ = loop_count;
      item_ = list_->items[index];
      try {
        const auto end = std::min(Playlist::out(item_), look_at(item_.value("media_path", "")).seconds);
        length_ = std::max<std::int64_t>(1, std::llround((end - item_.value("in_point", 0.0)) * rate_));
      } catch (const Failure& failure) {
        events_.push_back(identified({{"type", "item_discarded"}, {"reason", failure.error().message}}));
        continue;
      }
      position_ = offset;
      sent_ = 0;
      auto event = stamped(identified({{"type", "item_started"}, {"transition", "cut"}, {"offset_frames", offset}}));
      event["planned_frame"] = event["frame"];
      event["planned_us"] = event["at_us"];
      event["planned_duration_frames"] = length_ - offset;
      events_.push_back(std::move(event));
      return;
    }
    events_.push_back(stamped({{"type", "playback_ended"}, {"reason", "end"}}));
    list_.reset();
  }
  void end_item(const char* result) {
    events_.push_back(stamped(identified({{"type", "item_ended"},
                                          {"frames_sent", sent_},
                                          {"repeated_frames", 0},
                                          {"result", result},
                                          {"reason", nullptr}})));
  }
  void end_playback(const char* result, const char* reason) {
    end_item(result);
    events_.push_back(stamped({{"type", "playback_ended"}, {"reason", reason}}));
    list_.reset();
  }
  Json stamped(Json event) const {
    event["frame"] = frame_;
    event["at_us"] = base_us_ + std::llround((frame_ - base_frame_) / rate_ * 1e6);
    return event;
  }
  Json identified(Json event) const {
    event["item_id"] = item_["id"];
    for (const char* field : {"asset_id", "clip_name"}) event[field] = item_.value(field, Json());
    event.update(
        {{"playlist_id", list_->id}, {"load_id", list_->load_id}, {"index", index_}, {"loop_count", loop_count_}});
    return event;
  }
  void require_playing() const {
    if (!list_) throw Failure(WYV_WRONG_STATE, "engine.idle", "nothing plays");
  }

  const Json format_;
  const wyvern::Engine::Emit emit_;
  double rate_ = 25;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::thread clock_;
  bool stopping_ = false, paused_ = false, skip_ = false, stop_playback_ = false;
  std::vector<Json> events_;
  steady_clock::time_point base_;
  std::int64_t base_us_ = 0, base_frame_ = 0, frame_ = 0;  // the next frame to be sent
  std::optional<Playlist> list_, loaded_;                  // what plays; what the next tick takes over
  Json item_;
  std::size_t index_ = 0;
  int loop_count_ = 0;
  std::int64_t position_ = 0, length_ = 0, sent_ = 0;
};

class ClockEngine final : public wyvern::Engine {
 public:
  ClockEngine(wyvern::Host, std::string, const Json&) {}

  void stop(const wyvern::Context&) override { (void)exchange(nullptr); }
  std::string_view name() const override { return WYVERN_PLUGIN_ID; }
  Json probe(const std::string& path, const wyvern::Context&) override {
    const auto clip = look_at(path);
    Json facts{{"duration_ms", std::llround(clip.seconds * 1000)},
               {"container", "mp4"},
               {"width", clip.width},
               {"height", clip.height}};
    for (const char* unknown : {"framerate", "rate_num", "rate_den", "scan", "pixel_aspect", "video_codec",
                                "audio_codec", "audio_channels", "audio_rate", "video_frames"})
      facts[unknown] = nullptr;
    return facts;
  }
  void configure(const Json& channel, Emit emit) override {
    (void)exchange(std::make_shared<Channel>(channel, std::move(emit)));
  }
  void start_channel(const wyvern::Context&) override { channel()->start(); }
  void stop_channel(const wyvern::Context&) override {
    const std::lock_guard lock(mutex_);
    if (channel_) channel_->stop();
  }
  void load(const Json& playlist) override { channel()->load(playlist); }
  void update(const Json& playlist) override { channel()->update(playlist); }
  void pause() override { channel()->pause(true); }
  void resume() override { channel()->pause(false); }
  void skip() override { channel()->skip(); }
  void stop_playback() override { channel()->stop_playback(); }
  Json status() override { return channel()->status(); }

 private:
  std::shared_ptr<Channel> exchange(std::shared_ptr<Channel> channel) {
    const std::lock_guard lock(mutex_);
    return std::exchange(channel_, std::move(channel));
  }
  std::shared_ptr<Channel> channel() {
    const std::lock_guard lock(mutex_);
    if (!channel_) throw Failure(WYV_WRONG_STATE, "engine.unconfigured", "the engine has not been configured");
    return channel_;
  }
  std::mutex mutex_;
  std::shared_ptr<Channel> channel_;
};

}  // namespace

WYVERN_PLUGIN(ClockEngine)
