// A small file system in memory, to be filled.
#pragma once

#include <filesystem>
#include <string>

namespace wyvern::test {

// Mounted on `where`, which is made when it is missing, until the object goes. Without the right to mount, this process
// and its children get a namespace of their own for it; it must have one thread only by then. Throws
// std::runtime_error with the reason.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path where, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return where_; }
  // Takes every byte that is left.
  void fill() const;
  // Gives them back.
  void free() const;

 private:
  std::filesystem::path filling() const { return where_ / "filling"; }

  std::filesystem::path where_;
};

}  // namespace wyvern::test
