#include "store_suite/store_suite.hpp"

namespace wyvern::test {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreSuite);

StoreSuite::StoreSuite()
    : under_test_(GetParam().make()), store_(std::make_unique<StoreClient>(under_test_->instance())) {}

SessionClient StoreSuite::reader() { return SessionClient::open(*store_, WYV_SESSION_READ).or_throw(); }

SessionClient StoreSuite::writer() { return SessionClient::open(*store_, WYV_SESSION_WRITE).or_throw(); }

Answer StoreSuite::run(std::string_view sql, const std::vector<Value>& parameters) {
  return writer().execute(sql, parameters).or_throw();
}

Value StoreSuite::single(std::string_view sql, const std::vector<Value>& parameters) {
  const Answer answer = reader().execute(sql, parameters).or_throw();
  if (answer.rows.size() != 1 || answer.rows[0].size() != 1) throw std::runtime_error("one value was expected");
  return answer.rows[0][0];
}

}  // namespace wyvern::test
