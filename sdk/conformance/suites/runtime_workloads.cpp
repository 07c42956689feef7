#include "suites/runtime_workloads.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

// How long a workload may take to begin, to say something or to end.
constexpr auto patience = std::chrono::seconds(10);

// Until `done`, or as long as patience lasts.
template <class Done>
void look_until(const Done& done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done() && std::chrono::steady_clock::now() < end) (void)poll(nullptr, 0, 5);
}

}  // namespace

void Told::changed(void* self, wyv_view workload) {
  auto& told = *static_cast<Told*>(self);
  const std::lock_guard lock(told.mutex_);
  told.workloads_.push_back(Json::parse(text(workload), nullptr, false));
  told.news_.notify_all();
}

Json Told::await_end(const std::string& handle, std::chrono::milliseconds patience) {
  Json found;
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, patience, [&] {
    const auto at = std::find_if(workloads_.begin(), workloads_.end(), [&](const Json& workload) {
      return workload.is_object() && workload.value("handle", "") == handle && workload.value("state", "") == "exited";
    });
    if (at != workloads_.end()) found = *at;
    return at != workloads_.end();
  });
  return found;
}

int Told::ends_of(const std::string& handle) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(workloads_.begin(), workloads_.end(), [&](const Json& workload) {
    return workload.is_object() && workload.value("handle", "") == handle && workload.value("state", "") == "exited";
  }));
}

bool RuntimeCalls::whole() const {
  return table_->struct_size >= sizeof(wyv_runtime_v1) && table_->start != nullptr && table_->stop != nullptr &&
         table_->remove != nullptr && table_->list != nullptr && table_->logs != nullptr && table_->listen != nullptr;
}

Answer RuntimeCalls::start_text(std::string_view spec, Terms terms) const {
  TextSink sink;
  RecordedCall call(terms);
  const auto status = table_->start(raw_, view(spec), sink.get(), call.context());
  return {call.finish(status), sink.text()};
}
Outcome RuntimeCalls::stop(std::string_view handle, std::uint32_t grace_ms, Terms terms) const {
  RecordedCall call(terms);
  return call.finish(table_->stop(raw_, view(handle), grace_ms, call.context()));
}
Outcome RuntimeCalls::remove(std::string_view handle) const {
  RecordedCall call;
  return call.finish(table_->remove(raw_, view(handle), call.context()));
}
Answer RuntimeCalls::list(std::string_view labels) const {
  TextSink sink;
  RecordedCall call;
  const auto status = table_->list(raw_, view(labels), sink.get(), call.context());
  return {call.finish(status), sink.text()};
}
Answer RuntimeCalls::logs(std::string_view handle, std::uint64_t tail_bytes) const {
  TextSink sink;
  RecordedCall call;
  const auto status = table_->logs(raw_, view(handle), tail_bytes, sink.get(), call.context());
  return {call.finish(status), sink.text()};
}
Outcome RuntimeCalls::listen(const wyv_workload_listener* listener) const {
  RecordedCall call;
  return call.finish(table_->listen(raw_, listener, call.context()));
}

Json RuntimeCalls::find(std::string_view handle) const {
  const auto all = list().json();
  if (all.is_array())
    for (const auto& workload : all)
      if (workload.is_object() && workload.value("handle", "") == handle) return workload;
  return nullptr;
}

std::vector<std::string> RuntimeCalls::handles(const Json& labels) const {
  std::vector<std::string> found;
  const auto all = list(labels.dump()).json();
  if (all.is_array())
    for (const auto& workload : all)
      if (workload.is_object()) found.push_back(workload.value("handle", ""));
  return found;
}

std::string RuntimeCalls::await_log(std::string_view handle,
                                    const std::function<bool(const std::string&)>& enough) const {
  std::string log;
  look_until([&] {
    log = logs(handle).text;
    return enough(log);
  });
  return log;
}

std::string RuntimeCalls::await_log(std::string_view handle, std::string_view text) const {
  return await_log(handle, [text](const std::string& log) { return log.find(text) != std::string::npos; });
}

Json RuntimeCalls::await_end(std::string_view handle) const {
  Json workload;
  look_until([&] {
    workload = find(handle);
    return workload.is_object() && workload.value("state", "") == "exited";
  });
  return workload;
}

void RuntimeTable::SetUp() {
  ASSERT_NO_FATAL_FAILURE(started());
  calls = RuntimeCalls(instance);
  ASSERT_NE(calls.table(), nullptr) << WYV_RUNTIME_SERVICE;
  name = std::string("conformance-") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
         std::to_string(getpid()) + "-" + std::to_string(given().seed);
}

// In a life of its own, since the check may have ended that of any other.
void RuntimeTable::TearDown() {
  if (calls.table() == nullptr || !calls.whole()) return;
  for (auto* one : {&instance, &next})
    if (one->raw() != nullptr) (void)one->stop();
  CheckingHost last_host{{}, declared_metrics()};
  Instance last(last_host);
  if (!last.create().ok() || !last.prepare().ok() || !last.start().ok()) return;
  const RuntimeCalls all(last);
  for (const auto& handle : all.handles({{"wyvern.kind", name}})) {
    (void)all.stop(handle);
    (void)all.remove(handle);
  }
  (void)last.stop();
}

Json RuntimeTable::spec(const std::string& id, std::vector<std::string> argv) const {
  Json spec = given().workload.is_object() ? given().workload : Json::object();
  spec.merge_patch({{"labels", {{"wyvern.kind", name}, {"wyvern.id", id}, {"wyvern.epoch", "1"}}}});
  spec["argv"] = std::move(argv);
  return spec;
}

void Runtime::SetUp() {
  RuntimeTable::SetUp();
  if (calls.table() == nullptr || !calls.whole()) GTEST_SKIP() << "its table has gaps";
}

std::string Runtime::begin(const Json& spec) {
  const auto answer = calls.start(spec);
  const auto workload = answer.json();
  const std::string handle = workload.is_object() ? workload.value("handle", "") : "";
  if (!answer.outcome.ok() || handle.empty())
    throw std::runtime_error("start of " + spec.dump() + " ended " + to_string(answer.outcome) + " and wrote '" +
                             answer.text + "', a workload with its handle was expected");
  return handle;
}

std::string Runtime::printed_by(Json spec) {
  constexpr std::string_view all = "\n(all)\n";
  spec["argv"][2] = spec["argv"][2].get<std::string>() + "; printf '\\n(all)\\n'; " + lingers;
  const auto log = calls.await_log(begin(spec), all);
  EXPECT_TRUE(log.ends_with(all)) << "it printed '" << log << "'";
  return log.substr(0, log.find(all));
}

void Runtime::restart() {
  ASSERT_TRUE(is_ok(instance.stop()));
  instance.destroy();
  ASSERT_TRUE(is_ok(next.create()));
  ASSERT_TRUE(is_ok(next.prepare())) << "of another instance, after the first was stopped";
  ASSERT_TRUE(is_ok(next.start()));
  calls = RuntimeCalls(next);
}

}  // namespace wyvern::conformance
