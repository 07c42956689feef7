// The storage instance: its configuration, its lifecycle, and its objects.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "wyvern/storage.hpp"

namespace wyvern::local {

class BlockingCalls;
class RootFolder;

class LocalStorage final : public Storage {
 public:
  LocalStorage(Host host, std::string name, const Json& config);
  ~LocalStorage() override;

  void prepare(const Context& context) override;
  void start(const Context& context) override;
  void drain(const Context& context) override;
  void stop(const Context& context) override;

  StoredObject stat(std::string_view key, const Context& context) override;
  std::vector<StoredObject> list(std::string_view prefix, std::string_view after, std::uint32_t limit,
                                 const Context& context) override;
  std::unique_ptr<StorageReader> open(std::string_view key, std::string_view version, std::uint64_t offset_bytes,
                                      const Context& context) override;
  std::string local_path(std::string_view key, const Context& context) override;
  std::unique_ptr<StorageWriter> create(std::string_view key, const Context& context) override;
  void remove(std::string_view key, const Context& context) override;

 private:
  // What a call needs; kept alive by each call, also when the storage is stopped meanwhile.
  struct Opened {
    std::shared_ptr<const RootFolder> root;
    std::shared_ptr<BlockingCalls> calls;
  };
  enum class Access { read, write, create };

  Opened opened(Access access) const;
  void clean_up(const Opened& opened, const Context& context);

  Host host_;
  std::string name_;
  std::string root_path_;
  bool read_only_;
  mutable std::mutex mutex_;  // guards the rest: calls come from any thread, also during a stop
  Opened opened_;
  bool started_ = false;
  bool draining_ = false;
  std::shared_ptr<std::atomic<bool>> ending_;  // tells the cleaning, which may go on beside the calls
};

}  // namespace wyvern::local
