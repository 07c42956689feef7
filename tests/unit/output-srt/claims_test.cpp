#include "output_client.hpp"

namespace wyvern::test {

class SrtClaims : public SrtOutputTest {};

TEST_F(SrtClaims, Listeners_on_one_port_collide_whatever_their_address_says) {
  const auto all = claims({{"url", "srt://0.0.0.0:9000?mode=listener"}}).or_throw();
  EXPECT_EQ(all, Json::array({"srt-listen:9000"}));
  EXPECT_EQ(claims({{"url", "srt://127.0.0.1:9000?mode=listener"}}).or_throw(), all);
  EXPECT_EQ(claims({{"url", "srt://:9000"}}).or_throw(), all);
  EXPECT_EQ(claims({{"url", "srt://[::]:9000?mode=listener&latency=5"}}).or_throw(), all);
  EXPECT_NE(claims({{"url", "srt://:9001"}}).or_throw(), all);
}

TEST_F(SrtClaims, A_caller_occupies_nothing_and_a_rendezvous_its_port) {
  EXPECT_EQ(claims({{"url", "srt://10.0.0.1:9000"}}).or_throw(), Json::array());
  EXPECT_EQ(claims({{"url", "srt://10.0.0.1:9000?mode=rendezvous"}}).or_throw(), Json::array({"srt-listen:9000"}));
}

TEST_F(SrtClaims, A_container_needs_the_port_of_a_listener) {
  const auto listener = requirements({{"url", "srt://0.0.0.0:9000?mode=listener"}}).or_throw();
  EXPECT_EQ(listener["ports"], Json::array({"9000/udp"}));
  EXPECT_EQ(listener["devices"], Json::array());
  EXPECT_EQ(listener["mounts"], Json::array());
  EXPECT_EQ(listener["env"], Json::object());
  EXPECT_EQ(requirements({{"url", "srt://10.0.0.1:9000"}}).or_throw()["ports"], Json::array());
}

}  // namespace wyvern::test
