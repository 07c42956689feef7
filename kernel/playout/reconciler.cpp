#include "playout/reconciler.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "operations/operation.hpp"
#include "playout/claims.hpp"
#include "playout/rundown.hpp"
#include "playout/worker_launch.hpp"
#include "wyvern/abi/host.h"
#include "wyvern/call.hpp"

namespace wyvern::playout {
namespace {

using std::chrono::milliseconds;

constexpr int threads = 4;
constexpr milliseconds runtime_timeout{10000};
constexpr milliseconds worker_timeout{3000};
constexpr milliseconds answer_poll{10};
constexpr milliseconds calm{10000};  // a worker that lived longer than this begins a new row of failures
constexpr milliseconds longest_backoff{30000};

milliseconds backoff(int failures_in_a_row) {
  if (failures_in_a_row <= 1) return milliseconds(0);
  return std::min(longest_backoff, milliseconds(250) * (1 << std::min(failures_in_a_row - 2, 10)));
}

}  // namespace

Reconciler::Reconciler(const Dependencies& dependencies)
    : dependencies_(dependencies), queue_(threads, [this](const std::string& key) { look(key); }) {}

Reconciler::~Reconciler() { stop(); }

void Reconciler::start() {
  const wyv_workload_listener listener{this, [](void* self, wyv_view workload) {
                                         const Json json = Json::parse(text(workload), nullptr, false);
                                         if (!json.is_object()) return;
                                         const Json& labels = json.value("labels", Json::object());
                                         if (labels.value("wyvern.kind", "") != "playout") return;
                                         static_cast<Reconciler*>(self)->wake(labels.value("wyvern.id", ""));
                                       }};
  Call listening(runtime_timeout);
  listening.result(dependencies_.runtime.table->listen(dependencies_.runtime.instance, &listener, listening.context()))
      .or_throw();

  std::set<std::string> ids;
  dependencies_.store.read([&](store::Session& session) {
    session.each("SELECT id FROM playout_channels", {}, [&](const store::Row& row) { ids.insert(row.text("id")); });
  });
  Call listing(runtime_timeout);
  const std::string labels = Json{{"wyvern.kind", "playout"}}.dump();
  const auto all =
      call_for_text(listing, dependencies_.runtime.table->list, dependencies_.runtime.instance, view(labels));
  if (all) {
    for (const auto& workload : Json::parse(*all)) ids.insert(workload.at("labels").value("wyvern.id", ""));
  } else {
    dependencies_.log(WYV_LOG_ERROR, "workers of deleted channels were not looked for; the next start does it again",
                      {{"fault", all.error().message}});
  }
  for (const auto& id : ids) wake(id);
}

void Reconciler::stop() {
  if (std::exchange(stopped_, true)) return;
  Call call(runtime_timeout);
  (void)dependencies_.runtime.table->listen(dependencies_.runtime.instance, nullptr, call.context());
  queue_.stop();
  std::map<std::string, std::shared_ptr<Follower>> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(followers_);
  }
  ending.clear();
  settled();
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

void Reconciler::settled() {
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
  }
  settled_.notify_all();
}

void Reconciler::look(const std::string& channel_id) {
  try {
    look_or_throw(channel_id);
  } catch (const std::exception& fault) {
    // The store or the runtime is away. Nothing was decided; the difference is still there when they are back.
    dependencies_.log(WYV_LOG_ERROR, "a channel could not be reconciled; trying again in a second",
                      {{"channel_id", channel_id}, {"fault", fault.what()}});
    queue_.add(channel_id, milliseconds(1000));
  }
}

void Reconciler::look_or_throw(const std::string& channel_id) {
  const auto channel =
      dependencies_.store.read([&](store::Session& session) { return find_channel(session, channel_id); });
  const std::string epoch = channel ? std::to_string(channel->epoch) : std::string();
  std::optional<Workload> own;
  std::string words;
  for (const auto& workload : workloads_of(channel_id)) {
    if (channel && workload.running && workload.epoch == epoch) {
      own = workload;
    } else {
      // A removed workload is forgotten with its log.
      if (channel && channel->container_id == workload.handle) words = last_words(dependencies_, *channel);
      remove_workload(workload.handle);
    }
  }
  if (!channel) {
    unfollow(channel_id);
    const std::lock_guard lock(mutex_);
    failures_.erase(channel_id);
    return;
  }
  if (channel->desired == "running") {
    bring_on_air(*channel, own, words);
  } else {
    take_off_air(*channel, own);
  }
}

std::vector<Reconciler::Workload> Reconciler::workloads_of(const std::string& channel_id) {
  const std::string labels = Json{{"wyvern.kind", "playout"}, {"wyvern.id", channel_id}}.dump();
  Call call(runtime_timeout);
  const auto listed =
      call_for_text(call, dependencies_.runtime.table->list, dependencies_.runtime.instance, view(labels)).or_throw();
  std::vector<Workload> all;
  for (const auto& workload : Json::parse(listed)) {
    all.push_back({workload.at("handle").get<std::string>(), workload.at("state") == "running",
                   workload.at("labels").value("wyvern.epoch", "")});
  }
  return all;
}

void Reconciler::remove_workload(const std::string& handle) {
  Call stopping(dependencies_.settings.stop_grace + runtime_timeout);
  stopping
      .result(dependencies_.runtime.table->stop(dependencies_.runtime.instance, view(handle),
                                                static_cast<std::uint32_t>(dependencies_.settings.stop_grace.count()),
                                                stopping.context()))
      .or_throw();
  Call removing(runtime_timeout);
  (void)dependencies_.runtime.table->remove(dependencies_.runtime.instance, view(handle), removing.context());
}

void Reconciler::bring_on_air(Channel channel, const std::optional<Workload>& own, const std::string& words) {
  if (own) {
    // Adopted after a restart of the controller, or met in the middle of its start.
    if (channel.status != "running") {
      const std::string fault = wait_until_it_answers(channel, own->handle);
      if (!fault.empty()) {
        remove_workload(own->handle);
        fail(channel, fault);
        return;
      }
      dependencies_.store.write([&](store::Session& session) {
        const auto changed = session.run(
            "UPDATE playout_channels SET status = 'running', container_id = $1, error_message = NULL, updated_at = $2 "
            "WHERE id = $3 AND epoch = $4 AND desired = 'running'",
            {own->handle, store::Timestamp::now(), channel.id, channel.epoch});
        if (changed != 0) announce_channel(session, dependencies_, channel);
      });
      settled();
    }
    follow(channel);
    push_list(channel);
    return;
  }
  unfollow(channel.id);
  if (channel.status == "starting" && !channel.container_id) {
    launch(std::move(channel));
  } else {
    restart(std::move(channel), words);
  }
}

void Reconciler::launch(Channel channel) {
  const Holder holder{"channel", channel.id};
  try {
    channel.worker_port = dependencies_.store.write([&](store::Session& session) {
      const int port = claim_worker_port(session, dependencies_.node, dependencies_.settings.first_worker_port,
                                         dependencies_.settings.last_worker_port, holder);
      session.run("UPDATE playout_channels SET worker_port = $1 WHERE id = $2 AND epoch = $3",
                  {port, channel.id, channel.epoch});
      return std::optional<std::int64_t>(port);
    });
  } catch (const operations::Refusal& refusal) {
    fail(channel, refusal.what());
    return;
  }
  auto handle = launch_worker(dependencies_, channel);
  if (!handle) {
    fail(channel, handle.error().message);
    return;
  }
  channel.container_id = *handle;
  const std::string fault = wait_until_it_answers(channel, *handle);
  if (!fault.empty()) {
    remove_workload(*handle);
    fail(channel, fault);
    return;
  }
  const bool ours = dependencies_.store.write([&](store::Session& session) {
    const auto changed = session.run(
        "UPDATE playout_channels SET status = 'running', container_id = $1, error_message = NULL, updated_at = $2 "
        "WHERE id = $3 AND epoch = $4 AND desired = 'running'",
        {*handle, store::Timestamp::now(), channel.id, channel.epoch});
    if (changed != 0) announce_channel(session, dependencies_, channel);
    return changed != 0;
  });
  if (!ours) {
    queue_.add(channel.id);  // a stop overtook the start: the next look takes it off air
    return;
  }
  follow(channel);
  settled();
}

void Reconciler::restart(Channel channel, const std::string& words) {
  int in_a_row = 0;
  milliseconds wait{0};
  std::string last;
  {
    const std::lock_guard lock(mutex_);
    auto& failures = failures_[channel.id];
    const auto now = std::chrono::steady_clock::now();
    const auto since = std::chrono::duration_cast<milliseconds>(now - failures.last);
    const auto pause = backoff(failures.in_a_row);
    if (!words.empty()) failures.words = words;
    if (failures.in_a_row > 0 && since < pause) {
      wait = pause - since;
    } else {
      in_a_row = failures.in_a_row = since > calm + pause ? 1 : failures.in_a_row + 1;
      failures.last = now;
      last = std::exchange(failures.words, {});
    }
  }
  if (wait.count() > 0) {
    queue_.add(channel.id, wait);
    return;
  }
  const std::string reason = "the worker ended unexpectedly" + (last.empty() ? std::string() : ": " + last);
  const bool granted = dependencies_.store.write([&](store::Session& session) {
    const auto changed = session.run(
        "UPDATE playout_channels SET status = 'starting', epoch = epoch + 1, container_id = NULL, error_message = $1, "
        "restart_count = restart_count + 1, last_restart_at = $2, updated_at = $2 WHERE id = $3 AND epoch = $4 AND "
        "desired = 'running'",
        {reason, store::Timestamp::now(), channel.id, channel.epoch});
    if (changed != 0) announce_channel(session, dependencies_, channel);
    return changed != 0;
  });
  if (!granted) {
    queue_.add(channel.id);
    return;
  }
  dependencies_.log(WYV_LOG_WARNING, "restarting a channel's worker",
                    {{"channel_id", channel.id}, {"reason", reason}, {"in_a_row", in_a_row}});
  ++channel.epoch;
  channel.status = "starting";
  channel.recovering = true;
  channel.container_id.reset();
  launch(std::move(channel));
}

std::string Reconciler::wait_until_it_answers(const Channel& channel, const std::string& handle) {
  const auto address = worker_address(dependencies_, channel);
  const auto until = std::chrono::steady_clock::now() + dependencies_.settings.worker_start_timeout;
  std::string last_fault;
  for (int attempt = 1; std::chrono::steady_clock::now() < until; ++attempt) {
    const auto answer = call_worker(address, "GET", "/status", nullptr, worker_timeout);
    if (answer) return {};
    last_fault = answer.error().message;
    if (attempt % 5 == 0) {
      const auto workloads = workloads_of(channel.id);
      const bool alive = std::any_of(workloads.begin(), workloads.end(),
                                     [&](const Workload& one) { return one.handle == handle && one.running; });
      if (!alive) {
        Channel ended = channel;
        ended.container_id = handle;
        const std::string words = last_words(dependencies_, ended);
        return "the worker ended while it started" +
               (words.empty() ? "; see " + (channel_folder(dependencies_, channel.id) / "worker.log").string()
                              : ": " + words);
      }
      const auto now =
          dependencies_.store.read([&](store::Session& session) { return find_channel(session, channel.id); });
      if (!now || now->desired != "running" || now->epoch != channel.epoch) return "the start was withdrawn";
    }
    std::this_thread::sleep_for(answer_poll);
  }
  return "the worker did not answer within " + std::to_string(dependencies_.settings.worker_start_timeout.count()) +
         " ms: " + last_fault;
}

void Reconciler::take_off_air(const Channel& channel, const std::optional<Workload>& own) {
  if (own) {
    const auto address = worker_address(dependencies_, channel);
    // A worker that is asked to leave the air tells how its last item ended; one that does not answer is stopped
    // anyhow.
    const Json nothing = Json::object();
    const auto left = call_worker(address, "POST", "/channel/stop", &nothing, worker_timeout);
    // After a restart of the controller, or when the stop overtook the start, nobody follows it yet.
    if (left) follow(channel);
    std::shared_ptr<Follower> follower;
    {
      const std::lock_guard lock(mutex_);
      const auto found = followers_.find(channel.id);
      if (found != followers_.end()) follower = found->second;
    }
    if (left && follower) follower->take_the_rest(worker_timeout);
    unfollow(channel.id);
    remove_workload(own->handle);
  }
  unfollow(channel.id);
  {
    const std::lock_guard lock(mutex_);
    failures_.erase(channel.id);
  }
  if (channel.status == "stopped" || (channel.status == "error" && !channel.container_id)) return;
  dependencies_.store.write([&](store::Session& session) {
    const auto changed = session.run(
        "UPDATE playout_channels SET status = 'stopped', container_id = NULL, worker_port = NULL, loaded_playlist_id = "
        "NULL, error_message = NULL, updated_at = $1 WHERE id = $2 AND epoch = $3 AND desired = 'stopped'",
        {store::Timestamp::now(), channel.id, channel.epoch});
    if (changed == 0) return;
    session.run(
        "UPDATE playout_as_run SET ended_at = $1, result = 'lost', reason = 'the channel was stopped while its worker "
        "did not answer' WHERE channel_id = $2 AND ended_at IS NULL",
        {store::Timestamp::now(), channel.id});
    release_claims(session, {"channel", channel.id});
    announce_channel(session, dependencies_, channel);
  });
  settled();
}

void Reconciler::follow(const Channel& channel) {
  std::shared_ptr<Follower> earlier;
  {
    const std::lock_guard lock(mutex_);
    auto& follower = followers_[channel.id];
    if (follower && follower->epoch() == channel.epoch) return;
    earlier = std::move(follower);
    follower = std::make_shared<Follower>(dependencies_, channel, [this, id = channel.id] { wake(id); });
  }
}

void Reconciler::unfollow(const std::string& channel_id) {
  std::shared_ptr<Follower> ending;  // ends outside the lock: its thread may be waking us
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(channel_id);
  if (found == followers_.end()) return;
  ending = std::move(found->second);
  followers_.erase(found);
}

void Reconciler::fail(const Channel& channel, const std::string& message) {
  // A first start that fails ends in error. A restart is tried again for as long as the channel is wanted.
  const bool again = channel.recovering;
  dependencies_.store.write([&](store::Session& session) {
    const auto changed = session.run(
        "UPDATE playout_channels SET status = 'error', desired = $1, error_message = $2, container_id = NULL, "
        "worker_port = NULL, updated_at = $3 WHERE id = $4 AND epoch = $5 AND desired = 'running'",
        {again ? "running" : "stopped", message, store::Timestamp::now(), channel.id, channel.epoch});
    if (changed == 0) return;
    if (!again) release_claims(session, {"channel", channel.id});
    announce_channel(session, dependencies_, channel);
  });
  dependencies_.log(WYV_LOG_ERROR, "a channel's worker did not start",
                    {{"channel_id", channel.id}, {"reason", message}, {"tried_again", again}});
  settled();
  queue_.add(channel.id);
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
