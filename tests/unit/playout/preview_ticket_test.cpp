#include "playout/preview_ticket.hpp"

#include <gtest/gtest.h>

namespace wyvern::playout {
namespace {

constexpr store::Timestamp kNow{1'000'000'000'000'000};
constexpr store::Timestamp kLater{kNow.us + 60'000'000};

TEST(PreviewTicket, OpensItsChannelUntilItExpires) {
  const PreviewTickets tickets(std::string(32, 'k'));
  const auto ticket = tickets.issue("news", kLater);
  EXPECT_TRUE(tickets.valid("news", ticket, kNow));
  EXPECT_TRUE(tickets.valid("news", ticket, kLater));
  EXPECT_FALSE(tickets.valid("news", ticket, {kLater.us + 1'000'000}));
}

TEST(PreviewTicket, OpensNoOtherChannel) {
  const PreviewTickets tickets(std::string(32, 'k'));
  EXPECT_FALSE(tickets.valid("sport", tickets.issue("news", kLater), kNow));
}

TEST(PreviewTicket, OfAnotherInstallationIsWorthNothing) {
  const PreviewTickets tickets(std::string(32, 'k'));
  const PreviewTickets others(std::string(32, 'o'));
  EXPECT_FALSE(tickets.valid("news", others.issue("news", kLater), kNow));
}

TEST(PreviewTicket, WithALaterExpiryPaintedOnIsRefused) {
  const PreviewTickets tickets(std::string(32, 'k'));
  const auto ticket = tickets.issue("news", kLater);
  const auto forged = "9999999999" + ticket.substr(ticket.find('.'));
  EXPECT_FALSE(tickets.valid("news", forged, kNow));
}

TEST(PreviewTicket, ThatIsGarbageIsRefused) {
  const PreviewTickets tickets(std::string(32, 'k'));
  for (const auto* garbage : {"", ".", "1", "1.", ".a", "x.y", "99999999999999999999.a", "9999999999.", "-1.a"}) {
    EXPECT_FALSE(tickets.valid("news", garbage, kNow)) << garbage;
  }
}

}  // namespace
}  // namespace wyvern::playout
