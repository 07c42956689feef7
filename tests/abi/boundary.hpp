// The boundary compared with its past: what abi-dumper records and abi-compliance-checker says, judged by
// sdk/VERSIONING.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace wyvern::test {

// What the headers in `include` changed since `record` (of tools/abi-dump) and may not have: a line each, which names
// the type and both states. What may be appended is not among them: enumerators, structures, and fields at the end of a
// structure that has a struct_size. Throws std::runtime_error with the tools' words when they fail.
std::vector<std::string> breaks_since(const std::filesystem::path& record, const std::filesystem::path& include);

}  // namespace wyvern::test
