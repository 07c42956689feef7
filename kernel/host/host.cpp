#include "host/host.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "host/descriptor.hpp"
#include "host/library.hpp"
#include "host/running.hpp"
#include "wyvern/view.hpp"

namespace wyvern::host {
namespace {

using Clock = std::chrono::steady_clock;
using State = Running::State;

// However late it is, an instance gets this long to stop.
constexpr std::chrono::milliseconds least_for_stop{100};

std::size_t rank(const std::string& kind) {
  const auto& all = config::kinds();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == kind; });
  return static_cast<std::size_t>(found - all.begin());
}

std::chrono::milliseconds until(Clock::time_point end) {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()));
}

}  // namespace

struct Host::Impl : std::enable_shared_from_this<Host::Impl> {
  Impl(const Catalogue& known, Services given, HostOptions chosen)
      : catalogue(known), services(std::move(given)), options(std::move(chosen)), log(options.log) {}

  const Catalogue& catalogue;
  const Services services;
  const HostOptions options;
  Log log;
  Metrics metrics;
  mutable std::mutex mutex;                   // guards `all` and what is said so in Running
  std::vector<std::shared_ptr<Running>> all;  // in the order of their starts; ended ones too

  void set(Running& running, State state, std::string reason = {}) {
    const std::scoped_lock lock(mutex);
    running.state = state;
    running.reason = std::move(reason);
  }
  void set_failed(Running& running, const Error& error) {
    set(running, running.is_stuck() ? State::stuck : State::failed, error.message);
  }

  bool is_up(const config::InstanceConfig& wanted) const {
    const std::scoped_lock lock(mutex);
    return std::any_of(all.begin(), all.end(), [&](const auto& each) {
      return each->config().kind == wanted.kind && each->config().name == wanted.name &&
             (each->instance() != nullptr || each->is_stuck());
    });
  }

  // Replaces an ended instance of the same name.
  void keep(const std::shared_ptr<Running>& running) {
    const std::scoped_lock lock(mutex);
    std::erase_if(all, [&](const auto& each) {
      return each->config().kind == running->config().kind && each->config().name == running->config().name;
    });
    all.push_back(running);
  }

  Result<std::shared_ptr<Running>> load(const config::InstanceConfig& wanted, const Progress& progress) {
    const auto report = [&](std::string_view step) {
      if (progress) progress(wanted, step);
    };
    if (is_up(wanted))
      return Error{WYV_CONFLICT, "host.up_already", "the " + wanted.kind + " '" + wanted.name + "' is up already", "",
                   false};
    const auto info = catalogue.find(wanted.plugin);
    if (!info) return info.error();
    report("probe");
    if (auto probed = probe(**info, options.probe); !probed) return std::move(probed).error();
    const auto plugin = load_library((*info)->path);
    const auto checked = plugin ? check_descriptor(*plugin, (*info)->manifest) : Result<void>(plugin.error());
    if (!checked) {
      Error error = checked.error();
      error.message =
          "the plugin '" + wanted.plugin + "' (" + (*info)->path.string() + ") cannot be loaded: " + error.message;
      return error;
    }
    auto side = std::make_unique<PluginSide>(
        log, metrics, services, LogSource{{}, wanted.plugin, wanted.kind, wanted.name}, (*info)->manifest, options.log);
    auto running = std::make_shared<Running>(wanted, **info, *plugin, std::move(side), log);
    keep(running);
    return running;
  }

  Result<void> bring_up_one(const std::shared_ptr<Running>& running, const Progress& progress) {
    struct Step {
      const char* name;
      Result<void> (Running::*call)(const Deadlines&, const std::shared_ptr<void>&);
      State reached;
    };
    for (const auto& step :
         {Step{"create", &Running::create, State::created}, Step{"prepare", &Running::prepare, State::prepared},
          Step{"start", &Running::start, State::started}}) {
      if (progress) progress(running->config(), step.name);
      auto done = ((*running).*step.call)(options.deadlines, shared_from_this());
      if (!done) {
        (void)bring_down_one(*running, Clock::now() + options.deadlines.stop, false);
        set_failed(*running, done.error());
        return done;
      }
      set(*running, step.reached);
    }
    if (progress) progress(running->config(), "started");
    return {};
  }

  // Stops and destroys whatever there is of the instance. A stuck one is left alone: its calls come one at a time.
  Result<void> bring_down_one(Running& running, Clock::time_point end, bool drain) {
    Result<void> first;
    const auto step = [&](Result<void> (Running::*call)(const Deadlines&, const std::shared_ptr<void>&),
                          std::chrono::milliseconds least) {
      if (running.instance() == nullptr || running.is_stuck()) return;
      Deadlines deadlines = options.deadlines;
      const auto left = std::max(least, until(end));
      deadlines.drain = std::min(deadlines.drain, left);
      deadlines.stop = std::min(deadlines.stop, left);
      auto done = (running.*call)(deadlines, shared_from_this());
      if (!done && first) first = std::move(done);
    };
    if (drain && until(end).count() > 0) {
      set(running, State::draining);
      step(&Running::drain, std::chrono::milliseconds(0));
    }
    step(&Running::stop, least_for_stop);
    step(&Running::destroy, least_for_stop);
    if (first)
      set(running, State::stopped);
    else
      set_failed(running, first.error());
    return first;
  }

  std::vector<std::shared_ptr<Running>> snapshot() const {
    const std::scoped_lock lock(mutex);
    return all;
  }
};

Host::Host(const Catalogue& catalogue, Services services, HostOptions options)
    : impl_(std::make_shared<Impl>(catalogue, std::move(services), std::move(options))) {}

Host::~Host() { (void)bring_down(impl_->options.deadlines.stop); }

Result<void> Host::bring_up(const std::vector<config::InstanceConfig>& instances, const Progress& progress,
                            const Filter& filter) {
  std::vector<config::InstanceConfig> wanted;
  for (const auto& instance : instances)
    if (!filter || filter(instance)) wanted.push_back(instance);
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return rank(a.kind) < rank(b.kind); });
  std::vector<std::shared_ptr<Running>> started;
  for (const auto& instance : wanted) {
    auto running = impl_->load(instance, progress);
    auto up = running ? impl_->bring_up_one(*running, progress) : Result<void>(running.error());
    if (up) {
      started.push_back(*running);
      continue;
    }
    for (auto each = started.rbegin(); each != started.rend(); ++each)
      (void)impl_->bring_down_one(**each, Clock::now() + impl_->options.deadlines.stop, false);
    return up;
  }
  return {};
}

Result<void> Host::bring_down(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  Result<void> first;
  auto all = impl_->snapshot();
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    if ((*each)->instance() == nullptr || (*each)->is_stuck()) continue;
    auto down = impl_->bring_down_one(**each, end, true);
    if (!down && first) first = std::move(down);
  }
  impl_->log.flush();
  return first;
}

Result<Host::RawService> Host::find_service(std::string_view kind, std::string_view name, std::string_view service_name,
                                            std::size_t size, std::size_t minimum_size) {
  std::shared_ptr<Running> running;
  for (const auto& each : impl_->snapshot()) {
    const std::scoped_lock lock(impl_->mutex);
    if (each->config().kind == kind && each->config().name == name && each->state == State::started) running = each;
  }
  if (running == nullptr) {
    std::string known;
    for (const auto& each : names(kind)) known += (known.empty() ? "; there are: " : ", ") + each;
    return Error{WYV_NOT_FOUND, "host.instance",
                 "no " + std::string(kind) + " '" + std::string(name) + "' is started" + known, "", false};
  }
  // Every table begins with its struct_size.
  const void* const table = running->plugin()->service(running->instance(), view(service_name));
  if (table == nullptr)
    return Error{WYV_UNSUPPORTED, "host.service",
                 running->title() + " has no service '" + std::string(service_name) + "'", "", false};
  std::uint32_t struct_size = 0;
  std::memcpy(&struct_size, table, sizeof struct_size);
  if (struct_size < minimum_size)
    return Error{WYV_UNSUPPORTED, "host.service_size",
                 running->title() + " has the service '" + std::string(service_name) + "' with struct_size " +
                     std::to_string(struct_size) + ", and at least " + std::to_string(minimum_size) + " is needed",
                 "", false};
  if (struct_size >= size) return RawService{table, running->instance()};

  const std::scoped_lock lock(impl_->mutex);
  auto& copy = running->tables[{std::string(service_name), size}];
  if (copy.empty()) {
    copy.resize((size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    std::memset(copy.data(), 0, copy.size() * sizeof(std::max_align_t));
    std::memcpy(copy.data(), table, struct_size);
  }
  return RawService{copy.data(), running->instance()};
}

std::vector<std::string> Host::names(std::string_view kind) const {
  const std::scoped_lock lock(impl_->mutex);
  std::vector<std::string> found;
  for (const auto& each : impl_->all)
    if (each->config().kind == kind && each->state == State::started) found.push_back(each->config().name);
  return found;
}

std::vector<InstanceStatus> Host::instances() const {
  const std::scoped_lock lock(impl_->mutex);
  std::vector<InstanceStatus> statuses;
  for (const auto& each : impl_->all)
    statuses.push_back({each->config().kind, each->config().name, each->config().plugin, each->version(),
                        std::string(to_string(each->state)), each->reason});
  return statuses;
}

bool Host::stuck() const {
  const std::scoped_lock lock(impl_->mutex);
  return std::any_of(impl_->all.begin(), impl_->all.end(),
                     [](const auto& each) { return each->state == State::stuck; });
}

Log& Host::log() { return impl_->log; }
Metrics& Host::metrics() { return impl_->metrics; }

}  // namespace wyvern::host
