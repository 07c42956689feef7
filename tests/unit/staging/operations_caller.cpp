#include "operations_caller.hpp"

#include <chrono>
#include <stdexcept>

namespace wyvern::test {
namespace {

class Collected final : public operations::Answer {
 public:
  void head(int status, std::string_view content_type, const std::vector<std::pair<std::string, std::string>>& headers,
            std::uint64_t) override {
    answered.status = status;
    answered.content_type = content_type;
    for (const auto& [name, value] : headers) answered.headers[name] = value;
  }
  std::uint64_t body(std::string_view bytes) override {
    answered.body += bytes;
    return 0;
  }
  void end() override {
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  Answered answered;
};

}  // namespace

operations::Caller NamedAccess::authenticate(const operations::Credentials& credentials) {
  if (credentials.credential.empty()) return {};
  return {credentials.credential, credentials.credential, credentials.credential == "admin", ""};
}

bool NamedAccess::may(const operations::Caller& caller, operations::Permission permission,
                      const operations::ProjectId& project) {
  if (caller.administrator) return true;
  if (!project) return false;
  const auto found = edits_.find({caller.id, *project});
  return found != edits_.end() && (permission == operations::Permission::view || found->second);
}

void NamedAccess::allow(const std::string& person, const std::string& project, bool edit) {
  edits_[{person, project}] = edit;
}

void OperationsCaller::begin(const std::string& operation, Fields fields, std::shared_ptr<operations::Answer> answer,
                             std::shared_ptr<std::atomic<bool>> cancelled) {
  table_.call({operation, "", std::move(fields), {}, {"admin", false, "", ""}, ""}, std::move(answer),
              std::move(cancelled));
}

Answered OperationsCaller::call(const std::string& operation, Fields fields, const Json& body,
                                const std::string& person, Fields headers) {
  const auto answer = std::make_shared<Collected>();
  table_.call({operation,
               body.is_null() ? "" : body.dump(),
               std::move(fields),
               std::move(headers),
               {person, false, "", ""},
               ""},
              answer, std::make_shared<std::atomic<bool>>(false));
  std::unique_lock lock(answer->mutex);
  if (!answer->changed.wait_for(lock, std::chrono::seconds(30), [&] { return answer->ended; })) {
    throw std::runtime_error(operation + " did not answer");
  }
  return answer->answered;
}

}  // namespace wyvern::test
