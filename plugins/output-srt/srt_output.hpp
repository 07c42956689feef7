// SRT as an output: what it claims and needs, and how each engine makes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wyvern/output.hpp"

namespace wyvern::srt {

class SrtOutput final : public Output {
 public:
  SrtOutput(const Host&, const std::string&, const Json&) {}

  void check(const Json& config) override;
  std::vector<std::string> claims(const Json& config) override;
  Json render(std::string_view engine, const Json& config) override;
  Json requirements(const Json& config) override;
};

}  // namespace wyvern::srt
