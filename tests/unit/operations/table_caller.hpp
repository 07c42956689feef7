// Calls a table of operations as a surface does, and keeps what it answered.
#pragma once

#include <chrono>
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

inline constexpr std::chrono::seconds kDeadline{30};

// A surface's end of an answer. Thread-safe.
class RecordedAnswer final : public operations::Answer {
 public:
  void head(int status, std::string_view content_type, const std::vector<std::pair<std::string, std::string>>& headers,
            std::uint64_t length) override;
  std::uint64_t body(std::string_view bytes) override;
  void end() override;
  void when_drained(std::function<void()> go_on) override;

  // What `body` says of the bytes that wait; UINT64_MAX: the reader has left.
  void queue_length(std::uint64_t bytes);
  // Tells the sender that it may go on.
  void drain();
  // Both throw when it does not come to pass before the deadline.
  void wait_for_end();
  void wait_for(const std::function<bool(const std::string& body)>& enough);

  int status() const;
  std::string text() const;
  Json json() const { return Json::parse(text()); }
  std::string code() const { return json().value("code", ""); }
  std::string header(const std::string& name) const;
  bool ended() const;
  int ends() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 0;
  int ends_ = 0;
  std::uint64_t queued_ = 0;
  std::function<void()> go_on_;
  std::string body_;
  std::map<std::string, std::string> headers_;
};

// Who calls is what the credential says: "admin", "bad" (refused), nobody, or a person with the projects given here.
class NamedAccess final : public operations::Access {
 public:
  operations::Caller authenticate(const operations::Credentials& credentials) override;
  bool may(const operations::Caller& caller, operations::Permission permission,
           const operations::ProjectId& project) override;
  // Before the calls begin.
  void allow(const std::string& person, const std::string& project, operations::Permission permission);

 private:
  std::set<std::pair<std::string, std::string>> views_;
  std::set<std::pair<std::string, std::string>> edits_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

operations::Request request(std::string operation, Fields fields = {}, const Json& body = nullptr,
                            std::string person = "admin");
// Without waiting.
std::shared_ptr<RecordedAnswer> begin(operations::Table& table, operations::Request request);
// Waits for the end.
std::shared_ptr<RecordedAnswer> call(operations::Table& table, operations::Request request);

}  // namespace wyvern::test
