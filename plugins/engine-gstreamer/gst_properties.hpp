// Properties of elements, from and to the JSON of a rendered output.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace wyvern::feeder {

// Converts as gst-launch does: numbers, enumerations and flags by text. Throws wyvern::Failure naming the property,
// never its value, which may be a secret.
void set_property(GstElement* element, const std::string& name, const nlohmann::json& value);
bool has_property(GstElement* element, const char* name);

// A number behind a path such as "stats.bytes-sent-total": a property, then fields of its structure. When the field is
// missing at the top, it is summed over the structures of an array inside ("callers" of a listening srtsink).
std::optional<std::int64_t> read_number(GstElement* element, const std::string& path);
// The length of an array behind such a path; none when there is no such array.
std::optional<std::int64_t> read_count(GstElement* element, const std::string& path);

}  // namespace wyvern::feeder
