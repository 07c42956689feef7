// Keeps media in memory. The contract of each function is in wyvern/abi/storage.h.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/storage.hpp"

namespace {

using wyvern::Context;
using wyvern::Failure;

struct Object {
  std::shared_ptr<const std::string> content;  // readers keep what they have opened
  std::uint64_t version;
  std::int64_t modified_us;
};

class Reader final : public wyvern::StorageReader {
 public:
  Reader(std::shared_ptr<const std::string> content, std::uint64_t offset)
      : content_(std::move(content)), at_(static_cast<std::size_t>(offset)) {}
  std::size_t read(std::span<char> buffer, const Context&) override {
    const auto count = std::min(buffer.size(), content_->size() - at_);
    std::copy_n(content_->data() + at_, count, buffer.data());
    at_ += count;
    return count;
  }

 private:
  const std::shared_ptr<const std::string> content_;
  std::size_t at_;
};

class Writer final : public wyvern::StorageWriter {
 public:
  using Keep = std::function<void(std::string content)>;
  Writer(std::uint64_t most_bytes, Keep keep) : most_bytes_(most_bytes), keep_(std::move(keep)) {}
  void write(std::string_view bytes, const Context&) override {
    if (content_.size() + bytes.size() > most_bytes_)
      throw Failure(WYV_EXHAUSTED, "storage.full", "the object is larger than this storage; raise most_bytes");
    content_ += bytes;
  }
  void commit(const Context&) override { keep_(std::move(content_)); }

 private:
  const std::uint64_t most_bytes_;
  const Keep keep_;
  std::string content_;
};

class MemoryStorage final : public wyvern::Storage {
 public:
  // `config` has been checked against the manifest's schema, and has its defaults.
  MemoryStorage(wyvern::Host, std::string, const wyvern::Json& config)
      : most_bytes_(config.at("most_bytes").get<std::uint64_t>()) {}

  wyvern::StoredObject stat(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    return describe(key, find(key));
  }
  std::vector<wyvern::StoredObject> list(std::string_view prefix, std::string_view after, std::uint32_t limit,
                                         const Context&) override {
    const std::lock_guard lock(mutex_);
    std::vector<wyvern::StoredObject> found;
    for (auto at = objects_.lower_bound(prefix); at != objects_.end() && found.size() < limit; ++at) {
      if (!at->first.starts_with(prefix)) break;
      if (at->first > after) found.push_back(describe(at->first, at->second));
    }
    return found;
  }
  std::unique_ptr<wyvern::StorageReader> open(std::string_view key, std::string_view version, std::uint64_t offset,
                                              const Context&) override {
    const std::lock_guard lock(mutex_);
    const auto& object = find(key);
    if (!version.empty() && version != std::to_string(object.version))
      throw Failure(WYV_CONFLICT, "storage.changed", "'" + std::string(key) + "' has changed meanwhile");
    if (offset > object.content->size())
      throw Failure(WYV_INVALID, "storage.offset", "'" + std::string(key) + "' ends before that offset");
    return std::make_unique<Reader>(object.content, offset);
  }
  std::unique_ptr<wyvern::StorageWriter> create(std::string_view key, const Context&) override {
    check_key(key);
    return std::make_unique<Writer>(most_bytes_, [this, name = std::string(key)](std::string content) {
      using namespace std::chrono;
      const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
      const std::lock_guard lock(mutex_);
      objects_[name] = {std::make_shared<const std::string>(std::move(content)), ++last_version_, now};
    });
  }
  void remove(std::string_view key, const Context&) override {
    check_key(key);
    const std::lock_guard lock(mutex_);
    if (const auto at = objects_.find(key); at != objects_.end()) objects_.erase(at);
  }

 private:
  static void check_key(std::string_view key) {
    bool good = !key.empty() && key[0] != '/';
    for (std::size_t begin = 0; begin <= key.size(); begin = key.find('/', begin) + 1) {
      if (key.substr(begin, key.find('/', begin) - begin) == "..") good = false;
      if (key.find('/', begin) == std::string_view::npos) break;
    }
    for (const char c : key) good = good && static_cast<unsigned char>(c) >= 0x20;
    if (!good) throw Failure(WYV_INVALID, "storage.bad_key", "'" + std::string(key) + "' is no key");
  }
  const Object& find(std::string_view key) const {
    check_key(key);
    const auto at = objects_.find(key);
    if (at == objects_.end())
      throw Failure(WYV_NOT_FOUND, "storage.not_found", "there is no object '" + std::string(key) + "'");
    return at->second;
  }
  static wyvern::StoredObject describe(std::string_view key, const Object& object) {
    return {std::string(key), object.content->size(), std::to_string(object.version), object.modified_us};
  }

  const std::uint64_t most_bytes_;  // of one object
  std::mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;
  std::uint64_t last_version_ = 0;
};

}  // namespace

WYVERN_PLUGIN(MemoryStorage)
