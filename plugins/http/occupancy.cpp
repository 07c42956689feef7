#include "occupancy.hpp"

namespace wyvern::http {

std::shared_ptr<Occupancy::Client> Occupancy::client(const std::string& address) {
  constexpr std::size_t swept_from = 256;
  const std::lock_guard lock(mutex_);
  if (clients_.size() >= swept_from) std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = clients_[address];
  auto client = known.lock();
  if (!client) known = client = std::make_shared<Client>();
  return client;
}

Occupancy::Entry Occupancy::enter(Client& client, Kind kind) {
  const auto at = index(kind);
  const auto refuse = [&](Entry reason) {
    refused_[reason == Entry::full ? 0 : 1].fetch_add(1, std::memory_order_relaxed);
    return reason;
  };
  if (client.inside_[at].fetch_add(1, std::memory_order_relaxed) >= limits_[at].per_address) {
    client.inside_[at].fetch_sub(1, std::memory_order_relaxed);
    return refuse(Entry::share_used);
  }
  if (inside_[at].fetch_add(1, std::memory_order_relaxed) >= limits_[at].total) {
    inside_[at].fetch_sub(1, std::memory_order_relaxed);
    client.inside_[at].fetch_sub(1, std::memory_order_relaxed);
    return refuse(Entry::full);
  }
  return Entry::admitted;
}

void Occupancy::leave(Client& client, Kind kind) {
  client.inside_[index(kind)].fetch_sub(1, std::memory_order_relaxed);
  inside_[index(kind)].fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace wyvern::http
