// The plugin under test, and stores of it on a server that a test program shares among its cases.
#pragma once

#include <memory>
#include <string>

#include "postgres/postgres_server.hpp"
#include "store_suite/store_suite.hpp"

namespace wyvern::test {

inline const PluginLibrary& postgres_plugin() {
  static const PluginLibrary library("store-postgres");
  return library;
}

// A schema that no other case of this program uses.
inline std::string new_schema() {
  static int number = 0;
  return "case_" + std::to_string(++number);
}

// Created, not prepared.
inline std::unique_ptr<PluginInstance> postgres_instance(Json config, const Json& further = Json::object()) {
  config.update(further);
  return PluginInstance::create(postgres_plugin(), "store", config).or_throw();
}

// Started, in a schema of its own.
class PostgresUnderTest final : public StoreUnderTest {
 public:
  explicit PostgresUnderTest(const PostgresServer& server)
      : instance_(postgres_instance(server.store(new_schema()), {{"read_sessions", 2}})) {
    instance_->run();
  }
  PluginInstance& instance() override { return *instance_; }

 private:
  std::unique_ptr<PluginInstance> instance_;
};

}  // namespace wyvern::test
