// What a file is, by its bytes: the key under which verdicts about a plugin are kept.
#pragma once

#include <filesystem>
#include <string>

#include "wyvern/result.hpp"

namespace wyvern::host {

// BLAKE2b with 32 bytes, in hexadecimal.
Result<std::string> content_hash(const std::filesystem::path& file);

// Which build of the kernel this program is: its ELF build id, or else the hash of the program. Computed once.
const std::string& kernel_build_id();

}  // namespace wyvern::host
