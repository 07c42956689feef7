// A wyvern.runtime/1 in this process: its workloads are FakeWorkers, and they outlive whoever started them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fake_worker.hpp"
#include "playout/dependencies.hpp"

namespace wyvern::test {

// What the next worker does.
enum class Behaviour {
  answers,
  is_silent,        // runs and never answers
  ends_at_once,     // ends with a line in its log
  does_not_launch,  // the runtime refuses
};

// Thread-safe.
class FakeRuntime {
 public:
  FakeRuntime() = default;
  ~FakeRuntime();
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;

  playout::RuntimeAccess access();

  // For every start from now on.
  void behave(Behaviour behaviour);
  // Workers that are started on it end at once, since another program has bound it.
  void occupy_port(int port);
  // Called in every start, before it does anything, without a lock.
  void at_start(std::function<void()> action);
  // Called in every stop, with its grace, without a lock.
  void at_stop(std::function<void(std::uint32_t grace_ms)> action);
  // The runtime is away: every call fails with WYV_UNAVAILABLE.
  void away(bool away);

  // A workload that nobody of this controller started. Returns its handle.
  std::string add_workload(const std::string& channel_id, const std::string& epoch);
  // The worker of a channel dies by itself, with a last line in its log.
  void kill(const std::string& channel_id, const std::string& last_words = "segmentation fault");

  int starts(const std::string& channel_id) const;
  // Handles of what runs for the channel, and of all that is known for it.
  std::vector<std::string> running(const std::string& channel_id) const;
  std::vector<std::string> known(const std::string& channel_id) const;
  std::vector<std::string> stopped() const;
  // The configuration that the latest worker of the channel was started with.
  Json configuration(const std::string& channel_id) const;
  // Of the channel's running worker, which must exist.
  std::shared_ptr<FakeWorker> worker(const std::string& channel_id) const;
  FakeSpool& spool(const std::string& channel_id);

 private:
  struct Workload {
    std::string handle;
    Json labels;
    bool running = true;
    std::string log;
    Json configuration;
    std::shared_ptr<FakeWorker> worker;

    Json json() const;
    bool is_of(const std::string& channel_id) const { return labels.value("wyvern.id", "") == channel_id; }
  };

  static FakeRuntime& self(wyv_instance* instance) { return *reinterpret_cast<FakeRuntime*>(instance); }
  static wyv_status start(wyv_instance* instance, wyv_view spec, const wyv_text_sink* out, const wyv_context* context);
  static wyv_status stop(wyv_instance* instance, wyv_view handle, std::uint32_t grace_ms, const wyv_context* context);
  static wyv_status remove(wyv_instance* instance, wyv_view handle, const wyv_context* context);
  static wyv_status list(wyv_instance* instance, wyv_view labels, const wyv_text_sink* out, const wyv_context* context);
  static wyv_status logs(wyv_instance* instance, wyv_view handle, std::uint64_t tail, const wyv_text_sink* out,
                         const wyv_context* context);
  static wyv_status listen(wyv_instance* instance, const wyv_workload_listener* listener, const wyv_context* context);

  bool is_away() const;
  void tell(const Json& workload);
  Workload* find(std::string_view handle);
  FakeSpool& spool_locked(const std::string& channel_id);

  mutable std::mutex mutex_;
  std::deque<Workload> workloads_;
  std::map<std::string, std::unique_ptr<FakeSpool>> spools_;
  std::vector<std::string> stopped_;
  std::map<std::string, int> starts_;
  std::map<std::string, Json> configurations_;
  Behaviour behaviour_ = Behaviour::answers;
  std::set<int> occupied_;
  std::function<void()> at_start_;
  std::function<void(std::uint32_t)> at_stop_;
  bool away_ = false;
  int next_handle_ = 1;

  std::mutex listener_mutex_;
  wyv_workload_listener listener_{nullptr, nullptr};
};

}  // namespace wyvern::test
