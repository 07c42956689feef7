#include "storage_client.hpp"

#include <algorithm>

namespace wyvern::test {

const PluginLibrary& storage_plugin() {
  static const PluginLibrary library("storage-local");
  return library;
}

std::unique_ptr<PluginInstance> storage_instance(const std::string& root, bool read_only) {
  return PluginInstance::create(storage_plugin(), "storage", {{"root", root}, {"read_only", read_only}}).or_throw();
}

Result<std::string> ReaderClient::read(std::size_t most, std::chrono::nanoseconds timeout) {
  Call call(timeout);
  std::string bytes(most, '\0');
  std::uint64_t count = 0;
  const wyv_status status = table_->read(raw_, bytes.data(), bytes.size(), &count, call.context());
  if (status != WYV_OK) return call.error(status);
  bytes.resize(count);
  return bytes;
}

Result<std::string> ReaderClient::read_all(std::size_t piece) {
  std::string all;
  for (;;) {
    auto bytes = read(piece);
    if (!bytes.ok()) return bytes;
    if (bytes->empty()) return all;
    all += *bytes;
  }
}

Result<void> WriterClient::write(std::string_view bytes) {
  Call call(kPatience);
  return call.result(table_->write(raw_, view(bytes), call.context()));
}

Result<void> WriterClient::commit(std::chrono::nanoseconds timeout, const std::atomic<bool>* cancelled) {
  Call call(timeout, cancelled);
  return call.result(table_->commit(std::exchange(raw_, nullptr), call.context()));
}

void WriterClient::abandon() {
  if (raw_ != nullptr) table_->abandon(std::exchange(raw_, nullptr));
}

Result<Json> StorageClient::stat(std::string_view key, std::chrono::nanoseconds timeout) {
  Call call(timeout);
  auto answer = call_for_text(call, table_->stat, raw_, view(key));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<Json> StorageClient::list(std::string_view prefix, std::string_view after, std::uint32_t limit) {
  Call call(kPatience);
  auto answer = call_for_text(call, table_->list, raw_, view(prefix), view(after), limit);
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<std::vector<std::string>> StorageClient::keys(std::string_view prefix, std::string_view after,
                                                     std::uint32_t limit) {
  const auto listed = list(prefix, after, limit);
  if (!listed.ok()) return listed.error();
  std::vector<std::string> keys;
  for (const auto& object : *listed) keys.push_back(object["key"]);
  return keys;
}

Result<ReaderClient> StorageClient::open(std::string_view key, std::string_view version, std::uint64_t offset) {
  Call call(kPatience);
  wyv_reader* reader = nullptr;
  const wyv_status status = table_->open(raw_, view(key), view(version), offset, &reader, call.context());
  if (status != WYV_OK) return call.error(status);
  return ReaderClient(table_, reader);
}

Result<std::string> StorageClient::local_path(std::string_view key) {
  Call call(kPatience);
  return call_for_text(call, table_->local_path, raw_, view(key));
}

Result<WriterClient> StorageClient::create(std::string_view key) {
  Call call(kPatience);
  wyv_writer* writer = nullptr;
  const wyv_status status = table_->create(raw_, view(key), &writer, call.context());
  if (status != WYV_OK) return call.error(status);
  return WriterClient(table_, writer);
}

Result<void> StorageClient::remove(std::string_view key) {
  Call call(kPatience);
  return call.result(table_->remove(raw_, view(key), call.context()));
}

void StorageClient::put(std::string_view key, std::string_view content) {
  auto writer = create(key).or_throw();
  writer.write(content).or_throw();
  writer.commit().or_throw();
}

std::string StorageClient::get(std::string_view key) { return open(key).or_throw().read_all().or_throw(); }

std::vector<std::string> LocalStorageTest::files() const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root()))
    if (!entry.is_directory()) found.push_back(entry.path().lexically_relative(root()));
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace wyvern::test
