#include "app/state_secret.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "wyvern/result.hpp"

namespace wyvern::app {
namespace {

constexpr std::size_t secret_bytes = 32;

[[noreturn]] void give_up(const std::filesystem::path& file, const char* step) {
  throw Failure(WYV_INTERNAL, "state.secret",
                std::string("cannot ") + step + " " + file.string() + ": " + std::strerror(errno) +
                    "; check the folder's owner and the free space of its disk");
}

}  // namespace

std::string state_secret(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) {
    std::ifstream in(file, std::ios::binary);
    std::string secret((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (secret.size() == secret_bytes) return secret;
    throw Failure(WYV_INVALID, "state.secret",
                  file.string() + " does not hold " + std::to_string(secret_bytes) +
                      " bytes; remove it, and running workers will be started anew");
  }
  std::array<char, secret_bytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  const std::string temporary = file.string() + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) give_up(temporary, "create");
  const bool written =
      ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written) give_up(temporary, "write");
  if (::rename(temporary.c_str(), file.c_str()) != 0) give_up(file, "rename to");
  return {bytes.data(), bytes.size()};
}

void make_private_folder(const std::filesystem::path& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault || !std::filesystem::is_directory(folder)) {
    throw Failure(WYV_INTERNAL, "state.folder",
                  "cannot make the folder " + folder.string() + ": " +
                      (fault ? fault.message() : "something else has that name") +
                      "; set state_dir to one that this user may write");
  }
  (void)::chmod(folder.c_str(), 0700);
}

}  // namespace wyvern::app
