// What the scheduler sees of an item: pictures by index and a run of sound. Behind it stands a decoder (item_pipeline),
// or in tests a made-up one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "picture_queue.hpp"
#include "playlist.hpp"

namespace wyvern::feeder {

// All functions: [any], and none waits.
class ItemSource {
 public:
  enum class State { preparing, ready, failed };

  virtual ~ItemSource() = default;
  virtual State state() const = 0;
  // Why it failed, before or on air; empty otherwise.
  virtual std::string fault() const = 0;
  // Indexes never go back. `ended` also comes early, after a fault on air.
  virtual Look picture(std::int64_t index) = 0;
  virtual void sound(float* out, std::int64_t samples) = 0;
  // In frames, once it is known for sure.
  virtual std::optional<std::int64_t> length() const = 0;
  // The decoder falls behind: what is due before `index` need not be finished any more.
  virtual void hurry(std::int64_t index) = 0;
};

// Begins to prepare a clip in the background; giving the pointer back tears it down in the background.
using Cue = std::function<std::shared_ptr<ItemSource>(const Clip& clip)>;

}  // namespace wyvern::feeder
