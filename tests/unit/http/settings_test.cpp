#include "http/settings.hpp"

#include <gtest/gtest.h>

namespace wyvern::http {
namespace {

TEST(Settings, ReadAListenAddressInEachForm) {
  EXPECT_EQ(parse_listen("127.0.0.1:8080").host, "127.0.0.1");
  EXPECT_EQ(parse_listen("127.0.0.1:8080").port, 8080);
  EXPECT_EQ(parse_listen("[::1]:0").host, "::1");
  EXPECT_EQ(parse_listen("localhost:65535").port, 65535);
}

TEST(Settings, RefuseWhatIsNoListenAddressAndQuoteIt) {
  for (const auto* bad : {"", "8080", ":8080", "host:", "host:x", "host:65536", "host:-1", "::1:80", "[::1]", "[::1:80",
                          "[]:80", "host:80 "}) {
    try {
      (void)parse_listen(bad);
      ADD_FAILURE() << bad << " was taken";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.error().code, "http.listen");
      EXPECT_NE(failure.error().message.find("'" + std::string(bad) + "'"), std::string::npos);
    }
  }
}

TEST(Settings, KeepTheDefaultsForWhatIsNotConfigured) {
  Settings defaults;
  defaults.threads = 3;
  const auto settings = read_settings({{"listen", "[::1]:9"}, {"timeouts", {{"idle_ms", 50}}}}, defaults);
  EXPECT_EQ(settings.threads, 3U);
  EXPECT_EQ(settings.listen.host, "::1");
  EXPECT_EQ(settings.idle_timeout, std::chrono::milliseconds(50));
  EXPECT_EQ(settings.header_timeout, defaults.header_timeout);
}

TEST(Settings, TakeABasePathWithoutItsLastSlash) {
  EXPECT_EQ(read_settings({{"base_path", "/"}}, {}).base_path, "");
  EXPECT_EQ(read_settings({{"base_path", "/api/"}}, {}).base_path, "/api");
}

}  // namespace
}  // namespace wyvern::http
