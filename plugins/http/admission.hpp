// What is decided about a request by its headers, before a byte of its body is taken.
#pragma once

#include <cstddef>
#include <optional>

#include "http/router.hpp"
#include "http/settings.hpp"
#include "refusal.hpp"
#include "request.hpp"
#include "target.hpp"

namespace wyvern::http {

struct Admission {
  std::optional<Refusal> refusal;
  std::size_t body_limit = 0;  // bytes; of a request that is not refused
};

// Parses the target and finds what answers there: `target` and `match` are filled as far as the request is sound.
Admission admit(const Request& request, const Router& router, const Settings& settings, Target& target,
                Router::Match& match);

}  // namespace wyvern::http
