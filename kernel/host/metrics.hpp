// Metrics by declared name, kept in memory and given out in the Prometheus text format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/abi/host.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

using Labels = std::map<std::string, std::string>;

// Any thread.
class Metrics {
 public:
  static constexpr std::size_t series_limit = 5000;  // per name

  // `type` is WYV_METRIC_COUNTER or WYV_METRIC_GAUGE. Declaring the same again is no fault; another type is.
  Result<void> declare(std::string_view name, std::int32_t type, std::string_view help);
  // Sets one series of a declared name. A counter only rises: a smaller value is refused until the series is removed.
  Result<void> set(std::string_view name, std::int32_t type, const Labels& labels, double value);
  // Forgets every series that has these labels; for an instance that is gone.
  void remove(const Labels& labels);
  // Prometheus text exposition format 0.0.4; families and series in the order of their names.
  std::string collect() const;

 private:
  struct Family {
    std::int32_t type = WYV_METRIC_GAUGE;
    std::string help;
    std::map<Labels, double> series;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace wyvern::host
