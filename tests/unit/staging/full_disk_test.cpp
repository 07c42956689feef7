// A disk that is full, as a small file system in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>

#include "faulty_storage.hpp"
#include "room.hpp"

namespace wyvern::staging {
namespace {

namespace fs = std::filesystem;

class SmallDisk {
 public:
  SmallDisk(fs::path where, const std::string& size) : where_(std::move(where)) {
    fs::create_directories(where_);
    const auto options = "size=" + size;
    const auto mount = [&] { return ::mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0; };
    // Without the right to mount, in a namespace of one's own.
    mounted_ = mount() || (errno == EPERM && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && mount());
    reason_ = mounted_ ? "" : std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& reason() const { return reason_; }

 private:
  fs::path where_;
  bool mounted_;
  std::string reason_;
};

struct FullDiskTest : testing::Test {
  test::ScratchFolder folder;
  fs::path cache = folder.path() / "cache";
  SmallDisk disk{cache, "20m"};
  test::Database database{folder.path()};
  test::FaultyStorage storage;
  Settings settings;

  void SetUp() override {
    ASSERT_TRUE(disk.mounted()) << "a tmpfs cannot be mounted: " << disk.reason();
    settings.cache_dir = cache;
  }
  std::unique_ptr<Staging> room() {
    return std::make_unique<Staging>(Staging::Parts{
        .store = database.store, .events = database.log, .settings = settings, .storages = {storage.access()}});
  }
  std::string asset(const std::string& key, std::size_t size) {
    storage.put(key, {.bytes = std::string(size, 'x')});
    return database.add_asset("faulty", key);
  }
  std::string stage(Staging& staging, const std::string& id) {
    database.store.write([&](store::Session& session) { staging.request(session, id); });
    staging.queue().work_once("stage");
    return database
        .text("SELECT status || ': ' || COALESCE(error_message, '') AS s FROM media_cache WHERE asset_id = $1", {id})
        .value_or("");
  }
};

TEST_F(FullDiskTest, IsFoundBeforeACopyBeginsAndNamesDiskAndBytes) {
  const auto staging = room();
  const auto said = stage(*staging, asset("big.mxf", 10'000'000));
  EXPECT_THAT(said, testing::StartsWith("error: the disk of the media cache (" + cache.string() +
                                        ") is full: 'big.mxf' needs 10000000 bytes and "));
  EXPECT_THAT(said, testing::HasSubstr("make room there"));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache), {}), 1);  // the lock alone
  // And what fits is staged.
  EXPECT_EQ(stage(*staging, asset("small.mxf", 1'000'000)), "ready: ");
}

TEST_F(FullDiskTest, MakesRoomByThrowingOutWhatNobodyRefersTo) {
  const auto staging = room();
  const auto old = asset("old.mxf", 3'000'000);
  EXPECT_EQ(stage(*staging, old), "ready: ");
  EXPECT_EQ(stage(*staging, asset("new.mxf", 3'000'000)), "ready: ");
  EXPECT_FALSE(fs::exists(cache / (old + ".mxf")));
}

TEST_F(FullDiskTest, TwoCopiesAtTheSameTimeCannotPromiseThemselvesTheSameRoom) {
  const auto staging = room();
  const auto free = staging->directory().free_bytes();
  const auto first = staging->cache().make_room(store::new_uuid(), "first", free - 1000);
  EXPECT_THROW(staging->cache().make_room(store::new_uuid(), "second", 2000), Failure);
  EXPECT_NO_THROW(staging->cache().make_room(store::new_uuid(), "third", 1000));
}

}  // namespace
}  // namespace wyvern::staging
