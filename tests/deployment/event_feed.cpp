#include "event_feed.hpp"

#include <curl/curl.h>

#include <map>
#include <memory>
#include <stdexcept>

namespace wyvern::test {

using Clock = std::chrono::steady_clock;

EventFeed::EventFeed(std::string url, std::string token)
    : url_(std::move(url)), token_(std::move(token)), multi_(curl_multi_init()), thread_([this] { follow(); }) {}

EventFeed::~EventFeed() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

std::size_t EventFeed::take(char* data, std::size_t size, std::size_t count, void* self) {
  auto& feed = *static_cast<EventFeed*>(self);
  feed.unread_.append(data, size * count);
  for (auto end = feed.unread_.find("\n\n"); end != std::string::npos; end = feed.unread_.find("\n\n")) {
    feed.parse(feed.unread_.substr(0, end));
    feed.unread_.erase(0, end + 2);
  }
  return size * count;
}

void EventFeed::parse(const std::string& frame) {
  const std::string mark = "\ndata: ";
  const auto data = frame.find(mark);
  if (data == std::string::npos) return;
  Json event = Json::parse(frame.substr(data + mark.size()), nullptr, false);
  if (event.is_discarded()) return;
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  came_.notify_all();
}

void EventFeed::follow() {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, ("Authorization: Bearer " + token_).c_str()), &curl_slist_free_all);
  const std::string url = url_ + "/events?after=0";
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &EventFeed::take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, this);
  curl_multi_add_handle(multi_, curl.get());
  constexpr int long_ms = 60'000;
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi_, nullptr, 0, long_ms, nullptr);
    const std::lock_guard lock(mutex_);
    if (stopping_) break;
  }
  curl_multi_remove_handle(multi_, curl.get());
}

nlohmann::json EventFeed::wait_for(const std::function<bool(const Json& event)>& test,
                                   std::chrono::milliseconds deadline) const {
  const auto end = Clock::now() + deadline;
  std::size_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    for (; seen < events_.size(); ++seen) {
      if (test(events_[seen])) return events_[seen];
    }
    if (came_.wait_until(lock, end, [&] { return events_.size() > seen; })) continue;
    std::map<std::string, int> types;
    for (const auto& event : events_) ++types[event.value("type", "")];
    std::string all;
    for (const auto& [type, count] : types) all += "\n  " + std::to_string(count) + " " + type;
    throw std::runtime_error("the event that was waited for did not come; these came:" + all);
  }
}

bool EventFeed::await(const std::function<bool()>& holds, std::chrono::milliseconds deadline) const {
  constexpr std::chrono::milliseconds glance(50);
  const auto end = Clock::now() + deadline;
  for (;;) {
    const std::size_t seen = size();
    if (holds()) return true;
    if (Clock::now() > end) return false;
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, glance, [&] { return events_.size() > seen; });
  }
}

std::size_t EventFeed::size() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

}  // namespace wyvern::test
