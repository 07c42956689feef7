#include "kit/checking_host.hpp"

#include <utility>

#include "kit/faults.hpp"
#include "wyvern/abi/plugin.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {

CheckingHost::CheckingHost(Offer offer, std::set<std::string> metrics)
    : offer_(offer), declared_(std::move(metrics)), host_{}, log_{}, metrics_table_{}, operations_table_{} {
  const std::uint32_t more = offer.longer ? sizeof(host_.of_a_newer_kernel) : 0;
  host_.table = {static_cast<std::uint32_t>(sizeof(wyv_host)) + more, WYV_ABI_MAJOR, WYV_ABI_MINOR, this, &query};
  if (offer.longer) host_.table.abi_minor = WYV_ABI_MINOR + 1;
  log_.table = {static_cast<std::uint32_t>(sizeof(wyv_host_log_v1)) + more, &write};
  metrics_table_.table = {static_cast<std::uint32_t>(sizeof(wyv_host_metrics_v1)) + more, &set};
  operations_table_.table = {
      static_cast<std::uint32_t>(sizeof(wyv_host_operations_v1)) + more, &list, &call, &cancel, &release, &drained};
}

void CheckingHost::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void CheckingHost::revoke() {
  const std::lock_guard lock(mutex_);
  revoked_ = true;
}

void CheckingHost::allow_operations(bool allowed) {
  const std::lock_guard lock(mutex_);
  operations_allowed_ = allowed;
}

std::vector<std::string> CheckingHost::untimely_calls() const {
  const std::lock_guard lock(mutex_);
  return untimely_calls_;
}

bool CheckingHost::operations_answer(const char* function) {
  const std::lock_guard lock(mutex_);
  if (!operations_allowed_) untimely_calls_.push_back(function);
  return !revoked_;
}

std::vector<LogLine> CheckingHost::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<Metric> CheckingHost::metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

std::vector<std::string> CheckingHost::late_calls() const {
  const std::lock_guard lock(mutex_);
  return late_calls_;
}

void CheckingHost::note(const char* function, const std::string& what) {
  if (closed_) late_calls_.push_back(std::string(function) + "(" + what + ")");
}

const void* CheckingHost::query(void* self, wyv_view service) {
  const SparedAllocations own;
  auto& host = *static_cast<CheckingHost*>(self);
  const std::lock_guard lock(host.mutex_);
  host.note("query", std::string(text(service)));
  if (host.revoked_) return nullptr;
  if (host.offer_.log && text(service) == "wyvern.host.log/1") return &host.log_.table;
  if (host.offer_.metrics && text(service) == "wyvern.host.metrics/1") return &host.metrics_table_.table;
  if (host.offer_.operations && text(service) == "wyvern.host.operations/1") return &host.operations_table_.table;
  return nullptr;
}

OfferedOperations& CheckingHost::operations() {
  const std::lock_guard lock(mutex_);
  if (operations_ == nullptr) operations_ = new OfferedOperations;
  return *operations_;
}

wyv_status CheckingHost::list(void* self, const wyv_text_sink* out, const wyv_context*) {
  const SparedAllocations own;
  if (!static_cast<CheckingHost*>(self)->operations_answer("list")) return WYV_UNAVAILABLE;
  out->write(out->self, view(OfferedOperations::list()));
  return WYV_OK;
}

void CheckingHost::call(void* self, const wyv_call_request* request, const wyv_reply_sink* reply,
                        wyv_pending** pending) {
  const SparedAllocations own;
  auto& host = *static_cast<CheckingHost*>(self);
  if (host.operations_answer("call")) return host.operations().call(*request, *reply, pending);
  *pending = nullptr;
  reply->head(reply->self, 503, view(std::string_view("application/json")), nullptr, 0, 0);
  reply->end(reply->self);
}

void CheckingHost::cancel(void* self, wyv_pending* pending) {
  static_cast<CheckingHost*>(self)->operations().cancel(pending);
}

void CheckingHost::release(void* self, wyv_pending* pending) {
  static_cast<CheckingHost*>(self)->operations().release(pending);
}

void CheckingHost::drained(void*, wyv_pending*) {}

void CheckingHost::write(void* self, std::int32_t level, wyv_view message, wyv_view, wyv_view fields) {
  const SparedAllocations own;
  auto& host = *static_cast<CheckingHost*>(self);
  const std::lock_guard lock(host.mutex_);
  host.note("log.write", std::string(text(message)));
  host.lines_.push_back({level, std::string(text(message)), std::string(text(fields))});
}

wyv_status CheckingHost::set(void* self, std::int32_t type, wyv_view name, wyv_view labels, double value) {
  const SparedAllocations own;
  auto& host = *static_cast<CheckingHost*>(self);
  const std::lock_guard lock(host.mutex_);
  host.note("metrics.set", std::string(text(name)));
  host.metrics_.push_back({type, std::string(text(name)), std::string(text(labels)), value});
  return host.declared_.contains(std::string(text(name))) ? WYV_OK : WYV_NOT_FOUND;
}

}  // namespace wyvern::conformance
