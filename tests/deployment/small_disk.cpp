#include "small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace wyvern::test {
namespace {

// Root of a namespace of our own, who may mount in it.
bool become_root_of_a_namespace() {
  const auto user = std::to_string(::geteuid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
  return true;
}

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path where, const std::string& size) : where_(std::move(where)) {
  std::filesystem::create_directories(where_);
  const auto options = "size=" + size;
  const auto mount = [&] { return ::mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0; };
  if (mount() || (errno == EPERM && become_root_of_a_namespace() && mount())) return;
  throw std::runtime_error("a small disk cannot be mounted at " + where_.string() + ": " + std::strerror(errno));
}

SmallDisk::~SmallDisk() { ::umount2(where_.c_str(), MNT_DETACH); }

void SmallDisk::fill() const {
  const int file = ::open(filling().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot fill " + where_.string() + ": " + std::strerror(errno));
  const std::vector<char> bytes(65536, 'f');
  std::size_t size = bytes.size();
  while (size > 0) {
    if (::write(file, bytes.data(), size) < 0) size = errno == EINTR ? size : size / 2;
  }
  ::close(file);
}

void SmallDisk::free() const { std::filesystem::remove(filling()); }

}  // namespace wyvern::test
