// The same server behind TLS: what is spoken, what is refused, and that nothing of HTTP changes.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

using ::testing::HasSubstr;

// A client that verifies the server's certificate, and reads until the server closes.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const std::string& root, int newest = 0, const char* ciphers = nullptr)
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_load_verify_locations(context_, root.c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_security_level(context_, 0);
    if (newest != 0) SSL_CTX_set_max_proto_version(context_, newest);
    if (ciphers != nullptr) SSL_CTX_set_cipher_list(context_, ciphers);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  std::string version() const { return SSL_get_version(ssl_); }
  void send(std::string_view bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  // Until so many bytes have come, or the server has said its last: then `ended` is whether it did so in order.
  std::string read(std::size_t least = SIZE_MAX) {
    std::string all;
    std::array<char, 16384> bytes{};
    while (all.size() < least) {
      const int size = SSL_read(ssl_, bytes.data(), bytes.size());
      if (size <= 0) {
        ended = SSL_get_error(ssl_, size) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return all;
  }
  bool ended = false;

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
  bool connected_ = false;
};

class TlsTest : public ServerTest {
 protected:
  TlsTest() {
    const auto made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout '" + key() +
                      "' -out '" + certificate() + "' 2> /dev/null";
    if (std::system(made.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
    settings.tls_certificate = certificate();
    settings.tls_key = key();
    host.add_echo("things.list", "/things");
    host.add_echo("things.add", "/things", "POST");
    host.add({{"name", "large"}, {"method", "GET"}, {"path", "/large"}},
             [this](const Received&, const Answer& answer) { answer.json(200, large); });
  }
  ~TlsTest() override { std::filesystem::remove_all(folder); }

  std::string certificate() const { return (folder / "certificate.pem").string(); }
  std::string key() const { return (folder / "key.pem").string(); }
  static std::string request(const std::string& path, const std::string& more = "Connection: close\r\n") {
    return "GET " + path + " HTTP/1.1\r\nHost: t\r\n" + more + "\r\n";
  }

  const std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "wyvern-tls-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    return std::filesystem::path(name);
  }();
  const std::string large = "[\"" + std::string(3'000'000, 'y') + "\"]";
};

TEST_F(TlsTest, AnswersWithTheCertificateAndEndsInOrder) {
  serve();
  EXPECT_THAT(server->url(), HasSubstr("https://"));
  TlsClient client(port, certificate());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.version(), "TLSv1.3");
  client.send(request("/things?a=b"));
  const auto answer = client.read();
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("things.list"));
  EXPECT_TRUE(client.ended);
}

TEST_F(TlsTest, IsToldToTheOperation) {
  host.add({{"name", "seen"}, {"method", "GET"}, {"path", "/seen"}},
           [](const Received& call, const Answer& answer) { answer.json(200, call.over_tls ? "true" : "false"); });
  serve();
  TlsClient client(port, certificate());
  client.send(request("/seen"));
  EXPECT_THAT(client.read(), HasSubstr("\r\n\r\ntrue"));
}

TEST_F(TlsTest, KeepsConnectionsAndTheOrderOfPipelinedRequests) {
  serve();
  TlsClient client(port, certificate());
  std::string many;
  for (int i = 0; i < 400; ++i)
    many += request("/things?n=" + std::to_string(i), i == 399 ? "Connection: close\r\n" : "");
  client.send(many);
  const auto answers = client.read();
  std::size_t at = 0;
  for (int i = 0; i < 400; ++i) {
    at = answers.find("\"n\":\"" + std::to_string(i) + "\"", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(TlsTest, CarriesLargeAnswersAndBodies) {
  serve();
  TlsClient client(port, certificate());
  const std::string body = "{\"x\":\"" + std::string(500'000, 'z') + "\"}";
  client.send("POST /things HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body + request("/large"));
  const auto answers = client.read();
  EXPECT_THAT(answers.substr(0, 200), HasSubstr("200 OK"));
  EXPECT_NE(answers.find(std::string(500'000, 'z')), std::string::npos);
  ASSERT_GT(answers.size(), large.size());
  EXPECT_EQ(answers.substr(answers.size() - large.size()), large);
}

TEST_F(TlsTest, SpeaksTls12WithForwardSecrecyAndNothingOlder) {
  serve();
  TlsClient newer(port, certificate(), TLS1_2_VERSION);
  EXPECT_TRUE(newer.connected());
  TlsClient older(port, certificate(), TLS1_1_VERSION);
  EXPECT_FALSE(older.connected());
  TlsClient weak(port, certificate(), TLS1_2_VERSION, "AES128-SHA:AES128-GCM-SHA256");
  EXPECT_FALSE(weak.connected());
}

TEST_F(TlsTest, PlainHttpIsNotAnswered) {
  serve();
  RawClient plain(port);
  plain.send("GET /things HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(plain.read_rest().find("HTTP/1.1"), std::string::npos);
  EXPECT_EQ(host.calls(), 0);
}

TEST_F(TlsTest, AHandshakeThatDoesNotComeIsNotWaitedFor) {
  settings.header_timeout = std::chrono::milliseconds(100);
  serve();
  RawClient silent(port);
  EXPECT_EQ(silent.read_rest(), "");
}

TEST_F(TlsTest, AnIdleConnectionThatHasShakenHandsIsIdle) {
  settings.header_timeout = std::chrono::milliseconds(50);
  settings.idle_timeout = std::chrono::milliseconds(400);
  serve();
  TlsClient client(port, certificate());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.read(), "") << "no 408 comes";
}

TEST_F(TlsTest, OneConnectionTooManyIsToldSo) {
  settings.max_connections = 1;
  serve();
  TlsClient first(port, certificate());
  TlsClient second(port, certificate());
  EXPECT_THAT(second.read(), HasSubstr("http.too_many_connections"));
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  const auto fault = [this] {
    try {
      http::Server(host.host(), "api", settings).open();
    } catch (const Failure& failure) {
      return failure.error().message;
    }
    return std::string();
  };
  settings.tls_key = (folder / "missing.pem").string();
  EXPECT_THAT(fault(), HasSubstr(settings.tls_key));
  settings.tls_key = certificate();
  EXPECT_THAT(fault(), HasSubstr("tls.key"));
  settings.tls_key.clear();
  EXPECT_THAT(fault(), HasSubstr("both a certificate and a key"));
  settings.tls_key = key();
  std::ofstream(certificate()) << "no certificate";
  EXPECT_THAT(fault(), HasSubstr(certificate()));
}

}  // namespace
}  // namespace wyvern::test
