// The operations of one room, as the room adds them: what they have in common is said once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "operations/table.hpp"

namespace wyvern::operations {

// Both `table` and `room` are the owner's, and live until the table is stopped.
template <class Room>
class Group {
 public:
  using Handle = std::function<Reply(Room&, Call&)>;
  using Stream = std::function<void(Room&, Call&, const std::shared_ptr<Answer>&)>;

  // `tag`: how documents group them.
  Group(Table& table, std::string tag, Room& room) : table_(table), tag_(std::move(tag)), room_(room) {}

  void add(Operation operation, Handle handle) {
    operation.handle = [&room = room_, handle = std::move(handle)](Call& call) { return handle(room, call); };
    add(std::move(operation));
  }
  // One whose answer is not a JSON value; operation.reply says what it is.
  void add_stream(Operation operation, Stream stream) {
    operation.stream = [&room = room_, stream = std::move(stream)](Call& call, const std::shared_ptr<Answer>& answer) {
      stream(room, call, answer);
    };
    add(std::move(operation));
  }

 private:
  void add(Operation operation) {
    operation.tag = tag_;
    table_.add(std::move(operation));
  }

  Table& table_;
  std::string tag_;
  Room& room_;
};

}  // namespace wyvern::operations
