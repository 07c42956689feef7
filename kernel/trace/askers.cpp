#include "trace/askers.hpp"

#include <algorithm>

#include "trace/scope.hpp"

namespace wyvern::trace {

void Askers::note(const std::string& key) {
  const Trace* const now = current();
  if (now == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (traces_.insert_or_assign(key, *now).second) order_.push_back(key);
  if (order_.size() <= most_) return;
  traces_.erase(order_.front());
  order_.pop_front();
}

std::optional<Trace> Askers::of(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = traces_.find(key);
  return found == traces_.end() ? std::nullopt : std::optional<Trace>(found->second);
}

void Askers::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  erase(key);
}

void Askers::forget(const std::string& key, const Trace& trace) {
  const std::lock_guard lock(mutex_);
  if (const auto found = traces_.find(key); found != traces_.end() && found->second.span == trace.span) erase(key);
}

void Askers::erase(const std::string& key) {
  if (traces_.erase(key) > 0) order_.erase(std::find(order_.begin(), order_.end(), key));
}

}  // namespace wyvern::trace
