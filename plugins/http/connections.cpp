#include "connections.hpp"

#include <vector>

#include "connection.hpp"

namespace wyvern::http {

void Connections::add(Connection* connection) {
  const std::lock_guard lock(mutex_);
  alive_.insert(connection);
}

void Connections::remove(Connection* connection) {
  const std::lock_guard lock(mutex_);
  alive_.erase(connection);
  if (alive_.empty()) none_.notify_all();
}

std::size_t Connections::size() const {
  const std::lock_guard lock(mutex_);
  return alive_.size();
}

void Connections::for_each(const std::function<void(Connection&)>& visit) const {
  std::vector<std::shared_ptr<Connection>> held;
  {
    const std::lock_guard lock(mutex_);
    held.reserve(alive_.size());
    for (auto* connection : alive_)
      if (auto alive = connection->weak_from_this().lock()) held.push_back(std::move(alive));
  }
  for (const auto& connection : held) visit(*connection);
}

bool Connections::wait_until_none(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return none_.wait_until(lock, deadline, [&] { return alive_.empty(); });
}

}  // namespace wyvern::http
