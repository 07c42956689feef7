// What the suites of engines begin with: one that is started, clips, and a channel without outputs.
#pragma once

#include <poll.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "kit/event_recorder.hpp"
#include "kit/lifecycle.hpp"
#include "wyvern/abi/engine.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {

// One second, 25 pictures of 320x180, with sound. Beside the program, as it is installed.
inline std::string good_clip() {
  return std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "share/wyvern/conformance/clip.mp4";
}

// A file of that content in the check's own folder.
inline std::string file_of(const std::string& name, const std::string& content) {
  const auto path = given().scratch / name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}
inline std::string empty_clip() { return file_of("empty.mp4", ""); }
inline std::string words() { return file_of("words.mp4", std::string(5000, 'w')); }
inline std::string cut_off_clip() {
  std::ifstream whole(good_clip(), std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(whole), {});
  return file_of("cut-off.mp4", content.substr(0, content.size() / 2));
}
inline std::string missing_clip() { return given().scratch / "there-is-no-such-clip.mp4"; }

// With what the engine needs of a channel, as a format that it knows: see x-channel in sdk/README.md.
inline Json channel() {
  Json described = {
      {"channel_id", "kit"},
      {"format",
       {{"name", "180p25"}, {"width", 320}, {"height", 180}, {"rate_num", 25}, {"rate_den", 1}, {"interlaced", false}}},
      {"audio", {{"channels", 2}}},
      {"outputs", Json::array()}};
  if (given().channel.is_object()) described.merge_patch(given().channel);
  return described;
}

inline Json item(const std::string& id, const std::string& path = good_clip()) {
  return {{"id", id},           {"asset_id", "asset-" + id}, {"clip_name", "clip " + id}, {"media_path", path},
          {"in_point", 0.0},    {"out_point", nullptr},      {"transition", "cut"},       {"transition_ms", 0},
          {"duration_ms", 1000}};
}
// Five frames of it.
inline Json short_item(const std::string& id) {
  auto cut = item(id);
  cut["out_point"] = 0.2;
  return cut;
}
inline Json playlist(const std::vector<Json>& items, const std::string& load_id = "load-1", bool loop = false) {
  return {{"playlist_id", "list"}, {"load_id", load_id}, {"loop", loop}, {"items", items}};
}

class StartedEngine : public Lifecycle {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(good_clip())) << good_clip() << " is missing: install the component sdk";
    started();
    table_ = instance.table<wyv_engine_v1>(WYV_ENGINE_SERVICE);
    ASSERT_NE(table_, nullptr) << WYV_ENGINE_SERVICE;
  }
  bool whole() const {
    return table_->struct_size >= sizeof(wyv_engine_v1) && table_->name != nullptr && table_->probe != nullptr &&
           table_->configure != nullptr && table_->start_channel != nullptr && table_->stop_channel != nullptr &&
           table_->load != nullptr && table_->update != nullptr && table_->pause != nullptr &&
           table_->resume != nullptr && table_->skip != nullptr && table_->stop_playback != nullptr &&
           table_->status != nullptr;
  }

  struct Answer {
    Outcome outcome;
    std::string text;
    Json json() const { return Json::parse(text, nullptr, false); }
  };
  Answer probe(const std::string& path) {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->probe(instance.raw(), view(path), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  Answer status() {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->status(instance.raw(), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  std::string state() {
    const auto json = status().json();
    return json.is_object() ? json.value("state", "") : "";
  }
  Outcome configure(const std::string& channel_json) {
    RecordedCall call;
    return call.finish(table_->configure(instance.raw(), view(channel_json), recorder_.listener(), call.context()));
  }
  using Plain = wyv_status (*)(wyv_instance*, const wyv_context*);
  Outcome call(Plain function) {
    RecordedCall call;
    return call.finish(function(instance.raw(), call.context()));
  }
  Outcome start_channel() { return call(table_->start_channel); }
  Outcome stop_channel() { return call(table_->stop_channel); }
  Outcome pause() { return call(table_->pause); }
  Outcome resume() { return call(table_->resume); }
  Outcome skip() { return call(table_->skip); }
  Outcome stop_playback() { return call(table_->stop_playback); }
  Outcome load_text(const std::string& list) {
    RecordedCall call;
    return call.finish(table_->load(instance.raw(), view(list), call.context()));
  }
  Outcome load(const Json& list) { return load_text(list.dump()); }
  Outcome update(const Json& list) {
    const auto text = list.dump();
    RecordedCall call;
    return call.finish(table_->update(instance.raw(), view(text), call.context()));
  }
  void on_air() {
    ASSERT_TRUE(is_ok(configure(channel().dump()))) << "configure";
    ASSERT_TRUE(is_ok(start_channel())) << "start_channel";
  }
  // On air with the first item of that list.
  void playing(const Json& list) {
    ASSERT_NO_FATAL_FAILURE(on_air());
    ASSERT_TRUE(is_ok(load(list))) << "load";
    ASSERT_FALSE(recorder_.wait_for("item_started").is_null()) << "no item was started; " << recorder_.story();
  }
  // An engine may do what it was told with its next frame.
  bool comes_to_be(const std::string& wanted) {
    return comes_to([&](const Json& status) { return status.value("state", "") == wanted; });
  }
  // Waits until the status has what is wanted; false after five seconds.
  template <class Wanted>
  bool comes_to(const Wanted& wanted) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < until) {
      const auto json = status().json();
      if (json.is_object() && wanted(json)) return true;
      (void)poll(nullptr, 0, 5);  // no event tells of it
    }
    return false;
  }

  const wyv_engine_v1* table_ = nullptr;
  EventRecorder& recorder_ = *new EventRecorder;  // an engine that is not stopped goes on calling it
};

}  // namespace wyvern::conformance
