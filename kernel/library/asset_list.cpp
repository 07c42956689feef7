#include "library/asset_list.hpp"

namespace wyvern::library {
namespace {

std::string containing(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern + "%";
}

}  // namespace

std::vector<Asset> list_assets(store::Session& session, const AssetQuery& query) {
  std::vector<store::Parameter> parameters;
  const auto bind = [&](const store::Parameter& value) {
    parameters.push_back(value);
    return "$" + std::to_string(parameters.size());
  };
  const auto pattern = containing(query.text.value_or(""));
  std::string where = "WHERE 1 = 1";
  if (query.text) where += " AND LOWER(a.filename) LIKE LOWER(" + bind(pattern) + ") ESCAPE '\\'";
  if (query.status) where += " AND a.status = " + bind(*query.status);
  if (query.project_id) where += " AND a.project_id = " + bind(*query.project_id);
  if (!query.every_project) {
    std::string allowed = query.without_project ? "a.project_id IS NULL" : "1 = 0";
    for (const auto& project : query.projects) allowed += " OR a.project_id = " + bind(project);
    where += " AND (" + allowed + ")";
  }
  const operations::Order newest_first{"assets a", {"a.created_at", "a.id"}, true};
  const auto statement = std::string(asset_select) + where + query.page.tail(session, newest_first, parameters);
  std::vector<Asset> assets;
  session.execute(statement, parameters.data(), parameters.size(),
                  [&](const store::Row& row) { assets.push_back(read_asset(row)); });
  return assets;
}

}  // namespace wyvern::library
