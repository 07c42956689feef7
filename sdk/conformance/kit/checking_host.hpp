// The host of an instance under test: it remembers every line and every metric, and every breach of the contract.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kit/offered_operations.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::conformance {

using Json = nlohmann::json;

struct LogLine {
  std::int32_t level;
  std::string message;
  std::string fields;  // as it came
};

struct Metric {
  std::int32_t type;
  std::string name;
  std::string labels;
  double value;
};

// Which tables it offers; a plugin must live without any of them.
struct Offer {
  bool log = true;
  bool metrics = true;
  bool operations = true;  // those of OfferedOperations
  bool longer = false;     // tables and host are longer than this kit knows, as of a newer kernel
};

// Any thread. Outlives every instance that was made with it.
class CheckingHost {
 public:
  // `metrics`: the names that the manifest declares.
  explicit CheckingHost(Offer offer = {}, std::set<std::string> metrics = {});
  CheckingHost(const CheckingHost&) = delete;
  CheckingHost& operator=(const CheckingHost&) = delete;

  const wyv_host* table() const { return &host_.table; }
  // From now on every call is a breach: the instance is destroyed.
  void close();
  // From now on it has no service any more, and the tables that it gave before answer that they are away.
  void revoke();
  // Operations may be called from the beginning of start to the end of stop.
  void allow_operations(bool allowed);

  std::vector<LogLine> lines() const;
  std::vector<Metric> metrics() const;
  // Calls that came after `close`.
  std::vector<std::string> late_calls() const;
  // Calls of operations that came before start or after stop.
  std::vector<std::string> untimely_calls() const;
  OfferedOperations& operations();

 private:
  static const void* query(void* self, wyv_view service);
  static void write(void* self, std::int32_t level, wyv_view message, wyv_view correlation, wyv_view fields);
  static wyv_status set(void* self, std::int32_t type, wyv_view name, wyv_view labels, double value);
  static wyv_status list(void* self, const wyv_text_sink* out, const wyv_context* context);
  static void call(void* self, const wyv_call_request* request, const wyv_reply_sink* reply, wyv_pending** pending);
  static void cancel(void* self, wyv_pending* pending);
  static void release(void* self, wyv_pending* pending);
  static void drained(void* self, wyv_pending* pending);
  void note(const char* function, const std::string& what);
  // Whether the operations are there still; notes a call that comes out of its time.
  bool operations_answer(const char* function);

  template <class Table>
  struct Longer {
    Table table;
    void* of_a_newer_kernel[4] = {};
  };

  const Offer offer_;
  const std::set<std::string> declared_;
  Longer<wyv_host> host_;
  Longer<wyv_host_log_v1> log_;
  Longer<wyv_host_metrics_v1> metrics_table_;
  Longer<wyv_host_operations_v1> operations_table_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  bool revoked_ = false;
  bool operations_allowed_ = false;
  std::vector<LogLine> lines_;
  std::vector<Metric> metrics_;
  std::vector<std::string> late_calls_;
  std::vector<std::string> untimely_calls_;
  // Made when they are first asked for and never freed: their thread may stand in a surface that does not return.
  OfferedOperations* operations_ = nullptr;
};

}  // namespace wyvern::conformance
