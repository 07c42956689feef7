// Secrets in an output's configuration: fields that the plugin's schema marks with x-secret. They are stored and
// rendered, and never shown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::playout {

// `config` with "(secret)" in place of every secret, at every depth of the schema's properties.
nlohmann::json without_secrets(const nlohmann::json& schema, nlohmann::json config);

// The names of the schema's secrets, at every depth, each as it stands in JSON text: text without any of them shows
// none.
std::vector<std::string> secret_names_in(const nlohmann::json& schema);

// `given` with the earlier value wherever a secret comes back as it was shown, so that an edit need not know it.
nlohmann::json with_kept_secrets(const nlohmann::json& schema, nlohmann::json given, const nlohmann::json& earlier);

}  // namespace wyvern::playout
