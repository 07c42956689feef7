// A section of a shared object, by name, without loading it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "wyvern/result.hpp"

namespace wyvern::host {

// The bytes of a section of a shared object for this machine. Reads only the headers and that section; whatever the
// file holds, it fails with a reason rather than reading beyond it.
Result<std::string> read_elf_section(const std::filesystem::path& library, std::string_view section, std::size_t limit);

}  // namespace wyvern::host
