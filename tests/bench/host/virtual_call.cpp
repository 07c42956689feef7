#include "virtual_call.hpp"

namespace {
struct RealSum final : Sum {
  std::int64_t add(std::int64_t a, std::int64_t b) override { return a + b; }
};
}  // namespace

std::unique_ptr<Sum> make_sum() { return std::make_unique<RealSum>(); }
