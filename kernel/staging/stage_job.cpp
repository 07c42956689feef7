#include "staging/stage_job.hpp"

namespace wyvern::staging {
namespace {

struct Probed {
  Source source;
  std::string status;
  std::optional<std::string> version;
  std::optional<std::string> checksum;
};

std::optional<Probed> find_probed(store::Session& session, const std::string& asset_id) {
  return session.first("SELECT storage, key, filename, status, version, checksum FROM assets WHERE id = $1", {asset_id},
                       [&](const store::Row& row) {
                         return Probed{{asset_id, row.text("storage"), row.text("key"), row.text("filename")},
                                       row.text("status"),
                                       row.optional_text("version"),
                                       row.optional_text("checksum")};
                       });
}

}  // namespace

Handler stage_handler(store::Store store, MediaCache& cache, CacheDirectory& directory, const Storages& storages,
                      const ObjectChanged& changed) {
  Handler handler;
  handler.claimed = [&cache](store::Session& session, const Job& job) {
    cache.set_status(session, job.asset_id, "staging", std::nullopt);
  };
  handler.delayed = [&cache](store::Session& session, const Job& job, const Error&) {
    cache.set_status(session, job.asset_id, "pending", std::nullopt);
  };
  handler.failed = [&cache](store::Session& session, const Job& job, const Error& error) {
    cache.set_status(session, job.asset_id, "error", error.message);
  };
  handler.retried = [&cache](store::Session& session, const Job& job) {
    cache.set_status(session, job.asset_id, "pending", std::nullopt);
  };

  handler.run = [store, &cache, &directory, &storages, &changed](Work& work) -> Handler::Finish {
    const auto asset_id = work.job().asset_id;
    const auto probed = store.read([&](store::Session& session) { return find_probed(session, asset_id); });
    if (!probed) throw Failure(WYV_NOT_FOUND, "asset.not_found", "the asset was deleted");
    // What the asset became meanwhile decides; its own job is over by then, so that another may be made.
    const auto wait_for_asset = [&cache, asset_id](store::Session& session) {
      cache.set_status(session, asset_id, "pending", std::nullopt);
      cache.asset_settled(session, asset_id);
    };
    if (probed->status != "ready") return wait_for_asset;

    const auto copied = copy_object(cache, directory, storages, probed->source, work);
    if (copied.copy.version == probed->version && probed->checksum && *probed->checksum != copied.copy.checksum) {
      throw Failure(Error{WYV_INTERNAL, "storage.corrupt",
                          "storage '" + probed->source.storage + "' gave other bytes for '" + probed->source.key +
                              "' than when it was probed, though it says that nothing changed; check its disk",
                          "expected " + *probed->checksum + ", got " + copied.copy.checksum, true});
    }
    return [=, &cache, &changed](store::Session& session) {
      const auto now = find_probed(session, asset_id);
      if (!now) return;
      if (now->status == "ready" && now->version == copied.copy.version) {
        cache.put_in_place(session, asset_id, now->source.filename, copied.copy);
      } else if (now->status == "ready" && changed) {
        cache.set_status(session, asset_id, "pending", std::nullopt);
        changed(session, asset_id);
      } else {
        wait_for_asset(session);
      }
    };
  };
  return handler;
}

}  // namespace wyvern::staging
