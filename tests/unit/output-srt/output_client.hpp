// The SRT output as its callers use it, through the C table.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugin_host/plugin_instance.hpp"
#include "wyvern/abi/output.h"

namespace wyvern::test {

class SrtOutputTest : public testing::Test {
 protected:
  SrtOutputTest();

  Result<void> check(const Json& config);
  Result<Json> claims(const Json& config);
  Result<Json> render(const std::string& engine, const Json& config);
  Result<Json> requirements(const Json& config);
  // The message of a refusal, which begins with the field; empty when the configuration is taken.
  std::string fault(const Json& config);
  std::string fault_of_url(const std::string& url) { return fault({{"url", url}}); }

  const PluginLibrary& plugin() const;

 private:
  std::unique_ptr<PluginInstance> instance_;  // created and no more: an output needs no start
  const wyv_output_v1* table_;
};

}  // namespace wyvern::test
