#include "identity/throttle.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "operations/operation.hpp"

namespace wyvern::identity {
namespace {

// Failures are forgotten after so long without another.
constexpr std::chrono::hours forgotten_after{24};

}  // namespace

std::string throttled_address(std::string_view remote_address) {
  std::string host(remote_address);
  if (const auto colon = host.rfind(':'); colon != std::string::npos) host.resize(colon);
  if (host.size() < 2 || host.front() != '[') return host;
  in6_addr address{};
  host = host.substr(1, host.rfind(']') - 1);
  if (::inet_pton(AF_INET6, host.c_str(), &address) != 1) return host;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return host;
  std::fill(std::begin(address.s6_addr) + 8, std::end(address.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr ? host : std::string(text.data()) + "/64";
}

std::chrono::seconds Throttle::pause(int failures, int free, std::chrono::seconds longest) {
  if (failures < free) return std::chrono::seconds(0);
  const int doublings = std::min(failures - free, 20);
  return std::min(longest, std::chrono::seconds(1LL << doublings));
}

std::chrono::seconds Throttle::left(const Known& known, const std::string& key, int free,
                                    std::chrono::seconds longest) const {
  const auto found = known.find(key);
  if (found == known.end()) return std::chrono::seconds(0);
  const auto over = found->second.last + pause(found->second.count, free, longest) - now_();
  return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(over));
}

void Throttle::add(Known& known, const std::string& key) {
  const auto now = now_();
  if (known.size() >= most_known && !known.contains(key)) {
    std::erase_if(known, [&](const auto& entry) { return entry.second.last + forgotten_after < now; });
    if (known.size() >= most_known) {
      known.erase(std::min_element(known.begin(), known.end(), [](const auto& one, const auto& other) {
        return one.second.last < other.second.last;
      }));
    }
  }
  auto& failures = known[key];
  if (failures.last + forgotten_after < now) failures.count = 0;
  ++failures.count;
  failures.last = now;
}

void Throttle::take(Known& known, const std::string& key, int count) {
  const auto found = known.find(key);
  if (found == known.end()) return;
  found->second.count -= count;
  if (found->second.count <= 0) known.erase(found);
}

Throttle::Attempt::Attempt(Throttle& throttle, std::optional<std::string_view> name, std::string_view remote_address)
    : throttle_(throttle), name_(name), address_(throttled_address(remote_address)) {
  const std::lock_guard lock(throttle_.mutex_);
  const auto wait = std::max(
      name_ ? throttle_.left(throttle_.names_, *name_, free_by_name, longest_by_name) : std::chrono::seconds(0),
      throttle_.left(throttle_.addresses_, address_, free_by_address, longest_by_address));
  if (wait.count() > 0) {
    throw operations::Refusal(429, "identity.throttled",
                              "too many attempts failed; try again in " + std::to_string(wait.count()) + " s",
                              {{"retry_after_s", wait.count()}});
  }
  if (name_) throttle_.add(throttle_.names_, *name_);
  throttle_.add(throttle_.addresses_, address_);
}

void Throttle::Attempt::succeeded() {
  if (!name_) return unfinished();
  const std::lock_guard lock(throttle_.mutex_);
  const auto own = throttle_.names_.find(*name_);
  if (own == throttle_.names_.end()) return;
  take(throttle_.addresses_, address_, own->second.count);
  throttle_.names_.erase(own);
}

void Throttle::Attempt::unfinished() {
  const std::lock_guard lock(throttle_.mutex_);
  if (name_) take(throttle_.names_, *name_, 1);
  take(throttle_.addresses_, address_, 1);
}

}  // namespace wyvern::identity
