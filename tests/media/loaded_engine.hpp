// engine-gstreamer.so, loaded as the host does it and driven through its C table alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wyvern/abi/engine.h"
#include "wyvern/abi/plugin.h"

namespace wyvern::media {

class LoadedEngine {
 public:
  using Json = nlohmann::json;
  using EventTest = std::function<bool(const Json& event)>;

  explicit LoadedEngine(const Json& config = Json::object(), const std::string& library = default_library());
  ~LoadedEngine();
  LoadedEngine(const LoadedEngine&) = delete;
  LoadedEngine& operator=(const LoadedEngine&) = delete;
  static std::string default_library();

  // Each throws wyvern::Failure with what the engine reported.
  Json probe(const std::string& path);
  void configure(const Json& channel);
  void start_channel();
  void stop_channel();
  void load(const Json& playlist);
  void update(const Json& playlist);
  void pause();
  void resume();
  void skip();
  void stop_playback();
  Json status();

  std::vector<Json> events() const;
  // Waits for the `count`th event that passes; throws std::runtime_error naming all that came when the time is up.
  Json wait_for(const EventTest& test, std::chrono::milliseconds limit, int count = 1) const;
  Json wait_for(const std::string& type, std::chrono::milliseconds limit, int count = 1) const;

 private:
  using Plain = wyv_status (*)(wyv_instance*, const wyv_context*);
  void call(Plain function);
  static void on_event(void* self, wyv_view json);

  void* library_ = nullptr;
  const wyv_plugin* plugin_ = nullptr;
  wyv_host host_{};
  wyv_instance* instance_ = nullptr;
  const wyv_engine_v1* table_ = nullptr;
  wyv_engine_listener listener_{};
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<Json> events_;
};

// An output that listens for SRT callers on loopback, as output-srt renders it.
nlohmann::json srt_output(int port, const std::string& id = "main");
nlohmann::json channel_json(int width, int height, int rate_num, int rate_den, const nlohmann::json& outputs);

}  // namespace wyvern::media
