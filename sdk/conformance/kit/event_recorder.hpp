// The listener of an engine: remembers its events, and whether it was called as the contract says.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wyvern/abi/engine.h"

namespace wyvern::conformance {

using Json = nlohmann::json;

class EventRecorder {
 public:
  EventRecorder() : listener_{this, &event} {}
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  const wyv_engine_listener* listener() const { return &listener_; }

  // In the order in which they came; of one type, or all.
  std::vector<Json> events(const std::string& type = "") const;
  // The count-th event of that type, waited for; null when it does not come.
  Json wait_for(const std::string& type, std::size_t count = 1,
                std::chrono::milliseconds patience = std::chrono::seconds(10)) const;
  // What came, for people.
  std::string story() const;

  // From now on each event takes so long.
  void dawdle(std::chrono::milliseconds for_each) { dawdling_ = for_each; }
  // Whether two events came at once.
  bool overlapped() const { return overlapped_; }

 private:
  static void event(void* self, wyv_view json);

  const wyv_engine_listener listener_;
  std::atomic<std::chrono::milliseconds> dawdling_{std::chrono::milliseconds(0)};
  std::atomic<int> inside_{0};
  std::atomic<bool> overlapped_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<Json> events_;
};

}  // namespace wyvern::conformance
