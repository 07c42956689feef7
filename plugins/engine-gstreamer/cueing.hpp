// Prepares items and tears them down, away from the scheduler: both take long.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "item_source.hpp"
#include "settings.hpp"

namespace wyvern::feeder {

// Threads that do jobs in the order in which they were posted. What is left is done before the destructor returns.
class Crew {
 public:
  explicit Crew(int threads);
  ~Crew();
  void post(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

class Cueing {
 public:
  Cueing(HouseFormat format, Settings settings);

  // [any] Sources must be given back before the Cueing ends.
  std::shared_ptr<ItemSource> cue(const Clip& clip);

 private:
  const HouseFormat format_;
  const Settings settings_;
  Crew preparing_{3};  // two ahead, and a list that is loaded meanwhile
  Crew closing_{1};
};

}  // namespace wyvern::feeder
