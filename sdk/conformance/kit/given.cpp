#include "kit/given.hpp"

#include <optional>
#include <utility>

namespace wyvern::conformance {
namespace {
std::optional<Given>& slot() {
  static std::optional<Given> given;
  return given;
}
}  // namespace

void give(Given given) { slot() = std::move(given); }
const Given& given() { return slot().value(); }

}  // namespace wyvern::conformance
