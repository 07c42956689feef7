// Which pages of other origins may read the answers (CORS, as the Fetch standard has it). Nobody, unless configured.
#pragma once

#include <string>
#include <string_view>

#include "http/settings.hpp"

namespace wyvern::http {

// Immutable, so any thread may ask. What is returned are header lines, each beginning with its line end.
class CrossOrigin {
 public:
  // Throws Failure http.cors for what no browser would take.
  explicit CrossOrigin(const Settings& settings);

  // Whether answers depend on the Origin, so that caches have to know.
  bool configured() const { return !origins_.empty(); }
  // For the answer to a request with this Origin; empty for one that is not listed.
  std::string of_answer(std::string_view origin) const;
  // For the answer to a preflight request: `allow` are the methods of its path.
  std::string of_preflight(std::string_view origin, std::string_view allow) const;

 private:
  bool allowed(std::string_view origin) const;

  const std::vector<std::string>& origins_;
  const bool credentials_;
};

}  // namespace wyvern::http
