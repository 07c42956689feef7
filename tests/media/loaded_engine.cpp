#include "loaded_engine.hpp"

#include <dlfcn.h>

#include <stdexcept>

#include "wyvern/call.hpp"

namespace wyvern::media {

namespace {
constexpr std::chrono::seconds patience(60);
}

std::string LoadedEngine::default_library() { return WYVERN_BUILD_DIR "/lib/wyvern/engine-gstreamer.so"; }

LoadedEngine::LoadedEngine(const Json& config, const std::string& path) {
  library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<wyv_plugin_entry>(dlsym(library_, WYV_PLUGIN_ENTRY));
  if (entry == nullptr) throw std::runtime_error(dlerror());
  plugin_ = entry();
  host_ = {sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, nullptr,
           [](void*, wyv_view) -> const void* { return nullptr; }};
  Call made(patience);
  const std::string text = config.dump();
  made.result(plugin_->create(&host_, view("engine"), view("test"), view(text), &instance_, made.context())).or_throw();
  Call prepared(patience);
  prepared.result(plugin_->prepare(instance_, prepared.context())).or_throw();
  Call started(patience);
  started.result(plugin_->start(instance_, started.context())).or_throw();
  table_ = static_cast<const wyv_engine_v1*>(plugin_->service(instance_, view(WYV_ENGINE_SERVICE)));
  listener_ = {this, &LoadedEngine::on_event};
}

LoadedEngine::~LoadedEngine() {
  if (plugin_ != nullptr) plugin_->destroy(instance_);
  // The library stays, as in production: GStreamer's types cannot be unloaded.
}

nlohmann::json LoadedEngine::probe(const std::string& path) {
  Call call(patience);
  return Json::parse(
      call_for_text(call, [&](auto... rest) { return table_->probe(instance_, view(path), rest...); }).or_throw());
}

void LoadedEngine::configure(const Json& channel) {
  Call call(patience);
  const std::string text = channel.dump();
  call.result(table_->configure(instance_, view(text), &listener_, call.context())).or_throw();
}

void LoadedEngine::call(Plain function) {
  Call call(patience);
  call.result(function(instance_, call.context())).or_throw();
}

void LoadedEngine::start_channel() { call(table_->start_channel); }
void LoadedEngine::stop_channel() { call(table_->stop_channel); }
void LoadedEngine::pause() { call(table_->pause); }
void LoadedEngine::resume() { call(table_->resume); }
void LoadedEngine::skip() { call(table_->skip); }
void LoadedEngine::stop_playback() { call(table_->stop_playback); }

void LoadedEngine::load(const Json& playlist) {
  Call call(patience);
  const std::string text = playlist.dump();
  call.result(table_->load(instance_, view(text), call.context())).or_throw();
}

void LoadedEngine::update(const Json& playlist) {
  Call call(patience);
  const std::string text = playlist.dump();
  call.result(table_->update(instance_, view(text), call.context())).or_throw();
}

nlohmann::json LoadedEngine::status() {
  Call call(patience);
  return Json::parse(call_for_text(call, [&](auto... rest) { return table_->status(instance_, rest...); }).or_throw());
}

void LoadedEngine::on_event(void* self, wyv_view json) {
  auto& engine = *static_cast<LoadedEngine*>(self);
  const std::lock_guard lock(engine.mutex_);
  engine.events_.push_back(Json::parse(text(json)));
  engine.came_.notify_all();
}

std::vector<nlohmann::json> LoadedEngine::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

nlohmann::json LoadedEngine::wait_for(const EventTest& test, std::chrono::milliseconds limit, int count) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  std::size_t seen = 0;
  int found = 0;
  for (;;) {
    for (; seen < events_.size(); ++seen)
      if (test(events_[seen]) && ++found == count) return events_[seen];
    if (came_.wait_until(lock, deadline) != std::cv_status::timeout) continue;
    std::string all;
    for (const auto& event : events_) all += "\n  " + event.dump();
    throw std::runtime_error("the event that was waited for did not come; these came:" + all);
  }
}

nlohmann::json LoadedEngine::wait_for(const std::string& type, std::chrono::milliseconds limit, int count) const {
  return wait_for([&](const Json& event) { return event.at("type") == type; }, limit, count);
}

nlohmann::json srt_output(int port, const std::string& id) {
  const std::string address = "srt://127.0.0.1:" + std::to_string(port);
  return {
      {"id", id},
      {"rendered",
       {{"takes", "mpegts"},
        {"splits", true},
        {"elements",
         {{{"factory", "srtsink"},
           {"properties", {{"uri", address + "?mode=listener"}, {"latency", 200}, {"wait-for-connection", false}}}}}},
        {"watch", {{"element", 0}, {"bytes", "stats.bytes-sent-total"}, {"clients", "stats.callers"}}},
        {"address", address},
        {"secrets", nlohmann::json::array({"passphrase"})}}}};
}

nlohmann::json channel_json(int width, int height, int rate_num, int rate_den, const nlohmann::json& outputs) {
  return {{"channel_id", "test"},
          {"format",
           {{"name", std::to_string(height) + "p"},
            {"width", width},
            {"height", height},
            {"rate_num", rate_num},
            {"rate_den", rate_den},
            {"interlaced", false}}},
          {"audio", {{"channels", 2}}},
          {"outputs", outputs}};
}

}  // namespace wyvern::media
