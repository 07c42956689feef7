// An engine without pictures: takes commands at once, plays a list by the clock or by hand, and fails as told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "wyvern/abi/engine.h"
#include "wyvern/result.hpp"

namespace wyvern::worker::testing {

using Json = nlohmann::json;

class FakeEngine {
 public:
  FakeEngine() = default;
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  static const wyv_engine_v1* table();
  wyv_instance* instance() { return reinterpret_cast<wyv_instance*>(this); }

  // An event, as if it had happened.
  void emit(const Json& event);
  // item_started and item_ended with what identifies an airing.
  void begin_item(const std::string& id, std::int64_t at_us = 0);
  void end_item(const std::string& result = "played");
  void set_status(const Json& fields);
  // The next call of this name fails so.
  void fail(const std::string& call, Error error);
  // Calls of this name do not come back before `let_go`.
  void hold(const std::string& call);
  void let_go();

  std::vector<std::string> calls() const;
  Json loaded() const;
  bool wait_for_call(const std::string& call, int times = 1) const;
  // Plays what is loaded at 25 frames a second from its own thread, and tells of each frame.
  void play_by_the_clock(std::function<void(std::int64_t frame)> on_frame);

 private:
  friend struct FakeTable;
  wyv_status take(const std::string& call, const wyv_context* context);
  void play();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> calls_;
  Json loaded_, channel_;
  Json status_ = {{"state", "idle"}, {"frame", 0}, {"item", nullptr}};
  std::optional<std::pair<std::string, Error>> failure_;
  std::string held_;
  std::optional<wyv_engine_listener> listener_;
  std::mutex emitting_;  // never two events at once
  Json item_;
  std::int64_t frame_ = 0;

  bool by_the_clock_ = false;
  std::function<void(std::int64_t)> on_frame_;
  bool running_ = false, ending_ = false;
  bool fresh_ = false;  // a list was loaded and has not begun
  std::size_t index_ = 0;
  std::int64_t position_ = 0;
  std::thread thread_;
};

}  // namespace wyvern::worker::testing
