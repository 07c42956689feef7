// What every contract test stands on: one deployment, and sentences about its answers.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "deployment.hpp"

namespace wyvern::test {

constexpr const char* unknown_id = "00000000-0000-4000-8000-000000000000";

class Contract : public ::testing::Test {
 protected:
  explicit Contract(const Deployment::Options& options = {}) : wyvern(options) {}

  Answer get(const std::string& path) const { return wyvern.call("GET", path); }
  Answer post(const std::string& path, const Json& body = Json::object()) const {
    return wyvern.call("POST", path, body);
  }
  Answer patch(const std::string& path, const Json& body) const { return wyvern.call("PATCH", path, body); }
  Answer put(const std::string& path, const Json& body) const { return wyvern.call("PUT", path, body); }
  Answer remove(const std::string& path) const { return wyvern.call("DELETE", path); }

  // The answer has this status, and an error of this code with a sentence.
  static ::testing::AssertionResult refused(const Answer& answer, long status, const std::string& code) {
    if (answer.status != status || !answer.body.is_object() || answer.body.value("code", "") != code ||
        answer.body.value("error", "").empty()) {
      return ::testing::AssertionFailure()
             << "expected " << status << " " << code << ", got " << answer.status << " " << answer.text;
    }
    return ::testing::AssertionSuccess();
  }
  static ::testing::AssertionResult answered(const Answer& answer, long status) {
    if (answer.status != status) {
      return ::testing::AssertionFailure() << "expected " << status << ", got " << answer.status << " " << answer.text;
    }
    return ::testing::AssertionSuccess();
  }

  Deployment wyvern;
};

}  // namespace wyvern::test
