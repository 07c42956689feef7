// A deployment with people of every kind, and what belongs to whom.
#pragma once

#include <map>
#include <string>

#include "contract.hpp"
#include "raw_client.hpp"

namespace wyvern::test {

// Passwords cost little here, so that tests are quick.
class PeopleContract : public ::testing::Test {
 protected:
  // An answer with its headers.
  struct Told {
    long status;
    Json body;
    std::string cookie;  // Set-Cookie
  };
  Told raw(const std::string& method, const std::string& path, const Json& body = nullptr,
           const std::string& headers = {}) const;

  Answer as(const std::string& token, const std::string& method, const std::string& path,
            const Json& body = nullptr) const {
    return wyvern.call_with(token, method, path, body.is_null() ? std::string() : body.dump());
  }
  // A person with a password; the id.
  std::string person(const std::string& name, const Json& fields = Json::object()) const;
  std::string project(const std::string& name) const;
  void allow(const std::string& project, const std::string& person, const std::string& permission) const;
  // An API token of a person, made by the administrator.
  std::string token(const std::string& person, const Json& fields = Json::object()) const;
  // The session's token of a login that must succeed.
  std::string sign_in(const std::string& name, const std::string& password = usual_password) const;
  Answer login(const Json& fields) const { return as("", "POST", "/auth/login", fields); }

  static ::testing::AssertionResult refused(const Answer& answer, long status, const std::string& code) {
    if (answer.status == status && answer.body.is_object() && answer.body.value("code", "") == code)
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "expected " << status << " " << code << ", got " << answer.status << " "
                                         << answer.text;
  }

  static constexpr const char* usual_password = "correct horse battery";
  Deployment wyvern{Deployment::Options{{{"identity", {{"password_memory_mib", 19}, {"password_passes", 2}}}}}};
};

}  // namespace wyvern::test
