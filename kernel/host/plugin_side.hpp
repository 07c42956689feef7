// The host as one instance sees it: what stands behind wyv_host::self.
#pragma once

#include <string>

#include "host/host.hpp"
#include "host/rate_limit.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::host {

// Called by the instance from any thread, from before its create until the return of its destroy.
class PluginSide {
 public:
  PluginSide(Log& log, Metrics& metrics, const Services& services, LogSource source, const Json& manifest,
             const LogOptions& limits);
  PluginSide(const PluginSide&) = delete;
  PluginSide& operator=(const PluginSide&) = delete;
  ~PluginSide();

  const wyv_host* host() const { return &host_; }
  HostContext context() const;

  void write(std::int32_t level, std::string_view message, std::string_view correlation, std::string_view fields_json);
  wyv_status set(std::int32_t type, std::string_view name, std::string_view labels_json, double value);
  const void* query(std::string_view service) const;
  // The instance is gone: so are its metrics.
  void forget_series();

 private:
  Log& log_;
  Metrics& metrics_;
  const Services& services_;
  const LogSource source_;
  Labels own_labels_;
  std::map<std::string, std::int32_t, std::less<>> declared_;
  RateLimit lines_;
  wyv_host host_;
};

}  // namespace wyvern::host
