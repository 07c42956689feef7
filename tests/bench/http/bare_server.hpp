// The measure: Beast as its examples use it, answering a constant. One thread, keep-alive, nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace wyvern::bench {

class BareServer {
 public:
  explicit BareServer(std::string body);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wyvern::bench
