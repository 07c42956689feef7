// The operation that streams the event log: GET /events?after=N, as server-sent events.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
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
  // What wakes the feeding thread. Shared with the answers, which may ring a moment after their end.
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool news = false;

    void ring();
  };
  struct Stream {
    std::shared_ptr<operations::Answer> answer;
    std::shared_ptr<std::atomic<bool>> cancelled;
    operations::Caller caller;
    operations::Access* access;
    std::int64_t sent;  // the number of the last event that was sent
  };

  // A place for one more; throws Refusal when there is none.
  void enter(const std::string& caller_id);
  void leave(const std::string& caller_id);
  void open(operations::Call& call, const std::shared_ptr<operations::Answer>& answer);
  void feed_all();
  enum class Fed { all, some, ended };
  // Sends a few of the events that the reader has not. One that takes none is not waited for: the log keeps them.
  Fed feed(Stream& stream, bool keep_alive);

  Log& log_;
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  bool stopping_ = false;       // under the bell's mutex
  std::list<Stream> arriving_;  // under the bell's mutex
  std::list<Stream> streams_;   // the feeding thread's
  // Under the bell's mutex: places taken, in all and of each caller.
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> open_of_;
  int subscription_;
  std::thread thread_;
};

}  // namespace wyvern::events
