// Who asked last for what another thread does later: the start of a channel, the run of a job.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "trace/trace.hpp"

namespace wyvern::trace {

// Thread-safe, and in memory only: after a restart nobody has asked. Holds the latest `most`.
class Askers {
 public:
  explicit Askers(std::size_t most = 4096) : most_(most) {}

  // This thread's trace is the one for `key` from now on. Nothing where the thread works for nobody.
  void note(const std::string& key);
  std::optional<Trace> of(const std::string& key) const;
  void forget(const std::string& key);
  // Unless somebody else has asked meanwhile.
  void forget(const std::string& key, const Trace& trace);

 private:
  void erase(const std::string& key);  // under the mutex

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::map<std::string, Trace> traces_;
  std::deque<std::string> order_;  // of the keys, the oldest first; each once
};

}  // namespace wyvern::trace
