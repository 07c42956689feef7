// The second factor: time-based one-time codes (RFC 6238 with SHA-1, 30 s, six digits) and recovery codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyvern::identity {

// 160 random bits in base32, as authenticators take them.
std::string new_totp_secret();
// For an authenticator's camera.
std::string totp_uri(std::string_view secret, std::string_view person);

// The step of a moment, in seconds since 1970.
constexpr std::int64_t totp_step(std::int64_t unix_seconds) { return unix_seconds / 30; }
std::string totp_code(std::string_view secret, std::int64_t step);
// The step, of now and one to either side, whose code this is; only after `last`, so that a code works once.
std::optional<std::int64_t> matching_step(std::string_view secret, std::string_view code, std::int64_t now,
                                          std::int64_t last);

// Four groups of letters and digits with 80 random bits. Stored as hash_of_recovery_code says.
std::string new_recovery_code();
// Of the code without dashes, in capitals: people type.
std::string hash_of_recovery_code(std::string_view code);

}  // namespace wyvern::identity
