// Keeps strangers from filling the audit: beyond some a minute, refused calls of nobody are counted, not listed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "operations/auditor.hpp"

namespace wyvern::audit {

// Thread-safe. What is counted is in memory until it is taken.
class Floods {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int listed = 30;  // a minute, of an address, an operation and a code
  static constexpr std::chrono::seconds window{60};
  static constexpr std::size_t most_known = 1000;  // beyond, calls are counted without their address

  struct Counted {
    operations::Deed deed;  // the last of them
    operations::Verdict verdict;
    std::int64_t times = 0;
  };

  explicit Floods(std::function<Clock::time_point()> now = &Clock::now) : now_(std::move(now)) {}

  // False when it is to be listed; else it was counted.
  bool count(const operations::Deed& deed, const operations::Verdict& verdict);
  // Those that were counted and whose window is over, or all.
  std::vector<Counted> take(bool all = false);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Window {
    Clock::time_point begin;
    int seen = 0;
    Counted counted;
  };

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<Key, Window> windows_;
  Clock::time_point looked_;
};

}  // namespace wyvern::audit
