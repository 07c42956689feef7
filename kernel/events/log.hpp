// The numbered event log: every change, in order, replayable from any number.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace wyvern::events {

using Json = nlohmann::json;

// One change. `data` is the subject as the API shows it after the change, or what the type says.
struct Event {
  std::int64_t number = 0;  // rises by commit order; gaps are possible
  store::Timestamp at;
  std::string type;     // "playout.channel.changed"
  std::string subject;  // the id of what changed
  std::optional<std::string> project_id;
  Json data;

  Json json() const;
};

// Thread-safe.
class Log {
 public:
  // `tell_others` is called after each commit that added events: for other programs on the store.
  explicit Log(store::Store store, std::function<void()> tell_others = {})
      : store_(std::move(store)), tell_others_(std::move(tell_others)) {}

  // Adds an event to the session's transaction, so that a change and its event are committed together or not at all.
  // Subscribers hear of it after the commit.
  void append(store::Session& session, std::string_view type, std::string_view subject,
              const std::optional<std::string>& project_id, const Json& data);

  // At most `limit` events after `number`, oldest first.
  std::vector<Event> after(std::int64_t number, int limit) const;
  std::int64_t last_number() const;

  // Calls `heard` after each commit that added events, on the committing thread: it must be quick, and reads what is
  // new with `after`. Returns a key for `unsubscribe`, after whose return `heard` is not called any more.
  int subscribe(std::function<void()> heard);
  void unsubscribe(int key);
  // Others on the store have added events: subscribers hear of it.
  void look();

 private:
  void announce();

  store::Store store_;
  const std::function<void()> tell_others_;
  std::mutex mutex_;
  std::map<int, std::function<void()>> heard_;
  int next_key_ = 1;
};

}  // namespace wyvern::events
