// Tickets that open one channel's preview for a while: players cannot send an Authorization header.
#pragma once

#include <string>
#include <string_view>

#include "store/store.hpp"

namespace wyvern::playout {

// Thread-safe. A ticket is "<expiry in seconds>.<keyed BLAKE2b of channel and expiry>"; nothing is stored.
class PreviewTickets {
 public:
  explicit PreviewTickets(std::string secret) : secret_(std::move(secret)) {}

  std::string issue(std::string_view channel_id, store::Timestamp expires) const;
  bool valid(std::string_view channel_id, std::string_view ticket, store::Timestamp now) const;

 private:
  std::string signature(std::string_view channel_id, std::string_view expiry) const;

  std::string secret_;
};

}  // namespace wyvern::playout
