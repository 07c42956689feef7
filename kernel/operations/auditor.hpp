// Who keeps what was done: told by the table of every call that may change something, refused ones too.
#pragma once

#include <functional>
#include <string>

#include "operations/operation.hpp"

namespace wyvern::operations {

// One call, as far as it may be told: nothing of its body, its query or what the caller showed.
struct Deed {
  std::string operation;
  Caller caller;
  std::string subject;  // the id of what it is about; may be empty
  ProjectId project;
  std::string request_id;
};

enum class Outcome {
  begun,    // what it wrote is kept; how it ended is told by a later row, or by none when the process died
  done,     // answered with a 2xx or a 3xx
  refused,  // with a 4xx
  failed    // with a 5xx
};

struct Verdict {
  Outcome outcome = Outcome::done;
  int status = 0;    // of the answer; 0 while there is none
  std::string code;  // of a refusal
};

class Auditor {
 public:
  virtual ~Auditor() = default;
  // Returns when it is kept. Throws Failure when it cannot be.
  virtual void keep(const Deed& deed, const Verdict& verdict) = 0;
  // Runs `body`. The first transaction that it commits on this thread holds the deed too, with `foreseen`; `kept`
  // becomes true when one was committed, even if `body` throws thereafter, and the deed takes over what the transaction
  // said that it is about.
  virtual void with(Deed& deed, const Verdict& foreseen, bool& kept, const std::function<void()>& body) = 0;
};

}  // namespace wyvern::operations
