#include "table_caller.hpp"

#include <stdexcept>

namespace wyvern::test {

using operations::Permission;
using operations::Refusal;

void RecordedAnswer::head(int status, std::string_view content_type,
                          const std::vector<std::pair<std::string, std::string>>& headers, std::uint64_t) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  headers_["content-type"] = content_type;
  for (const auto& [name, value] : headers) headers_[name] = value;
  changed_.notify_all();
}

std::uint64_t RecordedAnswer::body(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  body_ += bytes;
  changed_.notify_all();
  return queued_;
}

void RecordedAnswer::end() {
  const std::lock_guard lock(mutex_);
  ++ends_;
  changed_.notify_all();
}

void RecordedAnswer::queue_length(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  queued_ = bytes;
}

void RecordedAnswer::when_drained(std::function<void()> go_on) {
  const std::lock_guard lock(mutex_);
  go_on_ = std::move(go_on);
}

void RecordedAnswer::drain() {
  std::function<void()> go_on;
  {
    const std::lock_guard lock(mutex_);
    queued_ = 0;
    go_on = go_on_;
  }
  go_on();
}

void RecordedAnswer::wait_for_end() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kDeadline, [this] { return ends_ > 0; })) {
    throw std::runtime_error("the answer did not end: " + body_);
  }
}

void RecordedAnswer::wait_for(const std::function<bool(const std::string&)>& enough) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kDeadline, [&] { return enough(body_); })) {
    throw std::runtime_error("the answer has not what was waited for: " + body_);
  }
}

int RecordedAnswer::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::string RecordedAnswer::text() const {
  const std::lock_guard lock(mutex_);
  return body_;
}

std::string RecordedAnswer::header(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = headers_.find(name);
  return found == headers_.end() ? std::string() : found->second;
}

bool RecordedAnswer::ended() const { return ends() > 0; }

int RecordedAnswer::ends() const {
  const std::lock_guard lock(mutex_);
  return ends_;
}

operations::Caller NamedAccess::authenticate(const operations::Credentials& credentials) {
  if (credentials.credential == "bad") throw Refusal(401, "access.token_unknown", "the token is not known");
  return {credentials.credential, credentials.credential, credentials.credential == "admin",
          credentials.remote_address};
}

bool NamedAccess::may(const operations::Caller& caller, Permission permission, const operations::ProjectId& project) {
  if (caller.administrator) return true;
  if (!project) return false;
  const std::pair<std::string, std::string> key{caller.id, *project};
  return edits_.contains(key) || (permission == Permission::view && views_.contains(key));
}

void NamedAccess::allow(const std::string& person, const std::string& project, Permission permission) {
  (permission == Permission::edit ? edits_ : views_).insert({person, project});
}

operations::Request request(std::string operation, Fields fields, const Json& body, std::string person) {
  operations::Request made;
  made.operation = std::move(operation);
  made.body = body.is_null() ? std::string() : body.dump();
  made.fields = std::move(fields);
  made.credentials.credential = std::move(person);
  return made;
}

std::shared_ptr<RecordedAnswer> begin(operations::Table& table, operations::Request request) {
  auto answer = std::make_shared<RecordedAnswer>();
  table.call(std::move(request), answer, std::make_shared<std::atomic<bool>>(false));
  return answer;
}

std::shared_ptr<RecordedAnswer> call(operations::Table& table, operations::Request request) {
  auto answer = begin(table, std::move(request));
  answer->wait_for_end();
  return answer;
}

}  // namespace wyvern::test
