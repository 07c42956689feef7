// Calls operations as a surface does, as somebody, and takes the answer.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "operations/table.hpp"

namespace wyvern::test {

using Json = nlohmann::json;

// Everybody is who their credential says: "admin", or a person with the projects that a test gave them.
class NamedAccess final : public operations::Access {
 public:
  operations::Caller authenticate(const operations::Credentials& credentials) override;
  bool may(const operations::Caller& caller, operations::Permission permission,
           const operations::ProjectId& project) override;

  void allow(const std::string& person, const std::string& project, bool edit);

 private:
  std::map<std::pair<std::string, std::string>, bool> edits_;
};

struct Answered {
  int status = 0;
  std::string content_type;
  std::map<std::string, std::string> headers;
  std::string body;

  Json json() const { return Json::parse(body); }
  std::string error() const { return json().value("error", ""); }
};

class OperationsCaller {
 public:
  OperationsCaller() : table_(access_, 4) {}

  operations::Table& table() { return table_; }
  NamedAccess& access() { return access_; }

  using Fields = std::vector<std::pair<std::string, std::string>>;
  // Waits for the end of the answer, at most 30 s.
  Answered call(const std::string& operation, Fields fields = {}, const Json& body = nullptr,
                const std::string& person = "admin", Fields headers = {});
  // The same with an answer of the test's own.
  void begin(const std::string& operation, Fields fields, std::shared_ptr<operations::Answer> answer,
             std::shared_ptr<std::atomic<bool>> cancelled);

 private:
  NamedAccess access_;
  operations::Table table_;
};

}  // namespace wyvern::test
