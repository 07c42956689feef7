// Surfaces of every transport: where they can be reached, and from when to when.
#include "suites/surface_fixture.hpp"

#include <arpa/inet.h>

#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

namespace wyvern::conformance {
namespace {

class SurfaceTable : public StartedSurface {};

TEST_F(SurfaceTable, HasEveryFunction) { EXPECT_TRUE(whole()) << "address"; }

class Surface : public StartedSurface {
 protected:
  void SetUp() override {
    StartedSurface::SetUp();
    if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
  }
  // For checks that connect.
  bool has_a_port() { return url().port > 0; }
};

struct LocalSocket {
  std::string address;  // "127.0.0.1", "::"
  int port;
  bool listens;
};

// From how /proc writes it: words of this machine's byte order, each of an address in the network's.
std::string address_of_words(const std::string& words) {
  in6_addr address{};
  for (std::size_t at = 0; at + 8 <= words.size() && at / 2 < sizeof address; at += 8) {
    const auto word = static_cast<std::uint32_t>(std::stoul(words.substr(at, 8), nullptr, 16));
    std::memcpy(reinterpret_cast<char*>(&address) + at / 2, &word, sizeof word);
  }
  char text[INET6_ADDRSTRLEN] = "";
  return inet_ntop(words.size() == 8 ? AF_INET : AF_INET6, &address, text, sizeof text);
}

// Of this process. `protocol` is "tcp" or "udp".
std::vector<LocalSocket> sockets_of(const std::string& protocol) {
  const auto own = look_at_process().descriptors;
  std::vector<LocalSocket> found;
  for (const char* version : {"", "6"}) {
    std::ifstream lines("/proc/self/net/" + protocol + version);
    std::string line;
    std::getline(lines, line);  // the names of the columns
    while (std::getline(lines, line)) {
      std::istringstream columns(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      columns >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      const auto colon = local.find(':');
      for (const auto& descriptor : own)
        if (descriptor.ends_with(" socket:[" + inode + "]"))
          found.push_back({address_of_words(local.substr(0, colon)), std::stoi(local.substr(colon + 1), nullptr, 16),
                           state == "0A"});
    }
  }
  return found;
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

TEST_F(Surface, TellsItsAddress) {
  const auto answer = address();
  ASSERT_TRUE(is_ok(answer.outcome));
  EXPECT_FALSE(Url(answer.url()).scheme.empty()) << answer.text << R"( is not {"url":"scheme://…"})";
}

TEST_F(Surface, TellsTheRealPort) {
  const auto text = address().url();
  if (Url(text).host.empty()) GTEST_SKIP() << "its url has no port";
  EXPECT_GT(Url(text).port, 0) << text;
}

TEST_F(Surface, TellsTheSameAddressEachTime) {
  const auto first = address().text;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(address().text, first) << "of call " << i;
}

TEST_F(Surface, TakesConnections) {
  if (!has_a_port()) GTEST_SKIP() << "it tells no port";
  for (const auto& socket : sockets_of("udp"))
    if (socket.port == url().port) GTEST_SKIP() << "its port is one of UDP: " << address().text;
  EXPECT_TRUE(TcpClient(url()).connected()) << address().text;
}

TEST_F(Surface, TakesNoConnectionAfterStop) {
  if (!has_a_port()) GTEST_SKIP() << "it tells no port";
  const auto where = url();
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_FALSE(TcpClient(where).connected()) << "it listens on after stop";
}

TEST_F(Surface, TakesConnectionsAfterAnotherStart) {
  if (!has_a_port() || !lives(url())) GTEST_SKIP() << "it cannot be reached at all";
  ASSERT_TRUE(is_ok(instance.stop()));
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  EXPECT_TRUE(lives(url())) << "after stop, prepare and start: " << address().text;
}

TEST_F(Surface, ListensOnTheLoopbackOnly) {
  const auto config = given().config.dump();
  for (const auto& socket : sockets_of("tcp"))
    EXPECT_TRUE(!socket.listens || is_loopback(socket.address) || config.find(socket.address) != std::string::npos)
        << "it listens on " << socket.address << ", which its configuration does not name";
}

TEST(SurfaceOperations, AreCalledFromStartToStopOnly) {
  CheckingHost host({}, declared_metrics());
  Instance one(host);
  ASSERT_TRUE(is_ok(one.create()));
  ASSERT_TRUE(is_ok(one.prepare()));
  ASSERT_TRUE(is_ok(one.start()));
  ASSERT_TRUE(is_ok(one.stop()));
  one.destroy();
  for (const auto& call : host.untimely_calls()) ADD_FAILURE() << call << " was called before start or after stop";
}

TEST_F(Surface, StandsBesideAnother) {
  Instance other(host, "other");
  ASSERT_TRUE(is_ok(other.create()));
  if (const auto outcome = other.prepare(); !outcome.ok())
    GTEST_SKIP() << "its configuration is for one only: " << to_string(outcome);
  ASSERT_TRUE(is_ok(other.start()));
  if (!has_a_port() || !lives(url())) GTEST_SKIP() << "it cannot be reached at all";
  EXPECT_NE(address_of(other).url(), address().url());
  EXPECT_TRUE(lives(Url(address_of(other).url()))) << "the second one";
}

TEST_F(Surface, SurvivesGarbage) {
  const auto where = url();
  if (where.port == 0 || !lives(where)) GTEST_SKIP() << "it cannot be reached at all";
  std::mt19937_64 random(given().seed);
  std::string noise(4096, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random());
  using namespace std::string_literals;
  const std::string tls_hello("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 11);
  for (const auto& garbage : {noise, std::string(64, '\0'), "\r\n\r\n\r\n\r\n"s, tls_hello, "{}}}}\n\n\n"s}) {
    TcpClient client(where);
    (void)client.send(garbage);
    client.close();
    ASSERT_TRUE(lives(where)) << "after " << garbage.size() << " bytes that begin with "
                              << Json(int(garbage[0] & 0xff));
  }
}

TEST_F(Surface, TakesManyConnections) {
  const auto where = url();
  if (where.port == 0 || !lives(where)) GTEST_SKIP() << "it cannot be reached at all";
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(std::make_unique<TcpClient>(where));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    ASSERT_TRUE(clients[i]->connected()) << "connection " << i << " of 64 at once";
    if (where.scheme != "http") continue;
    ASSERT_TRUE(clients[i]->send(get(where, "/kit/alive"))) << "connection " << i << " of 64 at once";
    EXPECT_EQ(clients[i]->answer().status, 200) << "on connection " << i << " of 64 at once";
  }
}

TEST_F(Surface, ClosesWhatItsClientsClosed) {
  const auto where = url();
  if (where.port == 0 || !lives(where)) GTEST_SKIP() << "it cannot be reached at all";
  const auto before = settle(look_at_process());
  for (int i = 0; i < 50; ++i) {
    TcpClient client(where);
    if (where.scheme != "http") continue;
    (void)client.send(get(where, "/kit/alive"));
    (void)client.answer();
  }
  EXPECT_EQ(more(before.descriptors, settle(before).descriptors), "") << "descriptors that 50 connections left";
}

TEST_F(Surface, StopsWithAClientConnected) {
  const auto where = url();
  if (where.port == 0 || !lives(where)) GTEST_SKIP() << "it cannot be reached at all";
  TcpClient idle(where);
  ASSERT_TRUE(idle.connected());
  ASSERT_TRUE(lives(where));  // so it has been seen too
  constexpr std::chrono::seconds limit(3);
  const auto outcome = instance.stop({.timeout = limit});
  ASSERT_TRUE(is_ok(outcome));
  EXPECT_LT(outcome.took, limit + std::chrono::seconds(1)) << "a client that says nothing held it up";
  EXPECT_TRUE(idle.closed()) << "the client's connection is open after stop";
}

}  // namespace
}  // namespace wyvern::conformance
