#include "cueing.hpp"

#include "item_pipeline.hpp"

namespace wyvern::feeder {

Crew::Crew(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Crew::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Crew::work() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

Cueing::Cueing(HouseFormat format, Settings settings) : format_(std::move(format)), settings_(std::move(settings)) {}

std::shared_ptr<ItemSource> Cueing::cue(const Clip& clip) {
  auto item = std::make_shared<ItemPipeline>(clip, format_, settings_);
  preparing_.post([item] { item->prepare(); });
  return {item.get(), [item, this](ItemSource*) mutable {
            item->cancel();
            closing_.post([item = std::move(item)] { item->close(); });
          }};
}

}  // namespace wyvern::feeder
