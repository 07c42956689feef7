#include "audit/floods.hpp"

namespace wyvern::audit {
namespace {

std::string host_of(const std::string& remote_address) { return remote_address.substr(0, remote_address.rfind(':')); }

}  // namespace

bool Floods::count(const operations::Deed& deed, const operations::Verdict& verdict) {
  if (deed.caller.signed_in() || verdict.outcome != operations::Outcome::refused) return false;
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  Key key{host_of(deed.caller.remote_address), deed.operation, verdict.code};
  if (windows_.size() >= most_known && !windows_.contains(key)) std::get<0>(key).clear();
  auto& of = windows_[key];
  if (of.seen == 0) of.begin = now;
  if (++of.seen <= listed) return false;
  const auto before = of.counted.times;
  of.counted = {deed, verdict, before + 1};
  of.counted.deed.caller.remote_address = std::get<0>(key);
  of.counted.deed.subject.clear();
  return true;
}

std::vector<Floods::Counted> Floods::take(bool all) {
  const auto now = now_();
  std::vector<Counted> taken;
  const std::lock_guard lock(mutex_);
  if (!all && now - looked_ < std::chrono::seconds(1)) return taken;
  looked_ = now;
  for (auto one = windows_.begin(); one != windows_.end();) {
    if (!all && one->second.begin + window > now) {
      ++one;
      continue;
    }
    if (one->second.counted.times > 0) taken.push_back(std::move(one->second.counted));
    one = windows_.erase(one);
  }
  return taken;
}

}  // namespace wyvern::audit
