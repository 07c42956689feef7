// Processes of this machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

std::string content_of(const std::filesystem::path& path);
// The last bytes of it, at most so many.
std::string end_of(const std::filesystem::path& path, std::uint64_t most);

// When a process began, in ticks of the machine; empty when it has ended. Its number alone may be another's by now.
std::string beginning_of(pid_t pid);

// Starts a program as the leader of a session, with its log for what it prints and nothing of ours. Throws.
pid_t spawn(std::vector<std::string> arguments, const std::map<std::string, std::string>& variables,
            const std::string& directory, const std::string& log);
