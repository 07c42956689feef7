#include "server_user.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <stdexcept>

namespace wyvern::test {

ServerUser::ServerUser() {
  if (::geteuid() != 0) return;
  other_ = true;
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = ::getpwnam(name)) {
      user_ = entry->pw_uid;
      group_ = entry->pw_gid;
      return;
    }
  }
  throw std::runtime_error("PostgreSQL does not run as root, and there is no user postgres or nobody");
}

void ServerUser::own(const std::filesystem::path& tree) const {
  if (!other_) return;
  const auto give = [this](const std::filesystem::path& file) {
    if (::lchown(file.c_str(), user_, group_) != 0) throw std::runtime_error("chown " + file.string());
  };
  give(tree);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree)) give(entry.path());
}

void ServerUser::become() const {
  if (!other_) return;
  if (::setgroups(0, nullptr) != 0 || ::setgid(group_) != 0 || ::setuid(user_) != 0) ::_exit(126);
}

}  // namespace wyvern::test
