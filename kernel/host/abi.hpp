// Which plugins this kernel loads, by the version of the boundary that they were built with (sdk/VERSIONING.md).
#pragma once

#include <cstdint>
#include <string>

#include "wyvern/abi/base.h"
#include "wyvern/result.hpp"

namespace wyvern::host {

struct Abi {
  std::uint64_t major;
  std::uint64_t minor;
  bool operator==(const Abi&) const = default;
};

inline constexpr Abi kernel_abi{WYV_ABI_MAJOR, WYV_ABI_MINOR};

std::string to_string(Abi);

// The majors N and N-1, and of N no minor beyond the kernel's own. `where` names the field in the reason.
Result<void> check_abi(Abi plugin, const std::string& where, Abi kernel = kernel_abi);

// A service whose name ends in "/0" is a draft, which may change with every minor: who provides or requires it is built
// for exactly the kernel's. `where` names the field in the reason.
Result<void> check_draft(const std::string& service, Abi plugin, const std::string& where, Abi kernel = kernel_abi);

}  // namespace wyvern::host
