// The runtime's workloads that are playout workers, as the room sees them.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "playout/dependencies.hpp"

namespace wyvern::playout {

struct Workload {
  std::string handle;
  std::string channel_id;  // as its label says, so it may be anything
  std::string epoch;
  bool running = false;
};

// Thread-safe. Throws Failure when the runtime does not do what it is asked.
class Workloads {
 public:
  explicit Workloads(const RuntimeAccess& runtime) : runtime_(runtime) {}

  std::vector<Workload> all() const { return with_labels({{"wyvern.kind", "playout"}}); }
  std::vector<Workload> of(const std::string& channel_id) const {
    return with_labels({{"wyvern.kind", "playout"}, {"wyvern.id", channel_id}});
  }
  // Stops it, by force once `grace` is over, and forgets it with its log.
  void end(const std::string& handle, std::chrono::milliseconds grace) const;

  // `changed` is called from a thread of the runtime when a worker ends by itself, until `unlisten` has returned.
  void listen(std::function<void(const std::string& channel_id)> changed);
  void unlisten();

 private:
  std::vector<Workload> with_labels(const Json& labels) const;

  const RuntimeAccess& runtime_;
  std::function<void(const std::string&)> changed_;
};

}  // namespace wyvern::playout
