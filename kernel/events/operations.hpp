// The operation that streams the event log: GET /events?after=N, as server-sent events.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "events/log.hpp"
#include "operations/table.hpp"

namespace wyvern::events {

// Every open event stream, fed by one thread. Thread-safe; the destructor ends all streams.
class Streams {
 public:
  explicit Streams(Log& log);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // Adds GET /events.
  void add_operations(operations::Table& table);
  // Ends every stream; later ones are refused.
  void stop();

 private:
  struct Stream {
    std::shared_ptr<operations::Answer> answer;
    std::shared_ptr<std::atomic<bool>> cancelled;
    operations::Caller caller;
    operations::Access* access;
    std::int64_t sent;  // the number of the last event that was sent
  };

  void open(operations::Call& call, std::shared_ptr<operations::Answer> answer);
  void feed_all();
  // False when the reader has left or is too slow: it may come back with the number of the last event it has.
  bool feed(Stream& stream, bool keep_alive);

  Log& log_;
  int subscription_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool news_ = false;
  bool stopping_ = false;
  std::list<Stream> streams_;
  std::list<Stream> arriving_;
  std::thread thread_;
};

}  // namespace wyvern::events
