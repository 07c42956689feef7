#include "rundown.hpp"

namespace wyvern::feeder {

std::optional<Place> Rundown::after(const Place& place) const {
  if (list_.items.empty()) return std::nullopt;
  if (place.index + 1 < list_.items.size()) return Place{place.index + 1, place.loop_count};
  if (!list_.loop) return std::nullopt;
  return Place{0, place.loop_count + 1};
}

std::optional<std::size_t> Rundown::find(const std::string& id, std::size_t near) const {
  std::optional<std::size_t> best;
  const auto distance = [&](std::size_t index) { return index > near ? index - near : near - index; };
  for (std::size_t index = 0; index < list_.items.size(); ++index)
    if (list_.items[index].id == id && (!best || distance(index) < distance(*best))) best = index;
  return best;
}

}  // namespace wyvern::feeder
