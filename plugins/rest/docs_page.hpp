// The API's documentation as a page: made from the OpenAPI document, without scripts, so that it needs nothing else.
#pragma once

#include <string>

#include "wyvern/plugin.hpp"

namespace wyvern::rest {

// `document` as openapi() made it; `style` is where the page finds its style sheet.
std::string docs_page(const Json& document, const std::string& style);
// The style sheet.
std::string_view docs_style();
// What the page may load: its style sheet, and nothing else.
inline constexpr std::string_view docs_security_policy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace wyvern::rest
