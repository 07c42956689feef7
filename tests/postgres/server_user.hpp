// PostgreSQL refuses to run as root: tests that do give its processes and files to another.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace wyvern::test {

class ServerUser {
 public:
  ServerUser();
  // Gives a tree of files to the user.
  void own(const std::filesystem::path& tree) const;
  // Turns this process into one of the user: between fork and exec.
  void become() const;

 private:
  bool other_ = false;
  uid_t user_ = 0;
  gid_t group_ = 0;
};

}  // namespace wyvern::test
