#include "event_store.hpp"

#include <condition_variable>
#include <mutex>

#include "store/migrations.hpp"

namespace wyvern::test {
namespace {

std::unique_ptr<PluginInstance> opened(const ScratchFolder& folder) {
  static const PluginLibrary library("store-sqlite");
  auto instance =
      PluginInstance::create(library, "store", {{"path", folder / "wyvern.db"}, {"read_sessions", 8}}).or_throw();
  instance->run();
  return instance;
}

}  // namespace

EventStore::EventStore()
    : instance_(opened(folder)),
      store(instance_->table<wyv_store_v1>(WYV_STORE_SERVICE), instance_->raw()),
      log(store) {
  store::migrate(store, store::migrations_for("sqlite"));
}

void EventStore::append(const std::string& type, const std::string& subject,
                        const std::optional<std::string>& project_id, const Json& data) {
  store.write([&](store::Session& session) { log.append(session, type, subject, project_id, data); });
}

void EventStore::run(std::string_view sql, store::Session::Parameters parameters) {
  store.write([&](store::Session& session) { session.run(sql, parameters); });
}

std::vector<Json> EventStore::rows(std::string_view sql, store::Session::Parameters parameters) {
  return store.read([&](store::Session& session) {
    return session.all(sql, parameters, [](const store::Row& row) { return row.object(); });
  });
}

std::vector<events::Event> EventStore::events(std::string_view type) {
  auto all = log.after(0, 100'000);
  std::erase_if(all, [&](const events::Event& event) { return event.type != type; });
  return all;
}

bool EventStore::wait_until(const std::function<bool()>& true_now) {
  std::mutex mutex;
  std::condition_variable heard;
  bool news = true;
  const int key = log.subscribe([&] {
    const std::lock_guard lock(mutex);
    news = true;
    heard.notify_one();
  });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool found = false;
  while (!found && std::chrono::steady_clock::now() < deadline) {
    {
      std::unique_lock lock(mutex);
      heard.wait_for(lock, std::chrono::milliseconds(20), [&] { return news; });
      news = false;
    }
    found = true_now();
  }
  log.unsubscribe(key);
  return found;
}

}  // namespace wyvern::test
