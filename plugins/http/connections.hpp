// The connections that are alive: counted, swept for deadlines, waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace wyvern::http {

class Connection;

// All functions: any thread.
class Connections {
 public:
  void add(Connection* connection);
  void remove(Connection* connection);
  std::size_t size() const;
  // Those of the moment; one that ends meanwhile is left out.
  void for_each(const std::function<void(Connection&)>& visit) const;
  // False when some are left at the deadline.
  bool wait_until_none(std::chrono::steady_clock::time_point deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable none_;
  std::unordered_set<Connection*> alive_;
};

}  // namespace wyvern::http
