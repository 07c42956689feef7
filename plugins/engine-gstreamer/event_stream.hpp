// Hands events to the listener from one thread, in order, so that a slow listener never delays a tick.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

namespace wyvern::feeder {

class EventStream {
 public:
  using Emit = std::function<void(const nlohmann::json&)>;

  explicit EventStream(Emit emit);
  ~EventStream();  // what was posted is delivered first

  void post(nlohmann::json event);
  void post(std::vector<nlohmann::json> events);
  // Returns when everything posted before has been taken.
  void drain();

 private:
  void work();

  const Emit emit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<nlohmann::json> waiting_;
  bool delivering_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace wyvern::feeder
