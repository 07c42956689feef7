#include "library/library.hpp"

#include "library/probe_job.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::library {

using operations::Refusal;

Library::Library(Parts parts)
    : store_(parts.store),
      staging_(parts.staging),
      changes_(parts.events),
      streams_(parts.store, parts.staging),
      say_(std::move(parts.say)) {
  staging_.queue().handle("probe", probe_handler(store_, staging_, changes_, std::move(parts.probe), parts.settings),
                          parts.settings.workers);
  staging_.on_object_changed([this](store::Session& session, const std::string& asset_id) {
    changes_.set_processing(session, asset_id);
    // Not at once: what changed a moment ago may be changing still.
    staging_.queue().enqueue(session, "probe", asset_id, staging::priority_scheduled, std::chrono::seconds(2));
  });
}

void Library::start() {
  const auto count = store_.write([&](store::Session& session) {
    const auto waiting = session.all(
        "SELECT id FROM assets WHERE status = 'processing' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.asset_id = "
        "assets.id AND j.type = 'probe' AND j.status IN ('queued', 'running'))",
        {}, [](const store::Row& row) { return row.text("id"); });
    for (const auto& id : waiting) staging_.queue().enqueue(session, "probe", id, staging::priority_background);
    return waiting.size();
  });
  if (count > 0 && say_) say_(WYV_LOG_WARNING, "assets waited for a probe that nobody had queued", {{"assets", count}});
}

Library::~Library() {
  staging_.stop();
  stop();
}

void Library::stop() { streams_.stop(); }

Asset Library::create(store::Session& session, const NewAsset& asset) {
  auto made = changes_.insert(session, asset);
  if (made.status == "processing") {
    staging_.queue().enqueue(session, "probe", made.id, staging::priority_scheduled);
  }
  return made;
}

Asset Library::finalize(store::Session& session, std::string_view id) {
  const auto asset = find_asset(session, id);
  if (!asset) throw Refusal(404, "asset.not_found", "there is no asset " + std::string(id));
  if (asset->status != "live") {
    throw Refusal(409, "asset.not_live", "the asset is " + asset->status + "; only a live one can be finalized");
  }
  changes_.set_processing(session, id);
  staging_.queue().enqueue(session, "probe", id, staging::priority_scheduled);
  return find_asset(session, id).value();
}

}  // namespace wyvern::library
