#include "events/log.hpp"

namespace wyvern::events {

Json Event::json() const {
  return {{"number", number},
          {"at", at.iso8601()},
          {"type", type},
          {"subject", subject},
          {"project_id", project_id ? Json(*project_id) : Json(nullptr)},
          {"data", data}};
}

void Log::append(store::Session& session, std::string_view type, std::string_view subject,
                 const std::optional<std::string>& project_id, const Json& data) {
  session.insert_at_commit("INSERT INTO events (at, type, subject, project_id, data)",
                           {store::Timestamp::now(), type, subject, project_id, data});
  session.concerns(subject);
  session.after_commit([this] { announce(); });
}

std::vector<Event> Log::after(std::int64_t number, int limit) const {
  return store_.read([&](store::Session& session) {
    return session.all(
        "SELECT number, at, type, subject, project_id, data FROM events WHERE number > $1 ORDER BY number LIMIT $2",
        {number, limit}, [](const store::Row& row) {
          return Event{row.integer("number"),           row.timestamp("at"), row.text("type"), row.text("subject"),
                       row.optional_text("project_id"), row.json("data")};
        });
  });
}

std::int64_t Log::last_number() const {
  return store_.read([](store::Session& session) {
    return session
        .first("SELECT COALESCE(MAX(number), 0) AS number FROM events", {},
               [](const store::Row& row) { return row.integer("number"); })
        .value_or(0);
  });
}

int Log::subscribe(std::function<void()> heard) {
  const std::lock_guard lock(mutex_);
  const int key = next_key_++;
  heard_.emplace(key, std::move(heard));
  return key;
}

void Log::unsubscribe(int key) {
  const std::lock_guard lock(mutex_);
  heard_.erase(key);
}

void Log::announce() {
  look();
  if (tell_others_) tell_others_();
}

void Log::look() {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, heard] : heard_) heard();
}

}  // namespace wyvern::events
