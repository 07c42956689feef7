// Runs workloads as processes of this machine. The contract of each function is in wyvern/abi/runtime.h.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "process.hpp"
#include "wyvern/runtime.hpp"

namespace {

namespace fs = std::filesystem;
using wyvern::Context;
using wyvern::Failure;
using wyvern::Json;

std::int64_t now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

Failure invalid(const std::string& what) { return {WYV_INVALID, "runtime.invalid", what}; }

std::string text_of(const Json& json, const std::string& field) {
  if (!json.is_string()) throw invalid(field + ": a text is expected");
  auto text = json.get<std::string>();
  if (text.find('\0') != std::string::npos) throw invalid(field + ": it holds a zero byte");
  return text;
}

std::map<std::string, std::string> texts_of(const Json& spec, const std::string& field) {
  std::map<std::string, std::string> texts;
  const Json object = spec.value(field, Json::object());
  if (!object.is_object()) throw invalid(field + ": an object is expected");
  for (const auto& [name, value] : object.items()) texts[name] = text_of(value, field + "." + name);
  return texts;
}

class ProcessRuntime final : public wyvern::Runtime {
 public:
  ProcessRuntime(wyvern::Host host, std::string, const Json& config)
      : host_(host), dir_(config.at("state_dir").get<std::string>()) {}

  // What an earlier program has started is on record; what has ended since is found by the watcher.
  void prepare(const Context&) override {
    fs::create_directories(dir_);
    for (const auto& entry : fs::directory_iterator(dir_))
      if (entry.path().extension() == ".json") workloads_[entry.path().stem()] = Json::parse(content_of(entry.path()));
  }
  void start(const Context&) override {
    running_ = true;
    draining_ = false;
    watcher_ = std::thread([this] { watch(); });
  }
  void drain(const Context&) override {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  void stop(const Context&) override {
    {
      const std::lock_guard lock(mutex_);
      running_ = false;
    }
    changed_.notify_all();
    if (watcher_.joinable()) watcher_.join();
    const std::lock_guard lock(mutex_);
    workloads_.clear();
  }

  Json start_workload(const Json& spec, const Context& context) override {
    if (!spec.is_object()) throw invalid("a workload is an object");
    const Json labels = texts_of(spec, "labels");
    std::vector<std::string> arguments;
    const Json argv = spec.value("argv", Json());
    if (!argv.is_array() || argv.empty()) throw invalid("argv: a list that begins with the program is expected");
    for (const auto& argument : argv) arguments.push_back(text_of(argument, "argv"));
    auto variables = texts_of(spec, "env");
    for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"})
      if (const char* value = std::getenv(name)) variables.emplace(name, value);
    const std::string directory = text_of(spec.value("directory", Json("/")), "directory");
    context.check();

    const std::lock_guard lock(mutex_);
    if (draining_) throw Failure(WYV_WRONG_STATE, "runtime.draining", "the runtime is being stopped");
    for (const auto& [handle, other] : workloads_)
      if (runs(other) && same_work(other["labels"], labels))
        throw Failure(WYV_CONFLICT, "runtime.already_running", "this workload runs already", handle);
    auto began_us = now_us();
    while (workloads_.contains("w-" + std::to_string(began_us))) ++began_us;
    const auto handle = "w-" + std::to_string(began_us);
    const std::string own_log = dir_ / (handle + ".log");
    const std::string given_log = text_of(spec.value("log", Json("")), "log");
    const auto& log = given_log.empty() ? own_log : given_log;
    const pid_t pid = spawn(arguments, variables, directory.empty() ? "/" : directory, log);
    Json workload{{"handle", handle},    {"labels", labels},
                  {"state", "running"},  {"exit_code", nullptr},
                  {"log", log},          {"pid", pid},
                  {"signal", nullptr},   {"started_us", began_us},
                  {"ended_us", nullptr}, {"began", beginning_of(pid)}};
    try {
      save(workload);
    } catch (...) {  // nobody would find it again
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
      throw;
    }
    workloads_[handle] = workload;
    return workload;
  }

  void stop_workload(std::string_view handle, std::chrono::milliseconds grace, const Context& context) override {
    std::unique_lock lock(mutex_);
    if (!runs(find(handle))) return;
    ::kill(-find(handle)["pid"].get<pid_t>(), SIGTERM);
    const auto begun = std::chrono::steady_clock::now();
    while (running_ && workloads_.contains(handle) && runs(find(handle))) {
      if (std::chrono::steady_clock::now() - begun >= grace) ::kill(-find(handle)["pid"].get<pid_t>(), SIGKILL);
      changed_.wait_for(lock, std::chrono::milliseconds(10));
      if (workloads_.contains(handle) && runs(find(handle))) context.check();
    }
    if (!running_) throw Failure(WYV_CANCELLED, "runtime.stopped", "the runtime was stopped before the workload ended");
  }
  void remove_workload(std::string_view handle, const Context&) override {
    const std::lock_guard lock(mutex_);
    if (runs(find(handle))) throw Failure(WYV_WRONG_STATE, "runtime.running", "it is running; stop it first");
    for (const char* end : {".log", ".json"}) fs::remove(dir_ / (std::string(handle) + end));
    workloads_.erase(workloads_.find(handle));
  }
  Json list_workloads(const Json& labels, const Context&) override {
    const auto wanted = texts_of({{"labels", labels}}, "labels");
    const std::lock_guard lock(mutex_);
    Json all = Json::array();
    for (const auto& [handle, workload] : workloads_)
      if (std::all_of(wanted.begin(), wanted.end(),
                      [&](const auto& label) { return workload["labels"].value(label.first, Json()) == label.second; }))
        all.push_back(workload);
    return all;
  }
  std::string logs(std::string_view handle, std::uint64_t tail_bytes, const Context&) override {
    std::string log;
    {
      const std::lock_guard lock(mutex_);
      log = find(handle)["log"].get<std::string>();
    }
    return end_of(log, tail_bytes);
  }
  void listen(Changed listener) override {
    const std::lock_guard lock(listener_mutex_);
    listener_ = std::move(listener);
  }

 private:
  static bool runs(const Json& workload) { return workload["state"] == "running"; }
  static bool same_work(const Json& one, const Json& other) {
    const std::string names[] = {"wyvern.kind", "wyvern.id", "wyvern.epoch"};
    return std::all_of(std::begin(names), std::end(names), [&](const auto& name) {
      return one.contains(name) && one.value(name, "") == other.value(name, Json());
    });
  }
  Json& find(std::string_view handle) {
    const auto at = workloads_.find(handle);
    if (at == workloads_.end())
      throw Failure(WYV_NOT_FOUND, "runtime.not_found", "there is no workload '" + std::string(handle) + "'");
    return at->second;
  }
  void save(const Json& workload) const {
    const fs::path path = dir_ / (workload["handle"].get<std::string>() + ".json");
    const fs::path unfinished = path.string() + ".new";
    std::ofstream file(unfinished);
    file << workload.dump();
    file.close();
    if (!file)
      throw Failure(WYV_EXHAUSTED, "runtime.record", unfinished.string() + " cannot be written; free some space");
    fs::rename(unfinished, path);  // whole or not at all
  }
  // A later program finds out by itself what is not on record.
  void save_end(const Json& workload) const {
    try {
      save(workload);
    } catch (const std::exception& failure) {
      host_.warn("the end of a workload is not on record",
                 {{"handle", workload["handle"]}, {"reason", failure.what()}});
    }
  }
  // Whether it has ended. Children of ours tell how; others are only gone.
  static bool see_end(Json& workload) {
    const auto pid = workload["pid"].get<pid_t>();
    siginfo_t info{};
    const bool ours = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    if (ours ? info.si_pid == 0 : beginning_of(pid) == workload["began"]) return false;
    if (ours) {
      const bool exited = info.si_code == CLD_EXITED;
      workload[exited ? "exit_code" : "signal"] = info.si_status;
      ::kill(-pid, SIGKILL);  // its children, while the number is not given to another
      ::waitpid(pid, nullptr, 0);
    }
    workload["state"] = "exited";
    workload["ended_us"] = now_us();
    return true;
  }
  void watch() {
    std::unique_lock lock(mutex_);
    while (running_) {
      std::vector<Json> ended;
      for (auto& [handle, workload] : workloads_)
        if (runs(workload) && see_end(workload)) ended.push_back(workload);
      for (const auto& workload : ended) save_end(workload);
      lock.unlock();
      changed_.notify_all();
      {
        const std::lock_guard telling(listener_mutex_);
        for (const auto& workload : ended)
          if (listener_) listener_(workload);
      }
      lock.lock();
      if (running_) changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }

  const wyvern::Host host_;
  const fs::path dir_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Json, std::less<>> workloads_;  // as the list has them, and `log` and `began`
  bool running_ = false;
  bool draining_ = false;
  std::mutex listener_mutex_;
  Changed listener_;
  std::thread watcher_;
};

}  // namespace

WYVERN_PLUGIN(ProcessRuntime)
