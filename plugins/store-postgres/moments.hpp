// Timestamps as PostgreSQL writes them under DateStyle ISO and TimeZone UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::postgres {

// "2026-01-31 12:00:00.000001+00"; nothing where PostgreSQL knows no such moment. The smallest and the largest number
// are its infinities.
std::optional<std::string> moment_text(std::int64_t microseconds);
// Whether it is such a moment, or one of the infinities.
bool is_moment(std::int64_t microseconds);
// The other way.
std::optional<std::int64_t> moment_of(std::string_view text);

}  // namespace wyvern::postgres
