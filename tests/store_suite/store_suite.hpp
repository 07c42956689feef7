// The fixture of the suite that every store of the tree must pass beyond the conformance kit's checks, which prove what
// the contract promises: what Wyvern's own SQL and its users need besides. Tables are declared in PostgreSQL's names of
// types, which every store takes: BOOLEAN, BIGINT, DOUBLE PRECISION, TEXT, BYTEA, TIMESTAMPTZ, JSON.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store_suite/store_client.hpp"

namespace wyvern::test {

// A started store without any table, which allows two read sessions at a time. Gone with its destructor.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual PluginInstance& instance() = 0;
};

struct StoreBackend {
  std::string name;  // for the names of the tests
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StoreBackend& backend) { return out << backend.name; }

class StoreSuite : public testing::TestWithParam<StoreBackend> {
 protected:
  StoreSuite();

  SessionClient reader();
  SessionClient writer();
  // Runs a statement in a session of its own and expects it to succeed.
  Answer run(std::string_view sql, const std::vector<Value>& parameters = {});
  Value single(std::string_view sql, const std::vector<Value>& parameters = {});

  const StoreClient& store() const { return *store_; }

 private:
  std::unique_ptr<StoreUnderTest> under_test_;
  std::unique_ptr<StoreClient> store_;
};

// Runs for hours unless it is ended.
inline constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) "
    "SELECT count(*) FROM n";

}  // namespace wyvern::test

#define EXPECT_OK(expression)                             \
  do {                                                    \
    const auto outcome = (expression);                    \
    EXPECT_TRUE(outcome.ok()) << outcome.error().message; \
  } while (false)
