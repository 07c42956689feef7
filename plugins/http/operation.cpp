#include "http/operation.hpp"

#include "wyvern/call.hpp"

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

Json list_operations(const Host& host, const Context& context) {
  const auto* table = host.table<wyv_host_operations_v1>("wyvern.host.operations/1");
  if (table == nullptr)
    throw Failure(WYV_UNSUPPORTED, "http.operations", "the host offers no operations (wyvern.host.operations/1)");
  Call call(context.remaining(), nullptr, context.correlation());
  return Json::parse(call_for_text(call, table->list, host.self()).or_throw());
}

std::vector<Operation> read_operations(const Json& list) {
  std::vector<Operation> operations;
  operations.reserve(list.size());
  for (const auto& entry : list) {
    Operation operation;
    operation.name = entry.at("name").get<std::string>();
    operation.method = entry.at("method").get<std::string>();
    operation.path = entry.at("path").get<std::string>();
    operation.reply = read_reply(operation.name, entry.value("reply", "json"));
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
