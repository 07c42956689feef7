// An operation: one thing that Wyvern can do, described once and carried by every surface.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wyvern::operations {

using Json = nlohmann::json;
using ProjectId = std::optional<std::string>;  // nothing: no project, so for administrators

// A request that is refused, as the caller shall see it. `status` is an HTTP status.
class Refusal : public std::runtime_error {
 public:
  Refusal(int status, std::string code, const std::string& message, Json detail = nullptr)
      : std::runtime_error(message), status(status), code(std::move(code)), detail(std::move(detail)) {}

  int status;
  std::string code;  // stable and dotted
  Json detail;
};

enum class Permission { anyone, signed_in, view, edit, administrator };
std::string_view name_of(Permission permission);

// Who calls, once identity has said so.
struct Caller {
  std::string id;  // empty: nobody
  std::string name;
  bool administrator = false;  // of everything, through what was shown
  std::string remote_address;
  bool read_only = false;  // may call nothing that changes something
  // What may be done in which project; null for nobody and where administrators alone exist.
  std::shared_ptr<const std::map<std::string, Permission, std::less<>>> projects = {};
  std::string proof = {};  // identity's own name of what was shown; never told to anybody

  bool signed_in() const { return !id.empty(); }
};

// What a caller showed.
struct Credentials {
  std::string credential;
  bool by_cookie = false;
  std::string requested_with;
  std::string remote_address;
  bool over_tls = false;
};

// Who may do what: the one place that is asked. Implemented by identity, and by the worker for its single token.
class Access {
 public:
  virtual ~Access() = default;
  // Nobody when nothing was shown. Throws Refusal 401 for a credential that is not good.
  virtual Caller authenticate(const Credentials& credentials) = 0;
  // Whether `caller` has `permission` (view or edit) in `project`.
  virtual bool may(const Caller& caller, Permission permission, const ProjectId& project) = 0;
  // For what outlives a call, such as an event stream: brings up to date what `caller` may do. False when the caller
  // would be refused by now.
  virtual bool renew(Caller& /*caller*/) { return true; }
};

// One call under way. Valid until the handler returns; a streaming handler copies what it needs.
struct Call {
  Caller caller;
  Json input;  // path, query and body in one object, checked against the request schema
  std::string correlation;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::shared_ptr<std::atomic<bool>> cancelled;
  Access* access = nullptr;
  bool over_tls = false;     // TLS carried it to the surface
  std::string subject = {};  // what it is about, where neither the path nor an event says so: for the audit

  // A required path parameter or field of the input.
  const std::string& text(std::string_view name) const {
    return input.at(std::string(name)).get_ref<const std::string&>();
  }
  bool has(std::string_view name) const { return input.contains(std::string(name)); }
  bool may(Permission permission, const ProjectId& project) const { return access->may(caller, permission, project); }
  // Throws Refusal 403.
  void require(Permission permission, const ProjectId& project) const;
  std::optional<std::string> header(std::string_view name) const;
};

// An answer that is not one JSON value: text, a file, or a stream. The calls come in the order head, body*, end, from
// any thread, never two at once. Dropped without `end`, it ends by itself.
class Answer {
 public:
  virtual ~Answer() = default;
  static constexpr std::uint64_t until_end = UINT64_MAX;
  virtual void head(int status, std::string_view content_type,
                    const std::vector<std::pair<std::string, std::string>>& headers, std::uint64_t length) = 0;
  // The bytes that wait to be sent after this one, or UINT64_MAX when the reader has left.
  virtual std::uint64_t body(std::string_view bytes) = 0;
  virtual void end() = 0;
  // Back-pressure. Once `body` has returned more than this, the sender pauses; one that goes on loses its reader.
  virtual std::uint64_t pause_above() const { return 2 * 1024 * 1024; }
  // `go_on` is called, on any thread, when a sender that pauses may go on and when the call is cancelled. Set it before
  // the first `body`. It may still come after `end`, so it owns what it touches. Not every surface can tell.
  virtual void when_drained(std::function<void()> /*go_on*/) {}  // NOLINT(performance-unnecessary-value-param)
};

// What an operation returns when its status or headers are not the usual ones.
struct Reply {
  Reply(Json body) : body(std::move(body)) {}  // NOLINT(google-explicit-constructor)
  Reply(int status, Json body) : status(status), body(std::move(body)) {}

  // A body that is JSON text already.
  static Reply of_text(std::string json) {
    Reply reply(nullptr);
    reply.text = std::move(json);
    return reply;
  }

  int status = 0;  // 0: the operation's `success`
  Json body;
  std::string text = {};  // the body, when it is not empty
  std::string etag = {};  // of what the body shows; see versions.hpp
  std::vector<std::pair<std::string, std::string>> headers;
};

enum class ReplyKind { json, text, stream, file };

struct Operation {
  std::string name = {};     // "playout.channels.start"
  std::string summary = {};  // one sentence
  std::string method = {};   // "POST"
  std::string path = {};     // "/playout/channels/{id}/start"
  std::string tag = {};      // how documents group it
  Permission permission = Permission::administrator;
  // For view and edit: the project of what the call is about. Looks the thing up, and throws Refusal 404 when it does
  // not exist. Runs before the body is checked, and, where the path has parameters, without the body: it trusts those
  // only.
  std::function<ProjectId(const Call&)> project = {};
  // Schema of the input, path and query included; it is for no further fields unless it says additionalProperties.
  Json request = Json::object();
  Json response = Json::object();  // schema of the answer
  bool idempotent = false;
  bool conditional = false;     // its handler honours If-Match, by require_match
  bool secret_answer = false;   // shows a secret, once: it is neither kept nor compressed
  bool secret_request = false;  // holds a password: nothing made of it is stored, so an Idempotency-Key is not heeded
  bool audited = false;         // a GET that does something, since a browser is sent there; others are anyway
  bool blocking = false;        // may wait for the world: runs on a thread of its own, not on the surface's
  int success = 200;
  std::size_t body_limit_bytes = 64 * 1024;
  ReplyKind reply = ReplyKind::json;
  // One of the two.
  std::function<Reply(Call&)> handle = {};
  std::function<void(Call&, std::shared_ptr<Answer>)> stream = {};
};

}  // namespace wyvern::operations
