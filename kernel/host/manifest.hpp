// The manifest of a plugin, read from the file without running a line of it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "wyvern/result.hpp"

namespace wyvern::host {

using Json = nlohmann::json;

inline constexpr std::size_t manifest_size_limit = std::size_t{1} << 20;  // bytes
inline constexpr int manifest_depth_limit = 64;

// From the ELF section .wyvern.manifest of a shared object for this machine. Checked: every fault names the field.
Result<Json> read_manifest(const std::filesystem::path& library);

// The same checks for a manifest's text: size, depth, JSON, the manifest's schema, the ABI that this kernel loads.
Result<Json> parse_manifest(std::string_view text);

// The JSON schema that every manifest meets.
const Json& manifest_schema();

}  // namespace wyvern::host
