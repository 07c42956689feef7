#include "operations/kept_answers.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "operations/table.hpp"

namespace wyvern::operations {
namespace {

using store::Row;
using store::Session;
using store::Timestamp;

// Old rows go with every so many calls that bring a key.
constexpr std::uint64_t calls_between_pruning = 64;
constexpr std::size_t most_key_bytes = 255;
const Json ask_again = {{"retry_after_s", 1}};

// The call with a key that runs on this thread.
thread_local KeptAnswers::Once* running = nullptr;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Refusal mismatch(const std::string& key) {
  return {422, "idempotency.mismatch",
          "the Idempotency-Key '" + key + "' belongs to another request; a new request needs a new key"};
}

}  // namespace

std::string KeptAnswers::hash_of(const std::string& operation,
                                 const std::vector<std::pair<std::string, std::string>>& fields,
                                 const std::string& body, const std::string& if_match) {
  const std::string whole = text_of(Json::array({operation, fields, body, if_match}));
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(whole.data()), whole.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), 64};
}

KeptAnswers::Once::Once(KeptAnswers& answers, std::string caller_id, std::string key, std::string request_hash,
                        std::string correlation)
    : answers_(answers),
      caller_id_(std::move(caller_id)),
      key_(std::move(key)),
      request_hash_(std::move(request_hash)),
      correlation_(std::move(correlation)),
      call_id_(store::new_uuid()) {
  const bool printable = std::all_of(key_.begin(), key_.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (key_.empty() || key_.size() > most_key_bytes || !printable) {
    throw Refusal(400, "idempotency.key",
                  "an Idempotency-Key is 1 to 255 printable characters without spaces, such as a new UUID");
  }
  const std::lock_guard lock(answers_.mutex_);
  const auto [place, free] = answers_.under_way_.try_emplace({caller_id_, key_}, request_hash_);
  if (free) return;
  if (place->second != request_hash_) throw mismatch(key_);
  throw Refusal(409, "idempotency.in_progress",
                "the first call with this Idempotency-Key is under way; ask again for its answer", ask_again);
}

KeptAnswers::Once::~Once() {
  const std::lock_guard lock(answers_.mutex_);
  answers_.under_way_.erase({caller_id_, key_});
}

std::optional<KeptAnswers::Answered> KeptAnswers::Once::earlier() {
  return answers_.store_.read([&](Session& session) {
    return session.first(
        "SELECT request_hash, status, headers, body, project_id FROM kept_answers WHERE caller_id = $1 AND key = $2 "
        "AND "
        "created_at > $3",
        {caller_id_, key_, Timestamp{Timestamp::now().us - answers_.limits_.age_us}}, [&](const Row& row) {
          if (row.text("request_hash") != request_hash_) throw mismatch(key_);
          if (row.is_null("status")) {
            throw Refusal(409, "idempotency.answer_lost",
                          "the first call with this Idempotency-Key took effect, and its answer is not kept: read what "
                          "became of it, and use a new key for what is still to be done");
          }
          Answered answered{
              static_cast<int>(row.integer("status")), {}, row.text("body"), row.optional_text("project_id")};
          for (const auto& header : row.json("headers")) answered.headers.emplace_back(header.at(0), header.at(1));
          return answered;
        });
  });
}

Reply KeptAnswers::Once::run(const std::function<Reply()>& handle, const ProjectId& project, int success, bool secret) {
  project_ = project;
  success_ = success;
  secret_ = secret;
  try {
    Reply reply = call(handle);
    if (!answer_written_) settle(reply);
    return reply;
  } catch (const Refusal& refusal) {
    settle({refusal.status, error_body(refusal.code, refusal.what(), refusal.detail, correlation_)});
    throw;
  } catch (...) {
    release();
    throw;
  }
}

// The handler, with its changes taking the key.
Reply KeptAnswers::Once::call(const std::function<Reply()>& handle) {
  const store::BeforeCommit hook([this](Session& session) {
    if (!answer_written_) take_key(session);
  });
  const struct Running {
    explicit Running(Once* once) { running = once; }
    ~Running() { running = nullptr; }
  } mark(this);
  return handle();
}

void KeptAnswers::Once::take_key(Session& session) {
  // A row of an earlier day stands for nothing any more.
  session.run("DELETE FROM kept_answers WHERE caller_id = $1 AND key = $2 AND created_at <= $3",
              {caller_id_, key_, Timestamp{Timestamp::now().us - answers_.limits_.age_us}});
  const auto taken = session.run(
      "INSERT INTO kept_answers (caller_id, key, call_id, request_hash, created_at, project_id) VALUES ($1, $2, $3, "
      "$4, $5, $6) "
      "ON CONFLICT (caller_id, key) DO UPDATE SET request_hash = excluded.request_hash "
      "WHERE kept_answers.call_id = excluded.call_id",
      {caller_id_, key_, call_id_, request_hash_, Timestamp::now(), project_});
  if (taken == 0) {
    throw Refusal(409, "idempotency.in_progress",
                  "the first call with this Idempotency-Key is under way at another controller; ask again", ask_again);
  }
}

void KeptAnswers::Once::write(Session& session, const Reply& reply) {
  take_key(session);
  auto headers = Json::array();
  for (const auto& [name, value] : reply.headers) headers.push_back({name, value});
  if (!reply.etag.empty()) headers.push_back({"ETag", reply.etag});
  const std::string body = body_text(reply);
  if (!secret_ && body.size() <= answers_.limits_.answer_bytes) {
    session.run("UPDATE kept_answers SET status = $1, headers = $2, body = $3 WHERE caller_id = $4 AND key = $5",
                {reply.status == 0 ? success_ : reply.status, headers, body, caller_id_, key_});
  }
  bool prune = false;
  {
    const std::lock_guard lock(answers_.mutex_);
    prune = answers_.calls_++ % calls_between_pruning == 0;
  }
  if (prune) answers_.prune(session, caller_id_);
}

// Once the handler has returned. What the call did stands, whether or not its answer can be kept.
void KeptAnswers::Once::settle(const Reply& reply) noexcept {
  const int status = reply.status == 0 ? success_ : reply.status;
  if (status >= 500) return release();
  try {
    answers_.store_.write([&](Session& session) { write(session, reply); });
  } catch (const std::exception&) {
    // The key stays taken with its answer unknown, or belongs to another controller's call: both are told then.
  }
}

// What failed may be tried again.
void KeptAnswers::Once::release() noexcept {
  try {
    answers_.store_.write([&](Session& session) {
      session.run("DELETE FROM kept_answers WHERE caller_id = $1 AND key = $2 AND call_id = $3",
                  {caller_id_, key_, call_id_});
    });
  } catch (const std::exception&) {
    // The store is gone: the call's own fault is what is told.
  }
}

void KeptAnswers::prune(Session& session, const std::string& caller_id) {
  session.run("DELETE FROM kept_answers WHERE created_at <= $1", {Timestamp{Timestamp::now().us - limits_.age_us}});
  session.run(
      "DELETE FROM kept_answers WHERE caller_id = $1 AND created_at < (SELECT created_at FROM kept_answers WHERE "
      "caller_id = $1 ORDER BY created_at DESC LIMIT 1 OFFSET $2)",
      {caller_id, limits_.keys_per_caller - 1});
}

Reply keep_answer(Session& session, Reply reply) {
  if (running == nullptr) return reply;
  running->answer_written_ = false;
  running->write(session, reply);
  running->answer_written_ = true;
  return reply;
}

}  // namespace wyvern::operations
