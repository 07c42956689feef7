#include "kit/instance.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <stdexcept>

#include "kit/faults.hpp"
#include "wyvern/view.hpp"

namespace wyvern::conformance {

const char* status_name(wyv_status status) {
  static constexpr std::array names{"WYV_OK",          "WYV_INVALID",     "WYV_NOT_FOUND",   "WYV_CONFLICT",
                                    "WYV_DENIED",      "WYV_UNAVAILABLE", "WYV_TIMEOUT",     "WYV_CANCELLED",
                                    "WYV_UNSUPPORTED", "WYV_EXHAUSTED",   "WYV_WRONG_STATE", "WYV_INTERNAL"};
  return status >= 0 && static_cast<std::size_t>(status) < names.size() ? names[static_cast<std::size_t>(status)]
                                                                        : "an unknown status";
}

std::string to_string(const Outcome& outcome) {
  std::string text = status_name(outcome.status);
  for (const auto& error : outcome.reports) text += " (" + error.code + ": " + error.message + ")";
  return text;
}

RecordedCall::RecordedCall(Terms terms)
    : terms_(terms),
      thread_(gettid()),
      begun_(std::chrono::steady_clock::now()),
      context_{sizeof(wyv_context),
               0,
               terms.timeout == std::chrono::nanoseconds::max() ? std::numeric_limits<std::int64_t>::max()
                                                                : (begun_.time_since_epoch() + terms.timeout).count(),
               view(std::string_view("conformance")),
               this,
               &report,
               &is_cancelled} {}

Outcome RecordedCall::finish(wyv_status status) {
  outcome_.status = status;
  outcome_.took = std::chrono::steady_clock::now() - begun_;
  return std::move(outcome_);
}

void RecordedCall::report(void* self, const wyv_error* error) {
  const SparedAllocations own;
  auto& call = *static_cast<RecordedCall*>(self);
  if (gettid() != call.thread_) call.outcome_.reported_elsewhere = true;
  call.outcome_.reports.push_back({error->status, std::string(text(error->code)), std::string(text(error->message)),
                                   std::string(text(error->cause)), error->retryable != 0});
}

std::int32_t RecordedCall::is_cancelled(void* self) {
  const auto& call = *static_cast<RecordedCall*>(self);
  return call.terms_.cancelled || std::chrono::steady_clock::now() - call.begun_ >= call.terms_.cancelled_after ? 1 : 0;
}

const wyv_plugin& plugin() {
  static const wyv_plugin* const loaded = [] {
    void* library = dlopen(given().library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());  // NOLINT(concurrency-mt-unsafe)
    const auto entry = reinterpret_cast<wyv_plugin_entry>(dlsym(library, WYV_PLUGIN_ENTRY));
    if (entry == nullptr) throw std::runtime_error(std::string("it does not export ") + WYV_PLUGIN_ENTRY);
    return entry();
  }();
  return *loaded;
}

Outcome Instance::create(Terms terms) { return create_as(given().kind, given().config.dump(), terms); }

Outcome Instance::create_as(std::string_view kind, std::string_view config_json, Terms terms) {
  RecordedCall call(terms);
  return call.finish(plugin().create(host_.table(), view(kind), view(name_), view(config_json), &raw_, call.context()));
}

template <class Function, class... Arguments>
Outcome Instance::call(Terms terms, Function function, Arguments... arguments) {
  RecordedCall call(terms);
  return call.finish(function(arguments..., call.context()));
}

Outcome Instance::prepare(Terms terms) { return call(terms, plugin().prepare, raw_); }
Outcome Instance::start(Terms terms) {
  host_.allow_operations(true);
  return call(terms, plugin().start, raw_);
}
Outcome Instance::drain(Terms terms) { return call(terms, plugin().drain, raw_); }
Outcome Instance::stop(Terms terms) {
  auto outcome = call(terms, plugin().stop, raw_);
  host_.allow_operations(false);
  return outcome;
}

void Instance::destroy() {
  if (raw_ != nullptr) plugin().destroy(raw_);
  raw_ = nullptr;
}

const void* Instance::service(std::string_view name) const { return plugin().service(raw_, view(name)); }

}  // namespace wyvern::conformance
