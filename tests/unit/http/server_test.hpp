// A server on a free port of the loopback, with a fake host behind it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fake_host.hpp"
#include "http/server.hpp"
#include "raw_client.hpp"
#include "wyvern/operations.hpp"

namespace wyvern::test {

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    settings.listen = {"127.0.0.1", 0};
    settings.threads = 2;
  }
  ~ServerTest() override {
    if (server) server->stop(patience);
    EXPECT_THAT(host.faults(), ::testing::IsEmpty());
  }

  void serve(std::vector<http::Document> documents = {}) {
    server = std::make_unique<http::Server>(host.host(), "api", settings);
    server->open();
    const auto list = Operations(host.host()).list(Context(nullptr));
    server->serve(
        std::make_unique<http::Router>(http::read_operations(list), std::move(documents), settings.base_path));
    const auto address = server->listening_on();
    port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }

  // Sends the bytes on a connection of their own and reads one answer.
  Response ask(std::string_view bytes) const {
    RawClient client(port);
    client.send(bytes);
    return client.read();
  }

  FakeHost host;
  http::Settings settings;
  std::unique_ptr<http::Server> server;
  std::uint16_t port = 0;
};

inline std::string code_of(const Response& response) { return Json::parse(response.body).at("code"); }

}  // namespace wyvern::test
