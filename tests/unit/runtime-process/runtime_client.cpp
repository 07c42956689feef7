#include "runtime_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace wyvern::test {

const PluginLibrary& runtime_plugin() {
  static const PluginLibrary library("runtime-process");
  return library;
}

std::unique_ptr<PluginInstance> runtime_instance(const std::string& state_dir, const Json& more) {
  Json config = {{"state_dir", state_dir}};
  config.update(more);
  return PluginInstance::create(runtime_plugin(), "runtime", config).or_throw();
}

void Changes::changed(void* self, wyv_view workload) {
  auto& changes = *static_cast<Changes*>(self);
  const std::lock_guard lock(changes.mutex_);
  changes.workloads_.push_back(Json::parse(text(workload)));
  changes.told_.notify_all();
}

Json Changes::await(const std::string& handle) {
  std::unique_lock lock(mutex_);
  Json found;
  told_.wait_for(lock, kPatience, [&] {
    const auto told = std::find_if(workloads_.begin(), workloads_.end(),
                                   [&](const Json& workload) { return workload["handle"] == handle; });
    if (told != workloads_.end()) found = *told;
    return !found.is_null();
  });
  return found;
}

std::size_t Changes::count() const {
  const std::lock_guard lock(mutex_);
  return workloads_.size();
}

Result<Json> RuntimeClient::start(const Json& spec, std::chrono::nanoseconds timeout) {
  Call call(timeout);
  const std::string dumped = spec.dump();
  auto answer = call_for_text(call, table_->start, raw_, view(dumped));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<void> RuntimeClient::stop(const std::string& handle, std::uint32_t grace_ms, std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(table_->stop(raw_, view(handle), grace_ms, call.context()));
}

Result<void> RuntimeClient::remove(const std::string& handle) {
  Call call(kPatience);
  return call.result(table_->remove(raw_, view(handle), call.context()));
}

Result<Json> RuntimeClient::list(const Json& labels) {
  Call call(kPatience);
  const std::string dumped = labels.dump();
  auto answer = call_for_text(call, table_->list, raw_, view(dumped));
  if (!answer.ok()) return answer.error();
  return Json::parse(*answer);
}

Result<std::string> RuntimeClient::logs(const std::string& handle, std::uint64_t tail_bytes) {
  Call call(kPatience);
  return call_for_text(call, table_->logs, raw_, view(handle), tail_bytes);
}

Result<void> RuntimeClient::listen(const wyv_workload_listener* listener) {
  Call call(kPatience);
  return call.result(table_->listen(raw_, listener, call.context()));
}

Json shell(const std::string& id, const std::string& script) {
  return {{"labels", {{"wyvern.kind", "test"}, {"wyvern.id", id}, {"wyvern.epoch", "1"}}},
          {"argv", {"/bin/sh", "-c", script}}};
}

NamedPipe::NamedPipe(std::string path) : path_(std::move(path)) {
  // Open for writing too, so that it has no end when a writer leaves.
  if (::mkfifo(path_.c_str(), 0600) != 0 || (end_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC)) < 0)
    throw std::runtime_error("cannot make the pipe " + path_);
}

NamedPipe::~NamedPipe() { ::close(end_); }

std::string NamedPipe::line() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (read_.find('\n') == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waiting{end_, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0)
      throw std::runtime_error("nothing was written to " + path_);
    char bytes[512];
    const auto count = ::read(end_, bytes, sizeof bytes);
    if (count > 0) read_.append(bytes, static_cast<std::size_t>(count));
  }
  const auto newline = read_.find('\n');
  std::string line = read_.substr(0, newline);
  read_.erase(0, newline + 1);
  return line;
}

ProcessRuntimeTest::ProcessRuntimeTest()
    : pipe_(folder_ / "pipe"),
      instance_(runtime_instance(state_dir())),
      runtime_(std::make_unique<RuntimeClient>(*instance_)) {
  instance_->run();
  runtime_->listen(changes_.listener()).or_throw();
}

ProcessRuntimeTest::~ProcessRuntimeTest() {
  const auto left = runtime_->list();
  if (!left.ok()) return;
  for (const auto& workload : *left) EXPECT_TRUE(runtime_->stop(workload["handle"], 0).ok());
}

std::size_t ProcessRuntimeTest::folders_of_workloads() const {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(state_dir() + "/workloads"),
                                                std::filesystem::directory_iterator()));
}

Json ProcessRuntimeTest::run(const Json& spec) { return changes_.await(runtime_->start(spec).or_throw()["handle"]); }

bool runs(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && stat[name_end + 2] != 'Z' && stat[name_end + 2] != 'X';
}

}  // namespace wyvern::test
