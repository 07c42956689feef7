#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <unistd.h>

#include <thread>

#include "storage_client.hpp"

namespace wyvern::test {

using namespace std::chrono_literals;

namespace {

// A file system whose server never answers, as a file server that has gone: every call on it hangs until it is let go.
// Needs the rights of an administrator.
class DeadMount {
 public:
  DeadMount() : device_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
    const std::string options = "fd=" + std::to_string(device_) + ",rootmode=40000,user_id=0,group_id=0";
    if (device_ < 0 || ::mount("wyvern-test", folder_.path().c_str(), "fuse", 0, options.c_str()) != 0)
      throw std::runtime_error("this test mounts a file system of its own, which needs root and /dev/fuse");
  }
  ~DeadMount() {
    ::close(device_);  // the calls that hang return with an error
    ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  std::string path() const { return folder_.path(); }

 private:
  ScratchFolder folder_;
  int device_;
};

}  // namespace

TEST(LocalStorageOnADeadMount, A_root_that_hangs_fails_at_the_deadline_with_a_remedy) {
  const ScratchFolder folder;
  const DeadMount dead;
  const auto instance = storage_instance(dead.path() + "/library");
  const auto begun = std::chrono::steady_clock::now();
  const auto error = error_of(instance->prepare(100ms));
  EXPECT_EQ(error.status, WYV_TIMEOUT);
  EXPECT_NE(error.message.find("file server"), std::string::npos) << error.message;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST(LocalStorageOnADeadMount, A_mount_that_dies_below_the_root_holds_no_caller_and_not_the_stop) {
  const ScratchFolder folder;
  put_file(folder / "alive", "x");
  std::filesystem::create_directory(folder / "dead");
  const auto instance = storage_instance(folder.path());
  instance->run();
  StorageClient storage(*instance);
  {
    const DeadMount dead;
    ASSERT_EQ(::mount(dead.path().c_str(), (folder / "dead").c_str(), nullptr, MS_BIND, nullptr), 0);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(error_of(storage.stat("dead/a.mov", 30ms)).status, WYV_TIMEOUT);
    EXPECT_EQ(storage.get("alive"), "x");
    ::umount2((folder / "dead").c_str(), MNT_DETACH);
  }
  EXPECT_TRUE(instance->stop().ok());
}

}  // namespace wyvern::test
