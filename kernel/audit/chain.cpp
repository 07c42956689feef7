#include "audit/chain.hpp"

#include <sodium.h>

#include <array>

namespace wyvern::audit {
const std::string_view entry_columns =
    "number, at, person_id, person, remote_address, operation, subject, project_id, outcome, status, code, request_id, "
    "times, previous, hash";

Json Entry::json() const {
  return {{"number", number},
          {"at", at.iso8601()},
          {"person_id", store::or_null(person_id)},
          {"person", store::or_null(person)},
          {"remote_address", remote_address},
          {"operation", operation},
          {"subject", store::or_null(subject)},
          {"project_id", store::or_null(project_id)},
          {"outcome", outcome},
          {"status", store::or_null(status)},
          {"code", store::or_null(code)},
          {"request_id", request_id},
          {"times", times}};
}

Json entry_schema() {
  const Json text = {{"type", "string"}};
  const Json nullable = {{"type", {"string", "null"}}};
  return {
      {"type", "object"},
      {"properties",
       {{"number", {{"type", "integer"}}},
        {"at", text},
        {"person_id", nullable},
        {"person", nullable},
        {"remote_address", text},
        {"operation", text},
        {"subject", nullable},
        {"project_id", nullable},
        {"outcome",
         {{"type", "string"},
          {"enum", {"begun", "done", "refused", "failed"}},
          {"description",
           "begun: what the call wrote is kept; how it ended stands in a later row of its request_id."}}},
        {"status", {{"type", {"integer", "null"}}}},
        {"code", nullable},
        {"request_id", text},
        {"times", {{"type", "integer"}, {"description", "How many refused calls of nobody the row stands for."}}}}}};
}

Entry entry_of(const store::Row& row) {
  return {row.integer("number"),
          row.timestamp("at"),
          row.optional_text("person_id"),
          row.optional_text("person"),
          row.text("remote_address"),
          row.text("operation"),
          row.optional_text("subject"),
          row.optional_text("project_id"),
          row.text("outcome"),
          row.optional_integer("status"),
          row.optional_text("code"),
          row.text("request_id"),
          row.integer("times"),
          row.text("previous"),
          row.text("hash")};
}

std::string hash_of(const Entry& entry) {
  const Json fields = {entry.previous,
                       entry.number,
                       entry.at.us,
                       store::or_null(entry.person_id),
                       store::or_null(entry.person),
                       entry.remote_address,
                       entry.operation,
                       store::or_null(entry.subject),
                       store::or_null(entry.project_id),
                       entry.outcome,
                       store::or_null(entry.status),
                       store::or_null(entry.code),
                       entry.request_id,
                       entry.times};
  const std::string text = fields.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), 64};
}

}  // namespace wyvern::audit
