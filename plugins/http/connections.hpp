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
  // Counts a connection for as long as this lives. It must be the first to be made and the last to be destroyed of what
  // needs the lane, because a stop ends the lane once nobody is counted; a connection may end on an operation's thread.
  class Membership {
   public:
    Membership(Connections& all, Connection* connection) : all_(all), connection_(connection) { all_.add(connection_); }
    ~Membership() { all_.remove(connection_); }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

   private:
    Connections& all_;
    Connection* const connection_;
  };

  std::size_t size() const;
  // Those of the moment; one that ends meanwhile is left out.
  void for_each(const std::function<void(Connection&)>& visit) const;
  // False when some are left at the deadline.
  bool wait_until_none(std::chrono::steady_clock::time_point deadline) const;

 private:
  void add(Connection* connection);
  void remove(Connection* connection);

  mutable std::mutex mutex_;
  mutable std::condition_variable none_;
  std::unordered_set<Connection*> alive_;
};

}  // namespace wyvern::http
