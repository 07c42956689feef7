#include "local_storage.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "blocking_calls.hpp"
#include "object_key.hpp"
#include "object_listing.hpp"
#include "object_reader.hpp"
#include "object_writer.hpp"
#include "root_folder.hpp"
#include "temporary.hpp"

namespace wyvern::local {

namespace {

// Enough for a worker's parallel reads; as many calls as this may hang before further ones wait in line.
constexpr std::size_t kMostThreads = 16;
constexpr std::chrono::nanoseconds kLongestCleaning = std::chrono::seconds(5);

}  // namespace

LocalStorage::LocalStorage(Host host, std::string name, const Json& config)
    : host_(host),
      name_(std::move(name)),
      root_path_(config.at("root").get<std::string>()),
      read_only_(config.value("read_only", false)) {
  if (root_path_.empty() || root_path_.find('\0') != std::string::npos)
    throw Failure(WYV_INVALID, "config.root", "root: the storage needs a folder");
}

LocalStorage::~LocalStorage() = default;

void LocalStorage::prepare(const Context& context) {
  Opened made;
  made.calls = std::make_shared<BlockingCalls>(kMostThreads);
  made.root = made.calls->run(context, [path = root_path_, writing = !read_only_] {
    return std::make_shared<const RootFolder>(path, writing);
  });
  ending_ = std::make_shared<std::atomic<bool>>(false);
  if (!read_only_) clean_up(made, context);
  const std::lock_guard lock(mutex_);
  opened_ = std::move(made);
}

// A large library is not waited for; the rest is cleaned beside the first calls.
void LocalStorage::clean_up(const Opened& opened, const Context& context) {
  auto removed =
      opened.calls->begin([root = opened.root, ending = ending_] { return remove_abandoned(*root, *ending); });
  if (removed.wait_for(std::min(kLongestCleaning, context.remaining() / 2)) != std::future_status::ready) return;
  const auto count = removed.get();
  if (!count)
    host_.warn("the storage '" + name_ + "' could not look for files that were left half-written",
               {{"root", root_path_}, {"reason", count.error().message}});
  else if (*count > 0)
    host_.info("the storage '" + name_ + "' removed files that were being written when it last ended",
               {{"root", root_path_}, {"files", *count}});
}

void LocalStorage::start(const Context&) {
  const std::lock_guard lock(mutex_);
  started_ = true;
  draining_ = false;
}

void LocalStorage::drain(const Context&) {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

void LocalStorage::stop(const Context&) {
  Opened ended;
  {
    const std::lock_guard lock(mutex_);
    started_ = false;
    std::swap(ended, opened_);
  }
  if (ending_ != nullptr) *ending_ = true;
  if (ended.calls != nullptr) ended.calls->end();
}

LocalStorage::Opened LocalStorage::opened(Access access) const {
  const std::lock_guard lock(mutex_);
  if (!started_) throw Failure(WYV_WRONG_STATE, "storage.not_started", "the storage '" + name_ + "' is not running");
  if (access == Access::create && draining_)
    throw Failure(WYV_WRONG_STATE, "storage.draining", "the storage '" + name_ + "' is being stopped");
  if (access != Access::read && read_only_)
    throw Failure(WYV_DENIED, "storage.read_only", "the storage '" + name_ + "' is configured as read_only");
  return opened_;
}

StoredObject LocalStorage::stat(std::string_view key, const Context& context) {
  check_key(key);
  const auto use = opened(Access::read);
  return use.calls->run(context, [root = use.root, key = std::string(key)] {
    const FileDescriptor found = root->open(key, O_PATH);
    struct stat seen {};
    if (!found) throw not_found(key);
    if (::fstat(found.get(), &seen) != 0) throw io_failure(key, "look at", errno);
    if (!S_ISREG(seen.st_mode)) throw not_found(key);
    return describe(key, seen);
  });
}

std::vector<StoredObject> LocalStorage::list(std::string_view prefix, std::string_view after, std::uint32_t limit,
                                             const Context& context) {
  const auto use = opened(Access::read);
  const auto withdrawn = std::make_shared<std::atomic<bool>>(false);
  const ListingRequest request{std::string(prefix), std::string(after), limit};
  try {
    return use.calls->run(context,
                          [root = use.root, request, withdrawn] { return list_objects(*root, request, *withdrawn); });
  } catch (...) {
    *withdrawn = true;
    throw;
  }
}

std::unique_ptr<StorageReader> LocalStorage::open(std::string_view key, std::string_view version,
                                                  std::uint64_t offset_bytes, const Context& context) {
  check_key(key);
  const auto use = opened(Access::read);
  return use.calls->run(context, [use, key = std::string(key), version = std::string(version), offset_bytes] {
    FileDescriptor file = use.root->open_object(key);
    struct stat seen {};
    if (::fstat(file.get(), &seen) != 0) throw io_failure(key, "look at", errno);
    auto object = describe(key, seen);
    if (!version.empty() && version != object.version)
      throw Failure(WYV_CONFLICT, "storage.changed", "the object '" + key + "' is not the version that was asked for",
                    "it is " + object.version);
    if (offset_bytes > object.size_bytes)
      throw Failure(WYV_INVALID, "storage.offset",
                    "the object '" + key + "' has " + std::to_string(object.size_bytes) +
                        " bytes; reading cannot begin at " + std::to_string(offset_bytes));
    return std::make_unique<ObjectReader>(use.calls, std::move(file), std::move(object), offset_bytes);
  });
}

std::string LocalStorage::local_path(std::string_view key, const Context& context) {
  check_key(key);
  const auto use = opened(Access::read);
  return use.calls->run(context, [root = use.root, key = std::string(key)] {
    const FileDescriptor file = root->open_object(key);
    // Where the links lead now, so that one that is changed later leads nobody out of the root.
    char path[PATH_MAX];
    const auto size = ::readlink(("/proc/self/fd/" + std::to_string(file.get())).c_str(), path, sizeof path);
    if (size <= 0 || size == sizeof path) throw io_failure(key, "find the path of", size < 0 ? errno : ENAMETOOLONG);
    return std::string(path, static_cast<std::size_t>(size));
  });
}

std::unique_ptr<StorageWriter> LocalStorage::create(std::string_view key, const Context& context) {
  check_key(key);
  const auto use = opened(Access::create);
  return use.calls->run(context, [use, key = std::string(key)] {
    return std::make_unique<ObjectWriter>(use.calls, std::make_shared<Temporary>(*use.root, key));
  });
}

void LocalStorage::remove(std::string_view key, const Context& context) {
  check_key(key);
  const auto use = opened(Access::write);
  use.calls->run(context, [root = use.root, key = std::string(key)] {
    const auto [folder, name] = split_key(key);
    const FileDescriptor opened = root->open(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return;
    if (::unlinkat(opened.get(), name.c_str(), 0) != 0) {
      if (errno == ENOENT || errno == EISDIR) return;  // a folder is no object
      throw io_failure(key, "remove", errno);
    }
    if (::fsync(opened.get()) != 0) throw io_failure(key, "remove", errno);
  });
}

}  // namespace wyvern::local
