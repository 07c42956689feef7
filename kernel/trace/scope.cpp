#include "trace/scope.hpp"

#include <utility>

namespace wyvern::trace {
namespace {

thread_local const Trace* here = nullptr;

}  // namespace

Scope::Scope(std::optional<Trace> trace)
    : trace_(std::move(trace)), before_(std::exchange(here, trace_ ? &*trace_ : nullptr)) {}

Scope::~Scope() { here = before_; }

const Trace* current() { return here; }

std::string_view request_id() { return here == nullptr ? std::string_view() : std::string_view(here->request_id); }

std::optional<Trace> carried() { return here == nullptr ? std::nullopt : std::optional<Trace>(*here); }

}  // namespace wyvern::trace
