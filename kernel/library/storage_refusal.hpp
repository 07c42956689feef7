// How a storage's failure reads in an answer of the API.
#pragma once

#include <string_view>

#include "wyvern/result.hpp"

namespace wyvern::library {

// 400 for a bad key, 404 for what is not there, 504 for a storage that does not answer in time, 503 for one that is
// away, 502 for one that refuses or fails. Throws operations::Refusal.
[[noreturn]] void refuse_for_storage(std::string_view storage, const Error& error);

}  // namespace wyvern::library
