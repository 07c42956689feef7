// What the worker's tests have in common: a folder, a clock that jumps, settings, and waiting with a deadline.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fake_engine.hpp"
#include "operations/operation.hpp"
#include "worker/clock.hpp"
#include "worker/settings.hpp"
#include "worker/worker.hpp"

namespace wyvern::worker::testing {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wyvern-worker-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class FakeClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return wall; }
  std::int64_t boot_ns() const override { return boot; }
  const std::string& boot_id() const override { return id; }
  void pass_ms(std::int64_t ms) {
    wall += ms * 1000;
    boot += ms * 1'000'000;
  }

  std::atomic<std::int64_t> wall{1'700'000'000'000'000};
  std::atomic<std::int64_t> boot{5'000'000'000};
  std::string id = "boot-1";
};

// Looks again and again until it is so; false when it never was.
inline bool eventually(const std::function<bool()>& is_so, std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

inline Json section(const std::filesystem::path& spool) {
  return {{"channel",
           {{"channel_id", "c1"},
            {"format",
             {{"name", "720p25"},
              {"width", 1280},
              {"height", 720},
              {"rate_num", 25},
              {"rate_den", 1},
              {"interlaced", false}}},
            {"audio", {{"channels", 2}}},
            {"outputs", {{{"id", "main"}, {"rendered", Json::object()}}}}}},
          {"channel_id", "c1"},
          {"epoch", 1},
          {"spool_dir", spool.string()}};
}

inline Settings settings(const std::filesystem::path& spool) { return parse_settings(section(spool)).or_throw(); }

// Items of 4 s (100 frames) each.
inline Json playlist(const std::vector<std::string>& ids, bool loop = false) {
  Json items = Json::array();
  for (const auto& id : ids) items.push_back({{"id", id}, {"media_path", "/" + id + ".mp4"}, {"duration_ms", 4000}});
  return {{"playlist_id", "p1"}, {"loop", loop}, {"items", items}, {"load_id", "l1"}};
}

// Takes an answer; may be asked from another thread.
class HeldAnswer final : public operations::Answer {
 public:
  void head(int status, std::string_view, const std::vector<std::pair<std::string, std::string>>&,
            std::uint64_t) override {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::uint64_t body(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    text_ += bytes;
    return 0;
  }
  void end() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    done_.notify_all();
  }
  bool wait(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, patience, [this] { return ended_; });
  }
  bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  int status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  Json json() {
    const std::lock_guard lock(mutex_);
    return Json::parse(text_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  int status_ = 0;
  std::string text_;
  bool ended_ = false;
};

inline Json events_after(Worker& worker, std::uint64_t after, std::int64_t wait_ms = 0, std::size_t limit = 1000) {
  const auto answer = std::make_shared<HeldAnswer>();
  worker.events(after, limit, std::chrono::milliseconds(wait_ms), answer, nullptr);
  if (!answer->wait()) throw std::runtime_error("no answer to a poll");
  return answer->json();
}

// All events once there are as many; acknowledges none.
inline Json all_events(Worker& worker, std::size_t count) {
  Json found;
  (void)eventually([&] {
    found = events_after(worker, 0).at("events");
    return found.size() >= count;
  });
  return found;
}

inline std::vector<std::string> types(const Json& events) {
  std::vector<std::string> all;
  for (const auto& event : events) all.push_back(event.at("type").get<std::string>());
  return all;
}

}  // namespace wyvern::worker::testing
