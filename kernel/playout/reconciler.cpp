#include "playout/reconciler.hpp"

#include <utility>

#include "playout/grant.hpp"
#include "playout/rundown.hpp"
#include "trace/scope.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;

// A stop waits for its worker, and the runtime may take its time; such channels may not hold up others.
constexpr int threads = 16;
constexpr milliseconds worker_timeout{3000};

}  // namespace

Reconciler::Reconciler(const Dependencies& dependencies)
    : dependencies_(dependencies),
      workloads_(dependencies.runtime),
      queue_(threads, [this](const std::string& key) { look(key); }) {}

Reconciler::~Reconciler() { stop(); }

void Reconciler::start() {
  workloads_.listen([this](const std::string& channel_id) { wake(channel_id); });
  std::set<std::string> ids;
  dependencies_.store.read([&](store::Session& session) {
    session.each("SELECT id FROM playout_channels", {}, [&](const store::Row& row) { ids.insert(row.text("id")); });
  });
  // Of channels that were deleted when a crash came between: what still runs, and what it left on the disk.
  try {
    for (const auto& workload : workloads_.all()) ids.insert(workload.channel_id);
  } catch (const Failure& failure) {
    dependencies_.log(WYV_LOG_ERROR, "workers of deleted channels were not looked for; the next start does it again",
                      {{"fault", failure.what()}});
  }
  for (const auto& id : channels_with_folder(dependencies_)) ids.insert(id);
  for (const auto& id : ids) wake(id);
}

void Reconciler::stop() {
  if (std::exchange(stopped_, true)) return;
  workloads_.unlisten();
  queue_.stop();
  std::map<std::string, std::shared_ptr<Follower>> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(followers_);
  }
  ending.clear();
  announce_settled();
}

void Reconciler::list_changed(const std::string& channel_id) {
  {
    const std::lock_guard lock(mutex_);
    lists_changed_.insert(channel_id);
  }
  wake(channel_id);
}

Channel Reconciler::wait_until_settled(const std::string& channel_id, milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = changes_;
    }
    auto channel = dependencies_.store.read([&](store::Session& session) { return get_channel(session, channel_id); });
    if (channel.status != "starting" && channel.status != "stopping") return channel;
    std::unique_lock lock(mutex_);
    if (!settled_.wait_until(lock, until, [&] { return changes_ != seen; })) return channel;
  }
}

void Reconciler::announce_settled() {
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
  }
  settled_.notify_all();
}

void Reconciler::look(const std::string& channel_id) {
  const auto asked = askers_.of(channel_id);
  const trace::Scope scope(asked ? asked : trace::of_pass("reconciler"));
  try {
    look_or_throw(channel_id);
    if (asked && settled(channel_id)) askers_.forget(channel_id, *asked);
  } catch (const std::exception& fault) {
    // The store or the runtime is away. Nothing was decided; the difference is still there when they are back.
    dependencies_.log(WYV_LOG_ERROR, "a channel could not be reconciled; trying again in a second",
                      {{"channel_id", channel_id}, {"fault", fault.what()}});
    queue_.add(channel_id, milliseconds(1000));
  }
}

bool Reconciler::settled(const std::string& channel_id) {
  {
    const std::lock_guard lock(mutex_);
    if (lists_changed_.contains(channel_id)) return false;
  }
  const auto channel =
      dependencies_.store.read([&](store::Session& session) { return find_channel(session, channel_id); });
  return !channel || (channel->status != "starting" && channel->status != "stopping");
}

void Reconciler::look_or_throw(const std::string& channel_id) {
  const auto channel =
      dependencies_.store.read([&](store::Session& session) { return find_channel(session, channel_id); });
  const Found found = find_and_clear(channel_id, channel);
  if (!channel) {
    forget(channel_id);
  } else if (channel->desired == "running") {
    bring_on_air(*channel, found);
  } else {
    take_off_air(*channel, found.running);
  }
}

// Whatever carries the channel's label but is not its running worker is removed.
Reconciler::Found Reconciler::find_and_clear(const std::string& channel_id, const std::optional<Channel>& channel) {
  Found found;
  const std::string epoch = channel ? std::to_string(channel->epoch) : std::string();
  for (const auto& workload : workloads_.of(channel_id)) {
    const bool own = channel && workload.epoch == epoch;
    if (own && workload.running) {
      found.running = workload;
      continue;
    }
    // A removed workload is forgotten with its log.
    if (own) found.ended = last_words(dependencies_, workload.handle);
    workloads_.end(workload.handle, dependencies_.settings.stop_grace);
  }
  return found;
}

void Reconciler::take_off_air(const Channel& channel, const std::optional<Workload>& own) {
  if (own) {
    // After a restart of the controller nobody follows it yet.
    const auto follower = follow(channel);
    // A worker that is asked to leave the air tells how its last item ended; one that is known not to answer is not
    // asked, and one that does not answer is stopped anyhow.
    const bool asked = follower->state() != Follower::State::silent;
    const Json nothing = Json::object();
    const bool left =
        asked && call_worker(worker_address(dependencies_, channel), "POST", "/channel/stop", &nothing, worker_timeout);
    if (left) follower->take_the_rest(worker_timeout);
    workloads_.end(own->handle, asked ? dependencies_.settings.stop_grace : milliseconds(0));
  }
  unfollow(channel.id);
  pauses_.forget(channel.id);
  if (channel.status == "stopped" ||
      (channel.status == "error" && !channel.container_id && !channel.loaded_playlist_id))
    return;
  if (!grant::stopped(dependencies_, channel)) return;
  dependencies_.log(WYV_LOG_INFO, "a channel has left the air", {{"channel_id", channel.id}, {"epoch", channel.epoch}});
  announce_settled();
}

// Of a channel that is no more.
void Reconciler::forget(const std::string& channel_id) {
  unfollow(channel_id);
  pauses_.forget(channel_id);
  {
    const std::lock_guard lock(mutex_);
    lists_changed_.erase(channel_id);
  }
  remove_channel_folder(dependencies_, channel_id);
}

std::shared_ptr<Follower> Reconciler::followed(const std::string& channel_id) {
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(channel_id);
  return found == followers_.end() ? nullptr : found->second;
}

std::shared_ptr<Follower> Reconciler::follow(const Channel& channel) {
  const auto& settings = dependencies_.settings;
  std::shared_ptr<Follower> earlier;  // ends outside the lock: its thread may be waking us
  const std::lock_guard lock(mutex_);
  auto& follower = followers_[channel.id];
  if (follower && follower->epoch() == channel.epoch) return follower;
  earlier = std::move(follower);
  follower = std::make_shared<Follower>(
      dependencies_, channel, channel.status == "starting" ? settings.worker_start_timeout : settings.worker_silence,
      [this, id = channel.id] { wake(id); });
  return follower;
}

void Reconciler::unfollow(const std::string& channel_id) {
  std::shared_ptr<Follower> ending;  // ends outside the lock: its thread may be waking us
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(channel_id);
  if (found == followers_.end()) return;
  ending = std::move(found->second);
  followers_.erase(found);
}

void Reconciler::push_list(const Channel& channel) {
  {
    const std::lock_guard lock(mutex_);
    if (lists_changed_.erase(channel.id) == 0) return;
  }
  if (!channel.loaded_playlist_id) return;
  const auto rundown = dependencies_.store.read([&](store::Session& session) -> std::optional<Rundown> {
    const auto loop = session.first("SELECT loop FROM playout_playlists WHERE id = $1", {*channel.loaded_playlist_id},
                                    [](const store::Row& row) { return row.boolean("loop"); });
    if (!loop) return std::nullopt;
    auto made = make_rundown(session, *channel.loaded_playlist_id, *loop, {});
    made.json.erase("load_id");  // it is the same load, edited
    return made;
  });
  if (!rundown) return;
  const auto sent =
      call_worker(worker_address(dependencies_, channel), "POST", "/playlist/update", &rundown->json, worker_timeout);
  if (sent) return;
  dependencies_.log(WYV_LOG_WARNING, "the worker did not take an edited playlist; trying again",
                    {{"channel_id", channel.id}, {"fault", sent.error().message}});
  const std::lock_guard lock(mutex_);
  lists_changed_.insert(channel.id);
  queue_.add(channel.id, milliseconds(1000));
}

}  // namespace wyvern::playout
