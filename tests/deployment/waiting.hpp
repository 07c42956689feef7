// Waiting for what happens outside of the test: changes of files, ends of processes, and states that nothing announces.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace wyvern::test {

// Looks at `holds` until it is true; false when the deadline passed first. Only for what no event tells of: the state
// of another process, of a library. Everything else has something better to wait for.
bool await(const std::function<bool()>& holds, std::chrono::milliseconds deadline = std::chrono::seconds(20));

// Waits for a child's end and reaps it. Its status as of waitpid(2); nothing when the deadline passed first.
std::optional<int> await_end(pid_t child, std::chrono::milliseconds deadline);

// The changes of the files in a folder, from its construction on.
class FolderWatch {
 public:
  explicit FolderWatch(const std::filesystem::path& folder);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Looks at `holds` now, after each change, and at the end of `process`, which ends the wait too; 0: of none.
  // What it said last.
  bool await(const std::function<bool()>& holds, std::chrono::milliseconds deadline, pid_t process = 0) const;

 private:
  int changes_;
};

std::string read_file(const std::filesystem::path& path);

}  // namespace wyvern::test
