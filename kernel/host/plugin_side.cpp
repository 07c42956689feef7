#include "host/plugin_side.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "wyvern/view.hpp"

namespace wyvern::host {
namespace {

constexpr std::size_t json_limit = std::size_t{64} * 1024;  // bytes of fields or labels that are read
constexpr int json_depth_limit = 32;

PluginSide& side(void* self) { return *static_cast<PluginSide*>(self); }

// What a plugin hands over is not trusted: too large, too deep and broken are one answer, a discarded value.
Json parse(std::string_view text) {
  if (text.empty()) return Json::object();
  if (text.size() > json_limit) return Json(Json::value_t::discarded);
  bool too_deep = false;
  Json value = Json::parse(
      text.begin(), text.end(),
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > json_depth_limit;
        return !too_deep;
      },
      false);
  return too_deep ? Json(Json::value_t::discarded) : value;
}

// These are called by C code: nothing may be thrown through them.
void write_line(void* self, std::int32_t level, wyv_view message, wyv_view correlation, wyv_view fields) noexcept {
  try {
    side(self).write(level, text(message), text(correlation), text(fields));
  } catch (...) {
    return;  // a line is lost when there is no memory for it
  }
}

wyv_status set_metric(void* self, std::int32_t type, wyv_view name, wyv_view labels, double value) noexcept {
  try {
    return side(self).set(type, text(name), text(labels), value);
  } catch (...) {
    return WYV_EXHAUSTED;
  }
}

const void* query_service(void* self, wyv_view service) noexcept {
  try {
    return side(self).query(text(service));
  } catch (...) {
    return nullptr;
  }
}

constexpr wyv_host_log_v1 log_table{sizeof(wyv_host_log_v1), &write_line};
constexpr wyv_host_metrics_v1 metrics_table{sizeof(wyv_host_metrics_v1), &set_metric};

}  // namespace

PluginSide::PluginSide(Log& log, Metrics& metrics, const Services& services, LogSource source, const Json& manifest,
                       const LogOptions& limits)
    : log_(log),
      metrics_(metrics),
      services_(services),
      source_(std::move(source)),
      own_labels_{{"plugin", source_.plugin}, {"kind", source_.kind}, {"instance", source_.instance}},
      lines_(limits.lines_per_second, limits.burst),
      host_{sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, this, &query_service} {
  if (!manifest.contains("metrics")) return;
  for (const auto& metric : manifest["metrics"]) {
    const auto name = metric.at("name").get<std::string>();
    const auto type = metric.at("type") == "counter" ? WYV_METRIC_COUNTER : WYV_METRIC_GAUGE;
    if (auto declared = metrics_.declare(name, type, metric.value("help", "")); !declared)
      log_.write(WYV_LOG_WARNING, source_, declared.error().message);
    else
      declared_.emplace(name, type);
  }
}

PluginSide::~PluginSide() { forget_series(); }

void PluginSide::forget_series() { metrics_.remove(own_labels_); }

HostContext PluginSide::context() const { return {services_.context, source_.plugin, source_.kind, source_.instance}; }

void PluginSide::write(std::int32_t level, std::string_view message, std::string_view correlation,
                       std::string_view fields_json) {
  if (!log_.enabled(level)) return;
  const auto answer = lines_.ask(RateLimit::Clock::now());
  if (!answer.admitted) return;
  if (answer.refused_before > 0)
    log_.write(WYV_LOG_WARNING, source_, "this instance writes too many lines; some were left out",
               {{"left_out", answer.refused_before}});
  Json fields = parse(fields_json);
  if (!fields.is_object()) fields = {{"unreadable_fields", fields_json.substr(0, 256)}};
  log_.write(level, source_, message, fields, correlation);
}

wyv_status PluginSide::set(std::int32_t type, std::string_view name, std::string_view labels_json, double value) {
  if (!declared_.contains(name)) return WYV_NOT_FOUND;
  const Json given = parse(labels_json);
  if (!given.is_object()) return WYV_INVALID;
  Labels labels = own_labels_;
  for (const auto& [label, text] : given.items())
    if (!text.is_string() || !labels.emplace(label, text.get<std::string>()).second) return WYV_INVALID;
  const auto set = metrics_.set(name, type, labels, value);
  return set ? WYV_OK : set.error().status;
}

const void* PluginSide::query(std::string_view service) const {
  if (service == "wyvern.host.log/1") return &log_table;
  if (service == "wyvern.host.metrics/1") return &metrics_table;
  return services_.query ? services_.query(service) : nullptr;
}

HostContext context_of(void* self) { return side(self).context(); }

}  // namespace wyvern::host
