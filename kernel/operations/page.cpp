#include "operations/page.hpp"

namespace wyvern::operations {
namespace {

std::string joined(const std::vector<std::string_view>& columns, std::string_view behind_each = {}) {
  std::string all;
  for (const auto column : columns) all.append(all.empty() ? "" : ", ").append(column).append(behind_each);
  return all;
}

}  // namespace

std::string Order::sql() const { return " ORDER BY " + joined(columns, descending ? " DESC" : ""); }

Json Page::properties(std::int64_t usual_limit) {
  return {{"limit", {{"type", "integer"}, {"minimum", 1}, {"maximum", most}, {"default", usual_limit}}},
          {"after",
           {{"type", "string"}, {"format", "uuid"}, {"description", "The id of the last one of the page before."}}}};
}

Page::Page(const Call& call, std::int64_t usual_limit) : limit_(call.input.value("limit", usual_limit)) {
  if (call.has("after")) after_ = call.text("after");
}

std::string Page::behind(store::Session& session, const Order& order,
                         std::vector<store::Parameter>& parameters) const& {
  if (!after_) return {};
  const std::string id(order.columns.back());
  const std::string from(order.from);
  const bool there = session
                         .first("SELECT 1 AS there FROM " + from + " WHERE " + id + " = $1", {*after_},
                                [](const store::Row&) { return true; })
                         .has_value();
  if (!there) {
    throw Refusal(400, "page.after",
                  "after names nothing that is in this list (any more): " + *after_ + "; begin with its first page");
  }
  parameters.emplace_back(*after_);
  const std::string columns = joined(order.columns);
  return " AND (" + columns + ")" + (order.descending ? " < " : " > ") + "(SELECT " + columns + " FROM " + from +
         " WHERE " + id + " = $" + std::to_string(parameters.size()) + ")";
}

std::string Page::tail(store::Session& session, const Order& order, std::vector<store::Parameter>& parameters) const& {
  std::string sql = behind(session, order, parameters) + order.sql();
  parameters.emplace_back(limit_);
  return sql + " LIMIT $" + std::to_string(parameters.size());
}

}  // namespace wyvern::operations
