// Holds up who guesses: by the name that is tried and by the address that it comes from.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wyvern::identity {

// Thread-safe. Counts on a monotonic clock and in this process only. A name is counted whether or not anybody has it.
class Throttle {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int free_by_name = 5;  // failures without a pause; each further one doubles it, from a second on
  static constexpr int free_by_address = 20;
  static constexpr std::chrono::seconds longest_by_name{900};
  static constexpr std::chrono::seconds longest_by_address{60};
  static constexpr std::size_t most_known = 10'000;  // names, and as many addresses

  explicit Throttle(std::function<Clock::time_point()> now = &Clock::now) : now_(std::move(now)) {}

  // One attempt: a failure from the moment that it begins, so that many at once are counted, until it says otherwise.
  // Throws Refusal 429 within a pause, which is not counted.
  class Attempt {
   public:
    // Without a name, where it is not known before the end, the address counts alone.
    Attempt(Throttle& throttle, std::optional<std::string_view> name, std::string_view remote_address);
    // Through the last factor: forgets the name's failures, and what they added to the address's.
    void succeeded();
    // Right so far, but a factor is missing: neither a failure nor an end of those before.
    void unfinished();

   private:
    Throttle& throttle_;
    std::optional<std::string> name_;
    std::string address_;
  };

 private:
  struct Failures {
    int count = 0;
    Clock::time_point last;
  };
  using Known = std::unordered_map<std::string, Failures>;

  static std::chrono::seconds pause(int failures, int free, std::chrono::seconds longest);
  std::chrono::seconds left(const Known& known, const std::string& key, int free, std::chrono::seconds longest) const;
  void add(Known& known, const std::string& key);
  static void take(Known& known, const std::string& key, int count);

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  Known names_;
  Known addresses_;
};

// What of "127.0.0.1:50412" or "[2001:db8::1]:50412" stands for one who guesses: the address, of IPv6 its network.
std::string throttled_address(std::string_view remote_address);

}  // namespace wyvern::identity
