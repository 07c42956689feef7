// The installation's own secret, kept beside its state.
#pragma once

#include <filesystem>
#include <string>

namespace wyvern::app {

// 32 random bytes from `file`, made (0600, whole or not at all) when it is absent. Throws Failure.
std::string state_secret(const std::filesystem::path& file);

// Makes the folder, for this user alone. Throws Failure with the reason.
void make_private_folder(const std::filesystem::path& folder);

}  // namespace wyvern::app
