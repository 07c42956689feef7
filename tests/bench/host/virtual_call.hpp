// What a call through a service table is measured against.
#pragma once

#include <cstdint>
#include <memory>

struct Sum {
  virtual ~Sum() = default;
  virtual std::int64_t add(std::int64_t a, std::int64_t b) = 0;
};

std::unique_ptr<Sum> make_sum();
