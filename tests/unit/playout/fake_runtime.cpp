#include "fake_runtime.hpp"

#include <algorithm>
#include <stdexcept>

#include "plugin_host/scratch_folder.hpp"
#include "wyvern/view.hpp"

namespace wyvern::test {
namespace {

wyv_status fault(const wyv_context* context, wyv_status status, std::string_view code, std::string_view message) {
  wyv_error error{};
  error.struct_size = sizeof error;
  error.status = status;
  error.code = view(code);
  error.message = view(message);
  context->report(context->self, &error);
  return status;
}

wyv_status gone(const wyv_context* context) {
  return fault(context, WYV_UNAVAILABLE, "runtime.away", "the runtime is away");
}

void write(const wyv_text_sink* out, const std::string& text) { out->write(out->self, view(text)); }

// "127.0.0.1:23000"
int port_of(const Json& configuration) {
  const auto listen = configuration.at("surfaces").at("api").at("listen").get<std::string>();
  return std::stoi(listen.substr(listen.rfind(':') + 1));
}

}  // namespace

FakeRuntime::~FakeRuntime() {
  for (auto& workload : workloads_) workload.worker.reset();
}

Json FakeRuntime::Workload::json() const {
  return {{"handle", handle}, {"labels", labels}, {"state", running ? "running" : "exited"}};
}

playout::RuntimeAccess FakeRuntime::access() {
  static constexpr wyv_runtime_v1 table{sizeof(wyv_runtime_v1), 0, &start, &stop, &remove, &list, &logs, &listen};
  return {&table, reinterpret_cast<wyv_instance*>(this)};
}

void FakeRuntime::behave(Behaviour behaviour) {
  const std::lock_guard lock(mutex_);
  behaviour_ = behaviour;
}

void FakeRuntime::occupy_port(int port) {
  const std::lock_guard lock(mutex_);
  occupied_.insert(port);
}

void FakeRuntime::at_stop(std::function<void(std::uint32_t)> action) {
  const std::lock_guard lock(mutex_);
  at_stop_ = std::move(action);
}

void FakeRuntime::at_start(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  at_start_ = std::move(action);
}

void FakeRuntime::away(bool away) {
  const std::lock_guard lock(mutex_);
  away_ = away;
}

bool FakeRuntime::is_away() const {
  const std::lock_guard lock(mutex_);
  return away_;
}

FakeRuntime::Workload* FakeRuntime::find(std::string_view handle) {
  const auto found = std::find_if(workloads_.begin(), workloads_.end(),
                                  [&](const Workload& workload) { return workload.handle == handle; });
  return found == workloads_.end() ? nullptr : &*found;
}

std::string FakeRuntime::add_workload(const std::string& channel_id, const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  Workload workload;
  workload.handle = "w" + std::to_string(next_handle_++);
  workload.labels = {{"wyvern.kind", "playout"}, {"wyvern.id", channel_id}, {"wyvern.epoch", epoch}};
  workloads_.push_back(workload);
  return workload.handle;
}

void FakeRuntime::kill(const std::string& channel_id, const std::string& last_words) {
  Json changed;
  std::shared_ptr<FakeWorker> ending;
  {
    const std::lock_guard lock(mutex_);
    for (auto& workload : workloads_) {
      if (!workload.is_of(channel_id) || !workload.running) continue;
      workload.running = false;
      workload.log += Json{{"level", "error"}, {"message", last_words}}.dump() + "\n";
      ending = std::move(workload.worker);
      changed = workload.json();
    }
  }
  if (changed.is_null()) throw std::runtime_error("there is no worker to kill");
  ending.reset();
  tell(changed);
}

void FakeRuntime::tell(const Json& workload) {
  const std::string text = workload.dump();
  const std::lock_guard lock(listener_mutex_);
  if (listener_.changed != nullptr) listener_.changed(listener_.self, view(text));
}

int FakeRuntime::starts(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = starts_.find(channel_id);
  return found == starts_.end() ? 0 : found->second;
}

std::vector<std::string> FakeRuntime::running(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& workload : workloads_) {
    if (workload.is_of(channel_id) && workload.running) found.push_back(workload.handle);
  }
  return found;
}

std::vector<std::string> FakeRuntime::known(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& workload : workloads_) {
    if (workload.is_of(channel_id)) found.push_back(workload.handle);
  }
  return found;
}

std::vector<std::string> FakeRuntime::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

Json FakeRuntime::configuration(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  return configurations_.at(channel_id);
}

std::shared_ptr<FakeWorker> FakeRuntime::worker(const std::string& channel_id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& workload : workloads_) {
    if (workload.is_of(channel_id) && workload.running && workload.worker) return workload.worker;
  }
  throw std::runtime_error("channel " + channel_id + " has no running worker");
}

FakeSpool& FakeRuntime::spool(const std::string& channel_id) {
  const std::lock_guard lock(mutex_);
  return spool_locked(channel_id);
}

FakeSpool& FakeRuntime::spool_locked(const std::string& channel_id) {
  auto& spool = spools_[channel_id];
  if (!spool) spool = std::make_unique<FakeSpool>();
  return *spool;
}

wyv_status FakeRuntime::start(wyv_instance* instance, wyv_view spec_json, const wyv_text_sink* out,
                              const wyv_context* context) {
  auto& runtime = self(instance);
  std::function<void()> action;
  {
    const std::lock_guard lock(runtime.mutex_);
    action = runtime.at_start_;
  }
  if (action) action();
  if (runtime.is_away()) return gone(context);
  const Json spec = Json::parse(text(spec_json));
  Json ended;
  {
    const std::lock_guard lock(runtime.mutex_);
    const std::string id = spec.at("labels").at("wyvern.id");
    ++runtime.starts_[id];
    if (runtime.behaviour_ == Behaviour::does_not_launch) {
      return fault(context, WYV_INTERNAL, "runtime.fork", "cannot fork: no more processes");
    }
    for (const auto& workload : runtime.workloads_) {
      if (workload.running && workload.labels == spec.at("labels")) {
        return fault(context, WYV_CONFLICT, "runtime.already_running", "it runs already");
      }
    }
    Workload workload;
    workload.handle = "w" + std::to_string(runtime.next_handle_++);
    workload.labels = spec.at("labels");
    workload.configuration = Json::parse(get_file(spec.at("argv").back().get<std::string>()));
    runtime.configurations_[id] = workload.configuration;
    try {
      if (runtime.occupied_.contains(port_of(workload.configuration))) {
        workload.running = false;
        workload.log = Json{{"level", "error"},
                            {"message", "cannot listen: Address already in use"},
                            {"fields", {{"code", "http.address_in_use"}}}}
                           .dump() +
                       "\n";
      } else if (runtime.behaviour_ == Behaviour::answers) {
        workload.worker = std::make_shared<FakeWorker>(port_of(workload.configuration),
                                                       workload.configuration.at("identity").at("bootstrap_token"),
                                                       runtime.spool_locked(id));
      } else if (runtime.behaviour_ == Behaviour::ends_at_once) {
        workload.running = false;
        workload.log =
            "{\"level\":\"error\",\"message\":\"the encoder is missing\"}\n{\"level\":\"info\",\"message\":\"bye\"}\n";
      }
    } catch (const std::exception& refused) {
      return fault(context, WYV_INTERNAL, "runtime.port", refused.what());
    }
    write(out, workload.json().dump());
    if (!workload.running) ended = workload.json();
    runtime.workloads_.push_back(std::move(workload));
  }
  if (!ended.is_null()) runtime.tell(ended);
  return WYV_OK;
}

wyv_status FakeRuntime::stop(wyv_instance* instance, wyv_view handle, std::uint32_t grace_ms,
                             const wyv_context* context) {
  auto& runtime = self(instance);
  std::function<void(std::uint32_t)> action;
  {
    const std::lock_guard lock(runtime.mutex_);
    action = runtime.at_stop_;
  }
  if (action) action(grace_ms);
  if (runtime.is_away()) return gone(context);
  std::shared_ptr<FakeWorker> ending;
  const std::lock_guard lock(runtime.mutex_);
  auto* workload = runtime.find(text(handle));
  if (workload == nullptr) return fault(context, WYV_NOT_FOUND, "runtime.not_found", "there is no such workload");
  if (workload->running) runtime.stopped_.push_back(workload->handle);
  workload->running = false;
  ending = std::move(workload->worker);
  return WYV_OK;
}

wyv_status FakeRuntime::remove(wyv_instance* instance, wyv_view handle, const wyv_context* context) {
  auto& runtime = self(instance);
  if (runtime.is_away()) return gone(context);
  const std::lock_guard lock(runtime.mutex_);
  const auto* workload = runtime.find(text(handle));
  if (workload == nullptr) return fault(context, WYV_NOT_FOUND, "runtime.not_found", "there is no such workload");
  if (workload->running) return fault(context, WYV_WRONG_STATE, "runtime.running", "it runs");
  std::erase_if(runtime.workloads_, [&](const Workload& one) { return one.handle == text(handle); });
  return WYV_OK;
}

wyv_status FakeRuntime::list(wyv_instance* instance, wyv_view labels, const wyv_text_sink* out,
                             const wyv_context* context) {
  auto& runtime = self(instance);
  if (runtime.is_away()) return gone(context);
  const Json wanted = Json::parse(text(labels));
  Json found = Json::array();
  const std::lock_guard lock(runtime.mutex_);
  for (const auto& workload : runtime.workloads_) {
    const bool fits = std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& pair) {
      return workload.labels.contains(pair.key()) && workload.labels[pair.key()] == pair.value();
    });
    if (fits) found.push_back(workload.json());
  }
  write(out, found.dump());
  return WYV_OK;
}

wyv_status FakeRuntime::logs(wyv_instance* instance, wyv_view handle, std::uint64_t, const wyv_text_sink* out,
                             const wyv_context* context) {
  auto& runtime = self(instance);
  if (runtime.is_away()) return gone(context);
  const std::lock_guard lock(runtime.mutex_);
  const auto* workload = runtime.find(text(handle));
  if (workload == nullptr) return fault(context, WYV_NOT_FOUND, "runtime.not_found", "there is no such workload");
  write(out, workload->log);
  return WYV_OK;
}

wyv_status FakeRuntime::listen(wyv_instance* instance, const wyv_workload_listener* listener, const wyv_context*) {
  auto& runtime = self(instance);
  const std::lock_guard lock(runtime.listener_mutex_);
  runtime.listener_ = listener == nullptr ? wyv_workload_listener{nullptr, nullptr} : *listener;
  return WYV_OK;
}

}  // namespace wyvern::test
