// The stream of a deployment's events, kept from its first one on, for tests to wait on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace wyvern::test {

// Thread-safe.
class EventFeed {
 public:
  using Json = nlohmann::json;

  // Follows GET /events from its beginning until the object goes, or the stream ends.
  EventFeed(std::string url, std::string token);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // The first event that passes, however long ago it came; throws std::runtime_error naming the types of all that came
  // when the time is up.
  Json wait_for(const std::function<bool(const Json& event)>& test, std::chrono::milliseconds deadline) const;

  // Looks at `holds` now and after each event; false when the deadline passed first. What an engine does from frame to
  // frame no event tells, so it is looked at now and then as well.
  bool await(const std::function<bool()>& holds, std::chrono::milliseconds deadline) const;

  std::size_t size() const;

 private:
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self);
  void follow();
  void parse(const std::string& frame);

  const std::string url_;
  const std::string token_;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<Json> events_;
  std::string unread_;
  void* multi_;  // CURLM
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wyvern::test
