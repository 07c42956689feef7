#include "fake_host.hpp"

#include "wyvern/view.hpp"

struct wyv_pending {
  std::shared_ptr<std::atomic<bool>> ended;
  std::shared_ptr<wyvern::test::Event> cancelled;
  std::shared_ptr<wyvern::test::Bell> drained;
};

namespace wyvern::test {

void Event::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

bool Event::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return set_; });
}

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  ++times_;
  changed_.notify_all();
}

bool Bell::wait_for_more_than(int times, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return times_ > times; });
}

int Bell::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

void Answer::head(int status, std::string_view type, std::uint64_t length,
                  const std::vector<std::pair<std::string, std::string>>& headers) const {
  std::vector<wyv_field> fields;
  for (const auto& [name, value] : headers) fields.push_back({view(name), view(value)});
  sink_.head(sink_.self, status, view(type), fields.data(), static_cast<std::uint32_t>(fields.size()), length);
}

std::uint64_t Answer::body(std::string_view bytes) const { return sink_.body(sink_.self, view(bytes)); }

void Answer::end() const {
  ended_->store(true);
  sink_.end(sink_.self);
}

void Answer::json(int status, std::string_view text) const {
  head(status, "application/json", text.size());
  (void)body(text);
  end();
}

struct FakeTables {
  static FakeHost& of(void* self) { return *static_cast<FakeHost*>(self); }

  static wyv_status list(void* self, const wyv_text_sink* out, const wyv_context*) {
    Json all = Json::array();
    for (const auto& operation : of(self).operations_) all.push_back(operation.entry);
    out->write(out->self, view(all.dump()));
    return WYV_OK;
  }

  static void call(void* self, const wyv_call_request* request, const wyv_reply_sink* reply, wyv_pending** pending) {
    auto& host = of(self);
    Received call;
    call.operation = text(request->operation);
    call.body = text(request->body);
    for (std::uint32_t i = 0; i < request->field_count; ++i)
      call.fields[std::string(text(request->fields[i].name))] = text(request->fields[i].value);
    for (std::uint32_t i = 0; i < request->header_count; ++i)
      call.headers[std::string(text(request->headers[i].name))] = text(request->headers[i].value);
    call.credential = text(request->caller->credential);
    call.by_cookie = request->caller->by_cookie != 0;
    call.requested_with = text(request->caller->requested_with);
    call.remote_address = text(request->caller->remote_address);
    call.traceparent = text(request->caller->traceparent);
    call.over_tls = request->caller->over_tls != 0;
    call.thread = std::this_thread::get_id();
    call.cancelled = std::make_shared<Event>();
    call.drained = std::make_shared<Bell>();
    auto ended = std::make_shared<std::atomic<bool>>(false);
    *pending = new wyv_pending{ended, call.cancelled, call.drained};
    FakeHost::Handler handler;
    {
      const std::lock_guard lock(host.mutex_);
      ++host.calls_;
      for (const auto& operation : host.operations_)
        if (operation.entry["name"] == call.operation) handler = operation.handler;
      if (!handler) host.faults_.push_back("an unknown operation was called: " + call.operation);
    }
    const Answer answer(*reply, ended);
    if (handler)
      handler(call, answer);
    else
      answer.json(404, "{}");
  }

  static void cancel(void* self, wyv_pending* pending) {
    auto& host = of(self);
    {
      const std::lock_guard lock(host.mutex_);
      ++host.cancels_;
    }
    pending->cancelled->set();
    pending->drained->ring();  // who pauses looks again
  }

  static void drained(void*, wyv_pending* pending) { pending->drained->ring(); }

  static void release(void* self, wyv_pending* pending) {
    auto& host = of(self);
    const std::lock_guard lock(host.mutex_);
    if (!pending->ended->load()) host.faults_.emplace_back("a call was released before its end");
    ++host.releases_;
    if (host.releases_ > host.calls_) host.faults_.emplace_back("more releases than calls");
    delete pending;  // a second release is for the address sanitizer to find
    host.changed_.notify_all();
  }

  static void log(void* self, std::int32_t, wyv_view message, wyv_view, wyv_view fields) {
    auto& host = of(self);
    const std::lock_guard lock(host.mutex_);
    host.log_.push_back(std::string(text(message)) + " " + std::string(text(fields)));
  }

  static wyv_status metric(void* self, std::int32_t, wyv_view name, wyv_view, double value) {
    auto& host = of(self);
    const std::lock_guard lock(host.mutex_);
    host.metrics_[std::string(text(name))] = value;
    host.changed_.notify_all();
    return WYV_OK;
  }

  static const void* query(void*, wyv_view service) {
    static constexpr wyv_host_operations_v1 operations{
        sizeof(wyv_host_operations_v1), &list, &call, &cancel, &release, &drained};
    static constexpr wyv_host_log_v1 logging{sizeof(wyv_host_log_v1), &log};
    static constexpr wyv_host_metrics_v1 metrics{sizeof(wyv_host_metrics_v1), &metric};
    if (text(service) == "wyvern.host.operations/1") return &operations;
    if (text(service) == "wyvern.host.log/1") return &logging;
    if (text(service) == "wyvern.host.metrics/1") return &metrics;
    return nullptr;
  }
};

FakeHost::FakeHost() : host_{sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, this, &FakeTables::query} {}
FakeHost::~FakeHost() = default;

void FakeHost::add(Json entry, Handler handler) { operations_.push_back({std::move(entry), std::move(handler)}); }

void FakeHost::add_echo(const std::string& name, const std::string& path, const std::string& method) {
  add({{"name", name}, {"method", method}, {"path", path}, {"reply", "json"}, {"success", 200}},
      [](const Received& call, const Answer& answer) {
        answer.json(200, Json{{"operation", call.operation}, {"fields", call.fields}, {"body", call.body}}.dump());
      });
}

int FakeHost::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

int FakeHost::cancels() const {
  const std::lock_guard lock(mutex_);
  return cancels_;
}

bool FakeHost::wait_for_releases(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return releases_ >= count; });
}

std::vector<std::string> FakeHost::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

std::vector<std::string> FakeHost::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::map<std::string, double> FakeHost::metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

}  // namespace wyvern::test
