// The contract's /audit.
#include "audit/chain.hpp"
#include "audit/trail.hpp"
#include "audit/verification.hpp"
#include "operations/group.hpp"

namespace wyvern::audit {
namespace {

using operations::Call;
using operations::Reply;

Reply list(Trail& trail, const Call& call) {
  const auto text = [&](const char* name) { return call.has(name) ? std::optional(call.text(name)) : std::nullopt; };
  const auto number = [&](const char* name, std::int64_t otherwise) { return call.input.value(name, otherwise); };
  std::string sql = "SELECT " + std::string(entry_columns) + " FROM audit WHERE number < $1";
  std::vector<store::Parameter> parameters{number("after", INT64_MAX)};
  std::vector<std::string> given;  // a parameter's text lives here
  given.reserve(8);
  for (const char* name : {"person_id", "operation", "subject", "project_id", "outcome", "request_id"}) {
    if (const auto value = text(name)) {
      given.push_back(*value);
      parameters.emplace_back(given.back());
      sql += std::string(" AND ") + name + " = $" + std::to_string(parameters.size());
    }
  }
  parameters.emplace_back(number("limit", 100));
  sql += " ORDER BY number DESC LIMIT $" + std::to_string(parameters.size());
  Json all = Json::array();
  trail.store().read([&](store::Session& session) {
    session.execute(sql, parameters.data(), parameters.size(),
                    [&](const store::Row& row) { all.push_back(entry_of(row).json()); });
  });
  return all;
}

Reply verify_all(Trail& trail, const Call&) {
  const auto verified = verify(trail.store());
  Json body = {{"intact", !verified.fault}, {"rows", verified.rows}, {"head", verified.head}};
  if (verified.fault) body["fault"] = {{"number", verified.fault->number}, {"what", verified.fault->what}};
  return body;
}

}  // namespace

void Trail::add_operations(operations::Table& table) {
  operations::Group<Trail> group(table, "audit", *this);
  const Json text = {{"type", "string"}, {"maxLength", 256}};
  const Json id = {{"type", "string"}, {"format", "uuid"}};
  group.add({.name = "audit.list",
             .summary = "Who did what, when, from where, with what result; newest first",
             .method = "GET",
             .path = "/audit",
             .request = {{"properties",
                          {{"person_id", id},
                           {"operation", text},
                           {"subject", text},
                           {"project_id", id},
                           {"request_id", text},
                           {"outcome", {{"type", "string"}, {"enum", {"begun", "done", "refused", "failed"}}}},
                           {"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}, {"default", 100}}},
                           {"after",
                            {{"type", "integer"},
                             {"minimum", 1},
                             {"description", "The number of the last row of the page before."}}}}}},
             .response = {{"type", "array"}, {"items", entry_schema()}},
             .idempotent = true},
            &list);
  group.add({.name = "audit.verify",
             .summary = "Whether the audit is as it was written; reads all of it",
             .method = "GET",
             .path = "/audit/verify",
             .response = {{"type", "object"},
                          {"properties",
                           {{"intact", {{"type", "boolean"}}},
                            {"rows", {{"type", "integer"}}},
                            {"head", {{"type", "string"}}},
                            {"fault",
                             {{"type", "object"},
                              {"properties", {{"number", {{"type", "integer"}}}, {"what", {{"type", "string"}}}}}}}}}},
             .idempotent = true,
             .blocking = true},
            &verify_all);
}

}  // namespace wyvern::audit
