// The records on the disk: <state_dir>/workloads/<handle>/workload.json, and beside it the log.
#pragma once

#include <string>
#include <vector>

#include "workload.hpp"
#include "wyvern/file_descriptor.hpp"

namespace wyvern::process {

class StateFolder {
 public:
  // Makes it (0700) when it is missing, and holds it against a second controller. Throws with a remedy.
  StateFolder(const std::string& path, const Context& context);

  // The records of earlier controllers. Folders in which nothing was started yet are removed; `unreadable` gets the
  // names of those whose record is damaged, which are left alone.
  std::vector<Workload> load(std::vector<std::string>& unreadable) const;

  // Makes a workload's folder. Throws.
  std::string make_folder(const std::string& handle) const;
  std::string folder_of(const std::string& handle) const { return workloads_ + "/" + handle; }
  // Replaces the record as a whole. It is on the disk when this returns. Throws.
  void save(const Workload& workload) const;
  void remove(const std::string& handle) const noexcept;

 private:
  void lock(const Context& context);

  std::string path_;
  std::string workloads_;
  FileDescriptor lock_;
};

}  // namespace wyvern::process
