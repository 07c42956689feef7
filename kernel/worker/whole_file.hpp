// Files that are replaced whole: a reader finds the old text or the new, never a part.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "wyvern/result.hpp"

namespace wyvern::worker {

// process_crash: survives the end of this process. power_loss: is on the disk when the call returns.
enum class Survives { process_crash, power_loss };

Result<void> replace_file(const std::filesystem::path& path, std::string_view text, Survives survives);
std::optional<std::string> read_file(const std::filesystem::path& path);

// WYV_EXHAUSTED "worker.disk_full" when there is no room, WYV_DENIED "worker.disk_refused" for a path that can never
// work, WYV_UNAVAILABLE "worker.disk" for a disk that fails.
Error disk_error(int fault, std::string_view step, const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& directory);

}  // namespace wyvern::worker
