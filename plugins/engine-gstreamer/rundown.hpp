// The order of a playlist: what comes after what.
#pragma once

#include <optional>

#include "playlist.hpp"

namespace wyvern::feeder {

struct Place {
  std::size_t index = 0;
  std::int64_t loop_count = 0;
};

class Rundown {
 public:
  Rundown() = default;
  explicit Rundown(Playlist list) : list_(std::move(list)) {}

  const Playlist& list() const { return list_; }
  const Item& at(const Place& place) const { return list_.items[place.index]; }
  bool empty() const { return list_.items.empty(); }

  Place first() const { return {list_.start_index, 0}; }
  // None at the end of a list that does not loop.
  std::optional<Place> after(const Place& place) const;
  // Where an item of that id stands; the one nearest to `near` when it stands there more than once.
  std::optional<std::size_t> find(const std::string& id, std::size_t near) const;

 private:
  Playlist list_;
};

}  // namespace wyvern::feeder
