#include "playout/preview_ticket.hpp"

#include <sodium.h>

#include <array>
#include <charconv>

namespace wyvern::playout {

std::string PreviewTickets::signature(std::string_view channel_id, std::string_view expiry) const {
  const std::string subject = "preview " + std::string(channel_id) + " " + std::string(expiry);
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(subject.data()), subject.size(),
                     reinterpret_cast<const unsigned char*>(secret_.data()), secret_.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), 64};
}

std::string PreviewTickets::issue(std::string_view channel_id, store::Timestamp expires) const {
  const std::string expiry = std::to_string(expires.us / 1'000'000);
  return expiry + "." + signature(channel_id, expiry);
}

bool PreviewTickets::valid(std::string_view channel_id, std::string_view ticket, store::Timestamp now) const {
  const auto dot = ticket.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view expiry = ticket.substr(0, dot);
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  if (fault != std::errc() || end != expiry.data() + expiry.size() || now.us / 1'000'000 > seconds) return false;
  const std::string expected = signature(channel_id, expiry);
  const std::string_view given = ticket.substr(dot + 1);
  return given.size() == expected.size() && sodium_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

}  // namespace wyvern::playout
