#include "fake_engine.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wyvern/view.hpp"

namespace wyvern::worker::testing {
namespace {

constexpr std::chrono::seconds patience{20};

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

FakeEngine& self(wyv_instance* raw) { return *reinterpret_cast<FakeEngine*>(raw); }

}  // namespace

struct FakeTable {
  static wyv_view name(wyv_instance*) { return view("fake"); }
  static wyv_status probe(wyv_instance*, wyv_view, const wyv_text_sink*, const wyv_context*) { return WYV_UNSUPPORTED; }
  static wyv_status configure(wyv_instance* raw, wyv_view channel, const wyv_engine_listener* listener,
                              const wyv_context* context) {
    {
      const std::lock_guard lock(self(raw).mutex_);
      self(raw).listener_ = *listener;
      self(raw).channel_ = Json::parse(text(channel));
    }
    return self(raw).take("configure", context);
  }
  static wyv_status start_channel(wyv_instance* raw, const wyv_context* context) {
    auto& engine = self(raw);
    const auto status = engine.take("start_channel", context);
    if (status == WYV_OK && engine.by_the_clock_) {
      engine.running_ = true;
      engine.thread_ = std::thread([&engine] { engine.play(); });
    }
    return status;
  }
  static wyv_status stop_channel(wyv_instance* raw, const wyv_context* context) {
    auto& engine = self(raw);
    const auto status = engine.take("stop_channel", context);
    if (status != WYV_OK) return status;
    {
      const std::lock_guard lock(engine.mutex_);
      engine.running_ = false;
    }
    if (engine.thread_.joinable()) engine.thread_.join();
    engine.end_item("stopped");
    return WYV_OK;
  }
  static wyv_status load(wyv_instance* raw, wyv_view playlist, const wyv_context* context) {
    const auto status = self(raw).take("load", context);
    if (status != WYV_OK) return status;
    auto& engine = self(raw);
    const std::lock_guard lock(engine.mutex_);
    engine.loaded_ = Json::parse(text(playlist));
    const Json start = engine.loaded_.value("start", Json::object());
    engine.index_ = start.value("index", std::size_t{0});
    engine.position_ = start.value("offset_ms", std::int64_t{0}) / 40;
    engine.fresh_ = true;
    engine.changed_.notify_all();
    return WYV_OK;
  }
  static wyv_status update(wyv_instance* raw, wyv_view playlist, const wyv_context* context) {
    const auto status = self(raw).take("update", context);
    const std::lock_guard lock(self(raw).mutex_);
    if (status == WYV_OK) self(raw).loaded_ = Json::parse(text(playlist));
    return status;
  }
  static wyv_status pause(wyv_instance* raw, const wyv_context* context) {
    const auto status = self(raw).take("pause", context);
    if (status == WYV_OK) self(raw).set_status({{"state", "paused"}});
    return status;
  }
  static wyv_status resume(wyv_instance* raw, const wyv_context* context) {
    const auto status = self(raw).take("resume", context);
    if (status == WYV_OK) self(raw).set_status({{"state", "playing"}});
    return status;
  }
  static wyv_status skip(wyv_instance* raw, const wyv_context* context) { return self(raw).take("skip", context); }
  static wyv_status stop_playback(wyv_instance* raw, const wyv_context* context) {
    return self(raw).take("stop_playback", context);
  }
  static wyv_status status(wyv_instance* raw, const wyv_text_sink* out, const wyv_context*) {
    std::string json;
    {
      const std::lock_guard lock(self(raw).mutex_);
      json = self(raw).status_.dump();
    }
    out->write(out->self, view(json));
    return WYV_OK;
  }
};

const wyv_engine_v1* FakeEngine::table() {
  static const wyv_engine_v1 table{sizeof(wyv_engine_v1),     0,
                                   &FakeTable::name,          &FakeTable::probe,
                                   &FakeTable::configure,     &FakeTable::start_channel,
                                   &FakeTable::stop_channel,  &FakeTable::load,
                                   &FakeTable::update,        &FakeTable::pause,
                                   &FakeTable::resume,        &FakeTable::skip,
                                   &FakeTable::stop_playback, &FakeTable::status};
  return &table;
}

FakeEngine::~FakeEngine() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  if (thread_.joinable()) thread_.join();
}

wyv_status FakeEngine::take(const std::string& call, const wyv_context* context) {
  std::unique_lock lock(mutex_);
  calls_.push_back(call);
  changed_.notify_all();
  changed_.wait(lock, [&] { return held_ != call; });
  if (!failure_ || failure_->first != call) return WYV_OK;
  const Error error = std::exchange(failure_, std::nullopt)->second;
  const wyv_error raw{sizeof(wyv_error), error.status, view(error.code), view(error.message), view(error.cause), 0};
  context->report(context->self, &raw);
  return error.status;
}

void FakeEngine::emit(const Json& event) {
  const std::lock_guard emitting(emitting_);
  std::optional<wyv_engine_listener> listener;
  {
    const std::lock_guard lock(mutex_);
    listener = listener_;
  }
  const std::string json = event.dump();
  if (listener) listener->event(listener->self, view(json));
}

void FakeEngine::begin_item(const std::string& id, std::int64_t at_us) {
  Json event;
  {
    const std::lock_guard lock(mutex_);
    event = {{"type", "item_started"},
             {"item_id", id},
             {"asset_id", "asset-" + id},
             {"clip_name", "clip " + id},
             {"playlist_id", loaded_.value("playlist_id", "")},
             {"load_id", loaded_.value("load_id", "")},
             {"index", 0},
             {"loop_count", 0},
             {"frame", frame_},
             {"at_us", at_us != 0 ? at_us : now_us()},
             {"offset_frames", 0}};
    const Json items = loaded_.value("items", Json::array());
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i]["id"] == id) event["index"] = i;
    }
    item_ = event;
    status_["state"] = "playing";
    status_["frame"] = frame_;
    status_["item"] = {{"id", id}, {"position_frames", 0}, {"duration_frames", nullptr}};
  }
  emit(event);
}

void FakeEngine::end_item(const std::string& result) {
  Json event;
  {
    const std::lock_guard lock(mutex_);
    if (item_.is_null()) return;
    event = item_;
    item_ = nullptr;
    event["type"] = "item_ended";
    event["result"] = result;
    event["reason"] = nullptr;
    event["frames_sent"] = frame_ - event["frame"].get<std::int64_t>();
    event["at_us"] = now_us();
    event["frame"] = frame_;
    status_["item"] = nullptr;
    status_["state"] = "idle";
  }
  emit(event);
}

void FakeEngine::set_status(const Json& fields) {
  const std::lock_guard lock(mutex_);
  status_.merge_patch(fields);
  if (fields.contains("frame")) frame_ = fields["frame"].get<std::int64_t>();
}

void FakeEngine::fail(const std::string& call, Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = {call, std::move(error)};
}

void FakeEngine::hold(const std::string& call) {
  const std::lock_guard lock(mutex_);
  held_ = call;
}

void FakeEngine::let_go() {
  const std::lock_guard lock(mutex_);
  held_.clear();
  changed_.notify_all();
}

std::vector<std::string> FakeEngine::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

Json FakeEngine::loaded() const {
  const std::lock_guard lock(mutex_);
  return loaded_;
}

bool FakeEngine::wait_for_call(const std::string& call, int times) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return std::count(calls_.begin(), calls_.end(), call) >= times; });
}

void FakeEngine::play_by_the_clock(std::function<void(std::int64_t frame)> on_frame) {
  by_the_clock_ = true;
  on_frame_ = std::move(on_frame);
}

void FakeEngine::play() {
  auto tick = std::chrono::steady_clock::now();
  for (;;) {
    std::string begins;
    bool ends = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, tick, [this] { return !running_; });
      if (!running_) return;
      const Json items = loaded_.is_object() ? loaded_["items"] : Json::array();
      if (!items.empty()) {
        const auto duration = items[index_].value("duration_ms", std::int64_t{4000}) / 40;
        if (std::exchange(fresh_, false)) {
          begins = items[index_]["id"].get<std::string>();
        } else if (status_["state"] != "paused" && ++position_ >= duration) {
          ends = true;
          index_ = (index_ + 1) % items.size();
          position_ = 0;
          begins = items[index_]["id"].get<std::string>();
        }
      }
      ++frame_;
    }
    if (ends) end_item("played");
    if (!begins.empty()) begin_item(begins);
    {
      const std::lock_guard lock(mutex_);
      status_["frame"] = frame_;
      if (status_["item"].is_object()) status_["item"]["position_frames"] = position_;
    }
    if (on_frame_) on_frame_(frame_);
    tick = std::max(tick + std::chrono::milliseconds(40),
                    std::chrono::steady_clock::now() - std::chrono::milliseconds(40));
  }
}

}  // namespace wyvern::worker::testing
