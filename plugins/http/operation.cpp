#include "http/operation.hpp"

namespace wyvern::http {
namespace {

Operation::Reply read_reply(const std::string& name, const std::string& reply) {
  if (reply == "json") return Operation::Reply::json;
  if (reply == "text") return Operation::Reply::text;
  if (reply == "stream") return Operation::Reply::stream;
  if (reply == "file") return Operation::Reply::file;
  throw Failure(WYV_INVALID, "http.operations",
                "the operation '" + name + "' has an unknown kind of reply, '" + reply + "'");
}

}  // namespace

std::vector<Operation> read_operations(const Json& list) {
  std::vector<Operation> operations;
  operations.reserve(list.size());
  for (const auto& entry : list) {
    Operation operation;
    operation.name = entry.at("name").get<std::string>();
    operation.method = entry.at("method").get<std::string>();
    operation.path = entry.at("path").get<std::string>();
    operation.reply = read_reply(operation.name, entry.value("reply", "json"));
    operation.secret_answer = entry.value("secret_answer", false);
    if (const auto limit = entry.find("body_limit_bytes"); limit != entry.end() && limit->is_number_unsigned())
      operation.body_limit_bytes = limit->get<std::size_t>();
    if (operation.path.empty() || operation.path.front() != '/')
      throw Failure(WYV_INVALID, "http.operations",
                    "the path of the operation '" + operation.name + "' does not begin with a slash");
    operations.push_back(std::move(operation));
  }
  return operations;
}

}  // namespace wyvern::http
