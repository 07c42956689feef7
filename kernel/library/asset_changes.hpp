// Every way in which an asset changes, each with its event, in the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/log.hpp"
#include "library/asset.hpp"
#include "store/store.hpp"

namespace wyvern::library {

struct NewAsset {
  std::string storage;
  std::string key;
  std::string filename;
  std::optional<std::string> project_id;
  std::string status = "processing";  // or "live", for a recording that begins
  std::optional<std::string> version;
  std::optional<std::int64_t> size_bytes;
};

// What a good probe found.
struct Findings {
  std::string version;
  std::uint64_t size_bytes = 0;
  std::string checksum;
  Json media;  // as the engine said
};

class AssetChanges {
 public:
  explicit AssetChanges(events::Log& events) : events_(events) {}

  Asset insert(store::Session& session, const NewAsset& asset);
  // Nothing happens to an asset that is gone.
  void set_ready(store::Session& session, std::string_view id, const Findings& findings);
  void set_processing(store::Session& session, std::string_view id);
  void set_error(store::Session& session, std::string_view id, std::string_view message);
  void edit(store::Session& session, std::string_view id, std::string_view filename,
            const std::optional<std::string>& project_id);
  // Its jobs go with it; the event's data are the asset as it was.
  void remove(store::Session& session, const Asset& asset);

 private:
  void announce(store::Session& session, std::string_view id);

  events::Log& events_;
};

}  // namespace wyvern::library
