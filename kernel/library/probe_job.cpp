#include "library/probe_job.hpp"

#include <memory>
#include <utility>

#include "staging/copy.hpp"

namespace wyvern::library {
namespace {

using staging::Handler;
using staging::Job;
using staging::Work;

class Probe {
 public:
  Probe(store::Store store, staging::Staging& staging, AssetChanges& changes, ProbeCommand command, Settings settings)
      : store_(store), staging_(staging), changes_(changes), command_(std::move(command)), settings_(settings) {}

  Handler::Finish run(Work& work) const {
    const auto asset = store_.read([&](store::Session& session) { return find_asset(session, work.job().asset_id); });
    if (!asset) throw Failure(WYV_NOT_FOUND, "asset.not_found", "the asset was deleted");
    const staging::Source source{asset->id, asset->storage, asset->key, asset->filename};
    const auto& storage = staging::storage_of(staging_.storages(), asset->storage);
    const auto object = storage.stat(asset->key, &work.cancelled()).or_throw();
    if (object.size_bytes == 0) {
      throw Failure(WYV_INVALID, "media.empty", "'" + asset->filename + "' is empty: its object has 0 bytes");
    }
    const auto path = storage.local_path(asset->key, &work.cancelled()).or_throw();
    return path ? in_place(work, *asset, source, storage, object, *path) : staged(work, *asset, source);
  }

 private:
  Json ask(Work& work, const Asset& asset, const std::filesystem::path& file) const {
    return probe_media(command_, file, asset.filename, settings_.probe_timeout,
                       [&work] {
                         work.alive();
                         return !work.cancelled().load();
                       })
        .or_throw();
  }

  Handler::Finish in_place(Work& work, const Asset& asset, const staging::Source& source,
                           const staging::Storage& storage, const staging::ObjectInfo& object,
                           const std::string& path) const {
    auto media = ask(work, asset, path);
    // Last, since it makes sure that the object is still the one that the engine saw.
    const auto checksum = staging::hash_object(storage, source, object, work);
    return [this, id = asset.id, findings = Findings{object.version, object.size_bytes, checksum, std::move(media)}](
               store::Session& session) {
      changes_.set_ready(session, id, findings);
      staging_.cache().asset_settled(session, id);
    };
  }

  Handler::Finish staged(Work& work, const Asset& asset, const staging::Source& source) const {
    const auto copied = staging::copy_object(staging_.cache(), staging_.directory(), staging_.storages(), source, work);
    auto media = ask(work, asset, copied.copy.temporary);
    return [this, copied, id = asset.id, filename = asset.filename,
            findings = Findings{copied.copy.version, copied.copy.size_bytes, copied.copy.checksum, std::move(media)}](
               store::Session& session) {
      changes_.set_ready(session, id, findings);
      staging_.cache().put_in_place(session, id, filename, copied.copy);
    };
  }

  store::Store store_;
  staging::Staging& staging_;
  AssetChanges& changes_;
  ProbeCommand command_;
  Settings settings_;
};

}  // namespace

Handler probe_handler(store::Store store, staging::Staging& staging, AssetChanges& changes, ProbeCommand command,
                      Settings settings) {
  const auto probe = std::make_shared<Probe>(store, staging, changes, std::move(command), settings);
  Handler handler;
  handler.run = [probe](Work& work) { return probe->run(work); };
  // Whatever ends a probe ends the asset's processing.
  handler.failed = [&staging, &changes](store::Session& session, const Job& job, const Error& error) {
    changes.set_error(session, job.asset_id, error.message);
    staging.cache().asset_settled(session, job.asset_id);
  };
  handler.retried = [&staging, &changes](store::Session& session, const Job& job) {
    changes.set_processing(session, job.asset_id);
    staging.cache().set_status(session, job.asset_id, "pending", std::nullopt, /*only_known=*/true);
  };
  return handler;
}

}  // namespace wyvern::library
