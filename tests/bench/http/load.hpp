// A closed loop of keep-alive connections: each sends a batch of requests and waits for all of their answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wyvern::bench {

struct Load {
  int connections = 16;
  int depth = 1;  // requests in a batch; 1 is no pipelining
  std::string target = "/constant";
};

// Requests answered per second. All answers must be as long as the first one.
double requests_per_second(std::uint16_t port, const Load& load, std::chrono::milliseconds duration);

}  // namespace wyvern::bench
