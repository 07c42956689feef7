// Answers to calls with an Idempotency-Key, kept so that the same call gets the same answer and does nothing twice.
//
// What holds: the row of a key is written in the transaction of the call's first change, so after a crash there is both
// or neither. Where the handler says its answer in that transaction (keep_answer), the answer is there too; else it is
// written when the handler has returned, and a crash in between leaves a key whose call took effect and whose answer is
// not known: that is said, and nothing is done again. An answer of 500 and above says that the call failed: its key is
// free again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operations/operation.hpp"
#include "store/store.hpp"

namespace wyvern::operations {

// Thread-safe.
class KeptAnswers {
 public:
  struct Limits {
    std::int64_t keys_per_caller = 4096;  // the oldest go first
    std::size_t answer_bytes = 16 * 1024;
    std::int64_t age_us = std::int64_t{24} * 3600 * 1'000'000;
  };

  explicit KeptAnswers(store::Store store) : KeptAnswers(std::move(store), Limits{}) {}
  KeptAnswers(store::Store store, Limits limits) : store_(std::move(store)), limits_(limits) {}

  struct Answered {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    ProjectId project = {};  // that the call was about
  };

  // One call with a key, under way. While it lives the same key is refused as in progress.
  class Once {
   public:
    Once(KeptAnswers& answers, std::string caller_id, std::string key, std::string request_hash,
         std::string correlation);
    ~Once();
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;

    // The first answer, when there is one. Throws Refusal: 409 when the first call is under way or its answer is not
    // known, 422 when it was another request.
    std::optional<Answered> earlier();
    // Runs the handler: the first change that it commits takes the key. `secret`: its answer is not kept.
    Reply run(const std::function<Reply()>& handle, const ProjectId& project, int success, bool secret);

   private:
    friend Reply keep_answer(store::Session& session, Reply reply);
    Reply call(const std::function<Reply()>& handle);
    void take_key(store::Session& session);
    void write(store::Session& session, const Reply& reply);
    void settle(const Reply& reply) noexcept;
    void release() noexcept;

    KeptAnswers& answers_;
    const std::string caller_id_;
    const std::string key_;
    const std::string request_hash_;
    const std::string correlation_;
    const std::string call_id_;
    ProjectId project_;
    int success_ = 200;
    bool secret_ = false;
    bool answer_written_ = false;
  };

  // Identifies method, path and body.
  static std::string hash_of(const std::string& operation,
                             const std::vector<std::pair<std::string, std::string>>& fields, const std::string& body,
                             const std::string& if_match);

 private:
  void prune(store::Session& session, const std::string& caller_id);

  const store::Store store_;
  const Limits limits_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> under_way_;  // caller and key; the request's hash
  std::uint64_t calls_ = 0;
};

// For a handler, in the transaction of its change: `reply`, which it will answer, is kept when the call has a key.
Reply keep_answer(store::Session& session, Reply reply);

}  // namespace wyvern::operations
