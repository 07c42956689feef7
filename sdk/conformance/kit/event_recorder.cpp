#include "kit/event_recorder.hpp"

#include <poll.h>

#include "wyvern/view.hpp"

namespace wyvern::conformance {

void EventRecorder::event(void* self, wyv_view json) {
  auto& recorder = *static_cast<EventRecorder*>(self);
  if (++recorder.inside_ > 1) recorder.overlapped_ = true;
  const auto dawdling = recorder.dawdling_.load();
  if (dawdling.count() > 0) (void)poll(nullptr, 0, static_cast<int>(dawdling.count()));
  auto parsed = Json::parse(text(json), nullptr, false);
  if (!parsed.is_object()) parsed = {{"type", "no JSON object"}, {"text", std::string(text(json))}};
  {
    const std::lock_guard lock(recorder.mutex_);
    recorder.events_.push_back(std::move(parsed));
    recorder.came_.notify_all();
  }
  --recorder.inside_;
}

std::vector<Json> EventRecorder::events(const std::string& type) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> found;
  for (const auto& event : events_)
    if (type.empty() || event.value("type", Json()) == type) found.push_back(event);
  return found;
}

Json EventRecorder::wait_for(const std::string& type, std::size_t count, std::chrono::milliseconds patience) const {
  Json wanted;
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, patience, [&] {
    std::size_t found = 0;
    for (const auto& event : events_) {
      if (event.value("type", Json()) != type || ++found < count) continue;
      wanted = event;
      return true;
    }
    return false;
  });
  return wanted;
}

std::string EventRecorder::story() const {
  std::string text = "these events came:";
  for (const auto& event : events()) text += "\n  " + event.dump();
  return text;
}

}  // namespace wyvern::conformance
