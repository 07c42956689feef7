// The file of the database: made for this user alone, and held against a second controller.
#pragma once

#include <string>

#include "wyvern/plugin.hpp"

namespace wyvern::sqlite {

class DatabaseFile {
 public:
  // Makes the folder (0700) and the file (0600) when they are missing, and takes the lock. Throws with a remedy.
  DatabaseFile(const std::string& path, const Context& context);
  ~DatabaseFile();
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  // Absolute, without symbolic links.
  const std::string& path() const { return path_; }

 private:
  void make(const std::string& path);
  void lock(const Context& context);

  std::string path_;
  int lock_ = -1;  // a file beside the database: closing any descriptor of the database would drop SQLite's own locks
};

}  // namespace wyvern::sqlite
