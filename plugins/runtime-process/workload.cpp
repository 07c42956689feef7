#include "workload.hpp"

#include <algorithm>
#include <chrono>

namespace wyvern::process {

namespace {

Json nullable(const std::optional<int>& value) { return value ? Json(*value) : Json(); }

std::optional<int> optional_int(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<int>());
}

}  // namespace

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

bool Workload::has(const std::map<std::string, std::string>& wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

bool Workload::same_work(const std::map<std::string, std::string>& others) const {
  for (const char* name : {"wyvern.kind", "wyvern.id", "wyvern.epoch"}) {
    const auto own = labels.find(name);
    const auto other = others.find(name);
    if (own == labels.end() || other == others.end() || own->second != other->second) return false;
  }
  return true;
}

Json Workload::for_callers() const {
  return {{"handle", handle},
          {"labels", labels},
          {"state", ended ? "exited" : "running"},
          {"exit_code", nullable(exit_code)},
          {"signal", nullable(signal)},
          {"started_us", started_us},
          {"ended_us", ended ? Json(ended_us) : Json()},
          {"pid", process.pid}};
}

Json Workload::for_record() const {
  return {{"handle", handle},
          {"labels", labels},
          {"program", program},
          {"log", log},
          {"log_start_bytes", log_start_bytes},
          {"log_rotated", log_rotated},
          {"pid", process.pid},
          {"start_ticks", process.start_ticks},
          {"boot_id", process.boot_id},
          {"started_us", started_us},
          {"ended", ended},
          {"ended_us", ended_us},
          {"exit_code", nullable(exit_code)},
          {"signal", nullable(signal)}};
}

Workload Workload::from_record(const Json& record) {
  Workload workload;
  record.at("handle").get_to(workload.handle);
  record.at("labels").get_to(workload.labels);
  record.at("program").get_to(workload.program);
  record.at("log").get_to(workload.log);
  record.at("log_start_bytes").get_to(workload.log_start_bytes);
  record.at("log_rotated").get_to(workload.log_rotated);
  record.at("pid").get_to(workload.process.pid);
  record.at("start_ticks").get_to(workload.process.start_ticks);
  record.at("boot_id").get_to(workload.process.boot_id);
  record.at("started_us").get_to(workload.started_us);
  record.at("ended").get_to(workload.ended);
  record.at("ended_us").get_to(workload.ended_us);
  workload.exit_code = optional_int(record.at("exit_code"));
  workload.signal = optional_int(record.at("signal"));
  return workload;
}

}  // namespace wyvern::process
