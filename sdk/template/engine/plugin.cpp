// Times playlists against a clock. The shapes of all JSON, and the contract of each function, are in
// wyvern/abi/engine.h.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "wyvern/engine.hpp"

namespace {

using namespace std::chrono;
using wyvern::Failure;
using wyvern::Json;

// Where your decoder opens the file. Here: the boxes of an mp4, of which only that with the headers (moov) is read; in
// it, the length that the movie tells (mvhd) and the size of its first track (tkhd).
struct Clip {
  double seconds;
  std::uint64_t width, height;
};
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size = 4) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + size && i < bytes.size(); ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}
Clip look_at(const std::string& path) {
  const auto refuse = [&](const char* code, const char* why) { throw Failure(WYV_INVALID, code, path + ": " + why); };
  if (!std::filesystem::is_regular_file(path)) refuse("media.unreadable", "there is no such file");
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](std::uint64_t at, std::uint64_t size) {
    std::string bytes(size, '\0');
    file.clear();  // what was read before may have met the end
    file.seekg(static_cast<std::streamoff>(at)).read(bytes.data(), static_cast<std::streamsize>(size));
    return bytes;
  };
  const auto file_size = std::filesystem::file_size(path);
  if (file_size == 0) refuse("media.empty", "the file is empty");
  if (read(4, 4) != "ftyp") refuse("media.unreadable", "it is no mp4");
  std::string headers;
  for (std::uint64_t at = 0, size = 0; at < file_size; at += size) {
    const auto box = read(at, 16);
    size = number_at(box, 0) == 1 ? number_at(box, 8, 8) : number_at(box, 0);
    if (size < 8 || size > file_size - at) refuse("media.truncated", "the file is cut off");
    if (box.compare(4, 4, "moov") == 0) headers = read(at, std::min<std::uint64_t>(size, 64U << 20U));
  }
  const auto movie = headers.find("mvhd");
  if (movie == std::string::npos || number_at(headers, movie + 16) == 0) refuse("media.unreadable", "it has no length");
  const auto track = headers.find("tkhd");
  if (track == std::string::npos) refuse("media.no_picture", "it has no track");
  return {static_cast<double>(number_at(headers, movie + 20)) / static_cast<double>(number_at(headers, movie + 16)),
          number_at(headers, track + 80) >> 16U, number_at(headers, track + 84) >> 16U};
}

struct Item {
  Json json;                // as it was loaded
  std::int64_t frames = 0;  // how long it plays
  std::string fault;        // why it cannot be played; empty when it can
};

// Looks at every clip, so it is made where waiting for a disk does no harm: not by the clock.
struct Playlist {
  Playlist(const Json& json, double rate) : id(json.value("playlist_id", "")), load_id(json.value("load_id", "")) {
    loop = json.value("loop", false);
    const auto start = json.value("start", Json::object());
    first = start.value("index", std::size_t{0});
    offset = std::llround(start.value("offset_ms", 0.0) / 1000 * rate);
    for (const auto& item : json.value("items", Json::array())) items.push_back(checked(item, rate));
    if (first >= items.size())
      throw Failure(WYV_INVALID, "engine.playlist", "items and start.index: there is no item to begin with");
  }
  static Item checked(const Json& json, double rate) {
    Item item{json, 0, ""};
    const double in = json.value("in_point", 0.0);
    const Json point = json.value("out_point", Json());
    double out = point.is_number() ? point.get<double>() : HUGE_VAL;
    if (json.value("id", "").empty()) throw Failure(WYV_INVALID, "engine.playlist", "items: one has no id");
    if (out <= in) throw Failure(WYV_INVALID, "engine.playlist", "items: out_point must be after in_point");
    try {
      out = std::min(out, look_at(json.value("media_path", "")).seconds);
      item.frames = std::max<std::int64_t>(1, std::llround((out - in) * rate));
    } catch (const Failure& failure) {
      item.fault = failure.error().message;
    }
    return item;
  }
  std::string id, load_id;
  bool loop = false;
  std::size_t first = 0;
  std::int64_t offset = 0;  // frames of the first item that are left out
  std::vector<Item> items;
};

// All under one lock, which nobody holds while it waits: events are told without it, by the clock's thread or once that
// has ended, and clips are looked at before it is taken.
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
    std::vector<Json> events;
    {
      const std::lock_guard lock(mutex_);
      if (list_) end_playback("stopped", "stopped");
      events = std::exchange(events_, {});
    }
    for (const auto& event : events) emit_(event);
  }
  void load(const Json& json) {
    Playlist list(json, rate_);
    const std::lock_guard lock(mutex_);
    loaded_ = std::move(list);
  }
  void update(const Json& json) {
    Playlist list(json, rate_);
    const std::lock_guard lock(mutex_);
    require_playing();
    for (std::size_t i = 0; i < list.items.size(); ++i)
      if (list.items[i].json["id"] == item_.json["id"]) index_ = i;
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
      item = {{"id", item_.json["id"]},          {"index", index_},
              {"position_frames", position_},    {"position_ms", position_ * 1000 / rate_},
              {"duration_frames", item_.frames}, {"state", "on_air"}};
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
      begin(list_->first, 0, list_->offset);
    } else if (list_ && (skip_ || position_ >= item_.frames)) {
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
      if (!item_.fault.empty()) {
        events_.push_back(identified({{"type", "item_discarded"}, {"reason", item_.fault}}));
        continue;
      }
      position_ = offset;
      sent_ = 0;
      auto event = stamped(identified({{"type", "item_started"}, {"transition", "cut"}, {"offset_frames", offset}}));
      event["planned_frame"] = event["frame"];
      event["planned_us"] = event["at_us"];
      event["planned_duration_frames"] = item_.frames - offset;
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
    event["item_id"] = item_.json["id"];
    for (const char* field : {"asset_id", "clip_name"}) event[field] = item_.json.value(field, Json());
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
  Item item_;                                              // on air
  std::size_t index_ = 0;
  int loop_count_ = 0;
  std::int64_t position_ = 0, sent_ = 0;
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
    if (const auto configured = look()) configured->stop();
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
  std::shared_ptr<Channel> look() {
    const std::lock_guard lock(mutex_);
    return channel_;
  }
  std::shared_ptr<Channel> channel() {
    const auto configured = look();
    if (!configured) throw Failure(WYV_WRONG_STATE, "engine.unconfigured", "the engine has not been configured");
    return configured;
  }
  std::mutex mutex_;
  std::shared_ptr<Channel> channel_;
};

}  // namespace

WYVERN_PLUGIN(ClockEngine)
