#include "output_client.hpp"

namespace wyvern::test {

const PluginLibrary& SrtOutputTest::plugin() const {
  static const PluginLibrary library("output-srt");
  return library;
}

SrtOutputTest::SrtOutputTest()
    : instance_(PluginInstance::create(plugin(), "output", Json::object()).or_throw()),
      table_(instance_->table<wyv_output_v1>(WYV_OUTPUT_SERVICE)) {}

Result<void> SrtOutputTest::check(const Json& config) {
  Call call(kPatience);
  const std::string dumped = config.dump();
  return call.result(table_->check(instance_->raw(), view(dumped), call.context()));
}

Result<Json> SrtOutputTest::claims(const Json& config) {
  Call call(kPatience);
  const std::string dumped = config.dump();
  auto answer = call_for_text(call, table_->claims, instance_->raw(), view(dumped));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<Json> SrtOutputTest::render(const std::string& engine, const Json& config) {
  Call call(kPatience);
  const std::string dumped = config.dump();
  auto answer = call_for_text(call, table_->render, instance_->raw(), view(engine), view(dumped));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<Json> SrtOutputTest::requirements(const Json& config) {
  Call call(kPatience);
  const std::string dumped = config.dump();
  auto answer = call_for_text(call, table_->requirements, instance_->raw(), view(dumped));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

std::string SrtOutputTest::fault(const Json& config) {
  const auto checked = check(config);
  if (checked.ok()) return "";
  EXPECT_EQ(checked.error().status, WYV_INVALID);
  EXPECT_EQ(checked.error().code, "output.invalid");
  return checked.error().message;
}

}  // namespace wyvern::test
