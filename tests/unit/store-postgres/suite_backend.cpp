#include "postgres_plugin.hpp"

namespace wyvern::test {

namespace {

const PostgresServer& shared_server() {
  static const PostgresServer server;
  return server;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, StoreSuite,
                         testing::Values(StoreBackend{
                             "postgres", [] { return std::make_unique<PostgresUnderTest>(shared_server()); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace wyvern::test
