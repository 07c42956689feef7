// A storage in memory that lies, changes, hangs or vanishes as a test wants it to.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "staging/storage.hpp"
#include "wyvern/storage.hpp"

namespace wyvern::test {

// Holds callers until it is opened; ignores deadlines and cancellation, as a dead mount does.
class Gate {
 public:
  void open();
  void close();
  void pass();
  // Waits until so many have arrived, at most a few seconds; false when they did not.
  bool wait_for_arrivals(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

class FaultyStorage {
 public:
  FaultyStorage();
  ~FaultyStorage();

  staging::StorageAccess access(std::string name = "faulty");

  struct Object {
    std::string bytes;
    std::string version = "1";
    std::uint64_t said_size = UINT64_MAX;  // what stat says; by default the truth
  };
  void put(const std::string& key, Object object);
  void erase(const std::string& key);

  // Called before each, outside every lock; may throw Failure.
  std::function<void(const std::string& key)> before_stat;
  std::function<void(const std::string& key, std::uint64_t offset)> before_read;
  // Read pieces are no longer than this.
  std::size_t piece_bytes = std::size_t{1} << 20;

 private:
  class Instance;
  Object find(const std::string& key, std::string_view version = {});

  std::mutex mutex_;
  std::map<std::string, Object> objects_;
  detail::Cell cell_;
};

}  // namespace wyvern::test
