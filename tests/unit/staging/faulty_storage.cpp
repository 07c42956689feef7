#include "faulty_storage.hpp"

#include <algorithm>
#include <chrono>

namespace wyvern::test {

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++arrived_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

bool Gate::wait_for_arrivals(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return arrived_ >= count; });
}

class FaultyStorage::Instance final : public Storage {
 public:
  explicit Instance(FaultyStorage& owner) : owner_(owner) {}

  StoredObject stat(std::string_view key, const Context&) override {
    const std::string name(key);
    if (owner_.before_stat) owner_.before_stat(name);
    const auto object = owner_.find(name);
    return {name, object.said_size == UINT64_MAX ? object.bytes.size() : object.said_size, object.version, 0};
  }
  std::vector<StoredObject> list(std::string_view, std::string_view, std::uint32_t, const Context&) override {
    return {};
  }
  std::unique_ptr<StorageReader> open(std::string_view key, std::string_view version, std::uint64_t offset,
                                      const Context&) override {
    const std::string name(key);
    owner_.find(name, version);
    return std::make_unique<Reader>(owner_, name, std::string(version), offset);
  }
  std::unique_ptr<StorageWriter> create(std::string_view, const Context&) override {
    throw Failure(WYV_UNSUPPORTED, "storage.read_only", "the faulty storage is not written to");
  }
  void remove(std::string_view, const Context&) override {}

 private:
  class Reader final : public StorageReader {
   public:
    Reader(FaultyStorage& owner, std::string key, std::string version, std::uint64_t offset)
        : owner_(owner), key_(std::move(key)), version_(std::move(version)), offset_(offset) {}
    std::size_t read(std::span<char> buffer, const Context&) override {
      if (owner_.before_read) owner_.before_read(key_, offset_);
      const auto object = owner_.find(key_, version_);
      const auto left = object.bytes.size() - std::min<std::size_t>(object.bytes.size(), offset_);
      const auto count = std::min({buffer.size(), left, owner_.piece_bytes});
      std::copy_n(object.bytes.data() + offset_, count, buffer.data());
      offset_ += count;
      return count;
    }

   private:
    FaultyStorage& owner_;
    std::string key_;
    std::string version_;
    std::uint64_t offset_;
  };

  FaultyStorage& owner_;
};

FaultyStorage::FaultyStorage() { cell_.instance = std::make_unique<Instance>(*this); }
FaultyStorage::~FaultyStorage() = default;

staging::StorageAccess FaultyStorage::access(std::string name) {
  return {std::move(name), &detail::StorageTable::table, reinterpret_cast<wyv_instance*>(&cell_)};
}

void FaultyStorage::put(const std::string& key, Object object) {
  const std::lock_guard lock(mutex_);
  objects_[key] = std::move(object);
}

void FaultyStorage::erase(const std::string& key) {
  const std::lock_guard lock(mutex_);
  objects_.erase(key);
}

FaultyStorage::Object FaultyStorage::find(const std::string& key, std::string_view version) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) throw Failure(WYV_NOT_FOUND, "storage.not_found", "there is no object '" + key + "'");
  if (!version.empty() && found->second.version != version) {
    throw Failure(WYV_CONFLICT, "storage.changed", "'" + key + "' is another version now");
  }
  return found->second;
}

}  // namespace wyvern::test
