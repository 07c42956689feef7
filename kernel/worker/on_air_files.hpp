// The two files that survive an unclean end: the list (large, written when it changes, synced), and what is on air of
// it (small, written about twice a second). Both are gone after a clean stop.
#pragma once

#include <filesystem>
#include <optional>

#include "worker/on_air.hpp"
#include "wyvern/result.hpp"

namespace wyvern::worker {

// Not thread-safe.
class OnAirFiles {
 public:
  explicit OnAirFiles(const std::filesystem::path& directory)
      : list_(directory / "list.json"), on_air_(directory / "onair.json") {}

  // Nothing when there is none, or none that can be read.
  std::optional<OnAirList> read_list() const;
  std::optional<OnAir> read() const;

  Result<void> write_list(const OnAirList& list);
  // `lasting`: also after a loss of power.
  Result<void> write(const OnAir& on_air, bool lasting);
  void remove_list();
  void remove();

 private:
  std::filesystem::path list_, on_air_;
};

}  // namespace wyvern::worker
