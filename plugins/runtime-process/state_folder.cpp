#include "state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace wyvern::process {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "workload.json";
// A controller that was killed while it started a workload leaves its lock to the half-started child for a moment.
constexpr int kLockAttempts = 100;
constexpr timespec kLockPause{0, 10'000'000};

Failure cannot(const std::string& doing, const std::string& path, int error) {
  const std::string what = "cannot " + doing + " '" + path + "': " + std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    return {WYV_EXHAUSTED, "runtime.full", what + "; free some space"};
  return {WYV_DENIED, "runtime.state_dir", what + "; check state_dir and that this user may write there"};
}

void sync_folder(const std::string& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) throw cannot("write", path, errno);
}

void make_private_folders(const fs::path& path) {
  fs::path part;
  for (const auto& name : path) {
    part /= name;
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) throw cannot("make the folder", part, errno);
  }
  std::error_code error;
  if (!fs::is_directory(path, error)) throw cannot("make the folder", path, ENOTDIR);
}

}  // namespace

StateFolder::StateFolder(const std::string& path, const Context& context)
    : path_(fs::absolute(path).lexically_normal().string()), workloads_(path_ + "/workloads") {
  make_private_folders(workloads_);
  lock(context);
}

void StateFolder::lock(const Context& context) {
  const std::string path = path_ + "/lock";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) throw cannot("make", path, errno);
  for (int attempt = 0; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK) throw cannot("lock", path, errno);
    if (attempt < kLockAttempts && !context.expired() && !context.cancelled()) {
      nanosleep(&kLockPause, nullptr);
      continue;
    }
    char holder[32] = {};
    const auto size = ::pread(file.get(), holder, sizeof holder - 1, 0);
    throw Failure(WYV_CONFLICT, "runtime.in_use",
                  "the state_dir '" + path_ + "' is in use by process " + (size > 0 ? holder : "?") +
                      "; stop that wyvernd, or give this one a state_dir of its own",
                  path);
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), pid.data(), pid.size(), 0) < 0)
    throw cannot("write", path, errno);
  lock_ = std::move(file);
}

std::vector<Workload> StateFolder::load(std::vector<std::string>& unreadable) const {
  std::vector<Workload> found;
  for (const auto& entry : fs::directory_iterator(workloads_)) {
    const std::string handle = entry.path().filename().string();
    std::ifstream file(entry.path() / kRecord);
    if (!file) {  // its folder was made, its record was not written: nothing was started
      remove(handle);
      continue;
    }
    try {
      auto workload = Workload::from_record(Json::parse(file));
      if (workload.handle != handle) throw Failure(WYV_INVALID, "runtime.record", "the record is another workload's");
      if (workload.process.pid == 0)
        remove(handle);  // whatever was forked for it has ended: it was never let go
      else
        found.push_back(std::move(workload));
    } catch (const std::exception&) {
      unreadable.push_back(entry.path().string());
    }
  }
  return found;
}

std::string StateFolder::make_folder(const std::string& handle) const {
  const std::string path = folder_of(handle);
  if (::mkdir(path.c_str(), 0700) != 0) throw cannot("make the folder", path, errno);
  sync_folder(workloads_);
  return path;
}

void StateFolder::save(const Workload& workload) const {
  const std::string folder = folder_of(workload.handle);
  const std::string path = folder + "/" + kRecord;
  const std::string fresh = path + ".new";
  const std::string text = workload.for_record().dump(2, ' ', false, Json::error_handler_t::replace);
  {
    const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) throw cannot("write", fresh, errno);
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written < 0) throw cannot("write", fresh, errno);
    if (static_cast<std::size_t>(written) < text.size()) throw cannot("write", fresh, ENOSPC);
    if (::fsync(file.get()) != 0) throw cannot("write", fresh, errno);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) throw cannot("write", path, errno);
  sync_folder(folder);
}

void StateFolder::remove(const std::string& handle) const noexcept {
  std::error_code ignored;
  // The record last: a folder that is half gone is still found, and ended.
  for (const char* name : {"log.1", "log", "workload.json.new", kRecord})
    fs::remove(fs::path(folder_of(handle)) / name, ignored);
  fs::remove(folder_of(handle), ignored);
}

}  // namespace wyvern::process
