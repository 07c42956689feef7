// How many calls are under way, in all and of each client, so that none takes up what is there for all.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "http/settings.hpp"

namespace wyvern::http {

// Thread-safe.
class Occupancy {
 public:
  // A stream lasts for as long as its reader likes, any other call for as long as it takes.
  enum class Kind : std::size_t { call, stream };
  enum class Entry { admitted, full, share_used };

  // What one address takes up: shared by its connections.
  class Client {
    friend class Occupancy;
    std::array<std::atomic<std::size_t>, 2> inside_{};
  };

  explicit Occupancy(const Settings& settings) : limits_{settings.calls, settings.streams} {}

  // `address`: that of an IPv4 host; of an IPv6 network, since a host there has as many addresses as it likes.
  std::shared_ptr<Client> client(const std::string& address);

  Entry enter(Client& client, Kind kind);
  // Once for each that was admitted.
  void leave(Client& client, Kind kind);

  std::size_t inside(Kind kind) const { return inside_[index(kind)].load(std::memory_order_relaxed); }
  std::uint64_t refused(Entry reason) const { return refused_[reason == Entry::full ? 0 : 1].load(); }
  const CallLimit& limit(Kind kind) const { return limits_[index(kind)]; }

 private:
  static std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }

  const std::array<CallLimit, 2> limits_;
  std::array<std::atomic<std::size_t>, 2> inside_{};
  std::array<std::atomic<std::uint64_t>, 2> refused_{};
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<Client>> clients_;
};

}  // namespace wyvern::http
