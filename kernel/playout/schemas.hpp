// The shapes that the room's operations take and give, for checking and for documents.
#pragma once

#include <nlohmann/json.hpp>

namespace wyvern::playout::schemas {

nlohmann::json uuid();
nlohmann::json nullable(nlohmann::json schema);
nlohmann::json list_of(nlohmann::json schema);
// {"properties": {"id": uuid}, "required": ["id"]}: what an operation on one thing takes at the least.
nlohmann::json with_id(nlohmann::json further_properties = nlohmann::json::object(),
                       nlohmann::json further_required = nlohmann::json::array());

nlohmann::json channel();
nlohmann::json playlist();
nlohmann::json item();
nlohmann::json as_run();
nlohmann::json deleted();

}  // namespace wyvern::playout::schemas
