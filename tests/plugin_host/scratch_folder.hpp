// A folder of a test's own, gone with the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace wyvern::test {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Writes a whole file, and reads one. Throw std::runtime_error.
void put_file(const std::filesystem::path& path, std::string_view content);
std::string get_file(const std::filesystem::path& path);

}  // namespace wyvern::test
