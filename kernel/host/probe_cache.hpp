// Verdicts of probes, kept on disk: one file for the bytes of each plugin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "wyvern/result.hpp"

namespace wyvern::host {

struct Verdict {
  bool quarantined = false;
  std::string reason;  // why it is quarantined
  std::string kernel;  // the build that probed
  std::string path;    // of the plugin then; for a person
  std::uint64_t size = 0;
};

// Every write replaces a whole file at once, so that several processes may use one folder. An unusable folder is an
// empty cache: only `store` and `clear_quarantine` complain.
class ProbeCache {
 public:
  explicit ProbeCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<Verdict> find(const std::string& hash) const;
  Result<void> store(const std::string& hash, const Verdict& verdict) const;
  std::map<std::string, Verdict> quarantined() const;
  // Returns how many there were.
  Result<std::size_t> clear_quarantine() const;

 private:
  // Nobody but this user may have written what is believed here.
  bool trusted() const;

  std::filesystem::path folder_;
};

}  // namespace wyvern::host
