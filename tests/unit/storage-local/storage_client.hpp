// A storage as its callers use it, through the C table.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "plugin_host/plugin_instance.hpp"
#include "plugin_host/scratch_folder.hpp"
#include "wyvern/abi/storage.h"

namespace wyvern::test {

const PluginLibrary& storage_plugin();
// Created, not prepared.
std::unique_ptr<PluginInstance> storage_instance(const std::string& root, bool read_only = false);

class ReaderClient {
 public:
  ReaderClient(const wyv_storage_v1* table, wyv_reader* raw) : table_(table), raw_(raw) {}
  ReaderClient(ReaderClient&& other) noexcept : table_(other.table_), raw_(std::exchange(other.raw_, nullptr)) {}
  ~ReaderClient() {
    if (raw_ != nullptr) table_->close_reader(raw_);
  }
  // An empty text is the end.
  Result<std::string> read(std::size_t most, std::chrono::nanoseconds timeout = kPatience);
  Result<std::string> read_all(std::size_t piece = 65536);

 private:
  const wyv_storage_v1* table_;
  wyv_reader* raw_;
};

class WriterClient {
 public:
  WriterClient(const wyv_storage_v1* table, wyv_writer* raw) : table_(table), raw_(raw) {}
  WriterClient(WriterClient&& other) noexcept : table_(other.table_), raw_(std::exchange(other.raw_, nullptr)) {}
  ~WriterClient() { abandon(); }
  Result<void> write(std::string_view bytes);
  Result<void> commit(std::chrono::nanoseconds timeout = kPatience, const std::atomic<bool>* cancelled = nullptr);
  void abandon();

 private:
  const wyv_storage_v1* table_;
  wyv_writer* raw_;
};

class StorageClient {
 public:
  explicit StorageClient(const PluginInstance& instance)
      : table_(instance.table<wyv_storage_v1>(WYV_STORAGE_SERVICE)), raw_(instance.raw()) {}

  Result<Json> stat(std::string_view key, std::chrono::nanoseconds timeout = kPatience);
  Result<Json> list(std::string_view prefix = {}, std::string_view after = {}, std::uint32_t limit = 1000);
  Result<std::vector<std::string>> keys(std::string_view prefix = {}, std::string_view after = {},
                                        std::uint32_t limit = 1000);
  Result<ReaderClient> open(std::string_view key, std::string_view version = {}, std::uint64_t offset = 0);
  Result<std::string> local_path(std::string_view key);
  Result<WriterClient> create(std::string_view key);
  Result<void> remove(std::string_view key);
  // Writes, or reads, a whole object; throw Failure.
  void put(std::string_view key, std::string_view content);
  std::string get(std::string_view key);

 private:
  const wyv_storage_v1* table_;
  wyv_instance* raw_;
};

// A started storage on a folder of its own.
class LocalStorageTest : public testing::Test {
 protected:
  LocalStorageTest() : instance_(storage_instance(root())), storage_(*instance_) { instance_->run(); }

  std::string root() const { return folder_.path() / "root"; }
  std::string in_root(std::string_view name) const { return root() + "/" + std::string(name); }
  const ScratchFolder& folder() const { return folder_; }
  // What stands below the root, temporaries too.
  std::vector<std::string> files() const;

  struct Root : ScratchFolder {
    Root() { std::filesystem::create_directory(path() / "root"); }
  };
  Root folder_;
  std::unique_ptr<PluginInstance> instance_;
  StorageClient storage_;
};

template <class T>
Error error_of(const Result<T>& result) {
  if (!result.ok()) return result.error();
  ADD_FAILURE() << "this should have failed";
  return {WYV_OK, "", "", "", false};
}

}  // namespace wyvern::test
