#include "room.hpp"

#include <sodium.h>

#include <array>
#include <condition_variable>
#include <mutex>

#include "store/migrations.hpp"

namespace wyvern::test {

std::unique_ptr<PluginInstance> Database::open(const std::filesystem::path& folder) {
  static const PluginLibrary library("store-sqlite");
  auto instance =
      PluginInstance::create(library, "store", {{"path", (folder / "wyvern.db").string()}, {"read_sessions", 8}})
          .or_throw();
  instance->run();
  return instance;
}

Database::Database(const std::filesystem::path& folder) : Database(open(folder)) {
  store::migrate(store, store::migrations_for("sqlite"));
}

Database::Database(std::unique_ptr<PluginInstance> instance)
    : store(instance->table<wyv_store_v1>(WYV_STORE_SERVICE), instance->raw()),
      log(store),
      instance_(std::move(instance)) {}

bool Database::wait_until(const std::function<bool()>& true_now) {
  std::mutex mutex;
  std::condition_variable heard;
  int news = 1;
  const int key = log.subscribe([&] {
    const std::lock_guard lock(mutex);
    ++news;
    heard.notify_one();
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool found = false;
  while (!found && std::chrono::steady_clock::now() < deadline) {
    {
      // Not everything that a test waits for is an event.
      std::unique_lock lock(mutex);
      heard.wait_for(lock, std::chrono::milliseconds(50), [&] { return news > 0; });
      news = 0;
    }
    found = true_now();
  }
  log.unsubscribe(key);
  return found;
}

std::vector<events::Event> Database::events(std::string_view type) {
  auto all = log.after(0, 10'000);
  std::erase_if(all, [&](const events::Event& event) { return event.type != type; });
  return all;
}

void Database::run(std::string_view sql, store::Session::Parameters parameters) {
  store.write([&](store::Session& session) { session.run(sql, parameters); });
}

std::optional<std::string> Database::text(std::string_view sql, store::Session::Parameters parameters) {
  return store.read([&](store::Session& session) -> std::optional<std::string> {
    std::optional<std::string> found;
    session.each(sql, parameters, [&](const store::Row& row) {
      const auto object = row.object();
      const auto& value = *object.begin();
      if (value.is_string()) {
        found = value.get<std::string>();
      } else if (!value.is_null()) {
        found = value.dump();
      }
    });
    return found;
  });
}

std::string Database::add_asset(const std::string& storage, const std::string& key, const std::string& status,
                                const std::optional<std::string>& version,
                                const std::optional<std::string>& project_id) {
  const auto id = store::new_uuid();
  run("INSERT INTO assets (id, storage, key, filename, project_id, status, version, error_message, created_at, "
      "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
      {id, storage, key, key.substr(key.rfind('/') + 1), project_id, status, version,
       status == "error" ? std::optional<std::string>("its probe failed for a reason") : std::nullopt,
       store::Timestamp::now()});
  return id;
}

std::string Database::add_project(const std::string& name) {
  const auto id = store::new_uuid();
  run("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3)", {id, name, store::Timestamp::now()});
  return id;
}

std::string Database::add_to_playlist(const std::string& asset_id, const std::string& playlist_name) {
  const auto channel = store::new_uuid();
  const auto playlist = store::new_uuid();
  const auto now = store::Timestamp::now();
  run("INSERT INTO playout_channels (id, name, output_type, output_config, video_format, desired, status, created_at, "
      "updated_at) VALUES ($1, 'one', 'srt', $2, '1080p5994', 'stopped', 'stopped', $3, $3)",
      {channel, Json::object(), now});
  run("INSERT INTO playout_playlists (id, channel_id, name, loop, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, "
      "$5)",
      {playlist, channel, playlist_name, false, now});
  run("INSERT INTO playout_items (id, playlist_id, asset_id, sort_order, transition, transition_ms, created_at, "
      "updated_at) VALUES ($1, $2, $3, 0, 'cut', 0, $4, $4)",
      {store::new_uuid(), playlist, asset_id, now});
  return playlist;
}

std::unique_ptr<PluginInstance> local_storage(const std::filesystem::path& root) {
  static const PluginLibrary library("storage-local");
  std::filesystem::create_directories(root);
  auto instance = PluginInstance::create(library, "storage", {{"root", root.string()}}).or_throw();
  instance->run();
  return instance;
}

staging::StorageAccess access_to(const PluginInstance& storage, std::string name) {
  return {std::move(name), storage.table<wyv_storage_v1>(WYV_STORAGE_SERVICE), storage.raw()};
}

std::string checksum_of(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return "blake2b-256:" + std::string(hex.data());
}

}  // namespace wyvern::test
