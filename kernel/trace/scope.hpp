// For whom this thread works at present. Log lines take it from here, and so do calls to workers.
#pragma once

#include <optional>
#include <string_view>

#include "trace/trace.hpp"

namespace wyvern::trace {

// From its construction to its destruction this thread works for `trace`; for nobody when there is none. Made and
// destroyed on one thread, the last made first.
class Scope {
 public:
  explicit Scope(std::optional<Trace> trace);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  const std::optional<Trace> trace_;
  const Trace* const before_;
};

// Null when it is for nobody. Valid for as long as the scope that it is of.
const Trace* current();

// Of the current one; empty when it is for nobody. Valid as long.
std::string_view request_id();

// A copy, for a thread that goes on with the work: it makes a Scope of it.
std::optional<Trace> carried();

}  // namespace wyvern::trace
