#include "operations/table.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/schema.hpp"
#include "operations/kept_answers.hpp"
#include "operations/versions.hpp"
#include "store/store.hpp"
#include "trace/scope.hpp"
#include "wyvern/result.hpp"

namespace wyvern::operations {

struct Table::Entry {
  Operation operation;
  config::Schema request;
  std::vector<std::string> path_parameters;
};

namespace {

std::vector<std::string> parameters_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  }
  return names;
}

std::string_view name_of(ReplyKind kind) {
  switch (kind) {
    case ReplyKind::json:
      return "json";
    case ReplyKind::text:
      return "text";
    case ReplyKind::stream:
      return "stream";
    case ReplyKind::file:
      return "file";
  }
  return "json";
}

// Text of the path or the query as the type that the schema says; what does not fit stays text, for the schema to name.
Json typed(const Json& schema, const std::string& value) {
  const std::string type = schema.value("type", Json("string")).is_string() ? schema.value("type", "string") : "string";
  if (type == "boolean") {
    if (value == "true") return true;
    if (value == "false") return false;
  } else if (type == "integer") {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (fault == std::errc() && end == value.data() + value.size()) return number;
  }
  return value;
}

Refusal given_twice(const std::string& name) {
  return {400, "field.twice", "'" + name + "' is given more than once in path, query and body; give it once"};
}

// Path and query. Throws Refusal 400.
Json fields_of(const Operation& operation, const Request& request) {
  const Json properties = operation.request.value("properties", Json::object());
  Json fields = Json::object();
  for (const auto& [name, value] : request.fields) {
    if (fields.contains(name)) throw given_twice(name);
    fields[name] = typed(properties.contains(name) ? properties.at(name) : Json::object(), value);
  }
  return fields;
}

// The body with the fields in it. Throws Refusal 400.
Json with_body(const Json& fields, const std::string& body) {
  if (body.empty()) return fields;
  Json input = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (input.is_discarded()) throw Refusal(400, "body.malformed", "the body is not valid JSON");
  if (!input.is_object()) throw Refusal(400, "body.not_an_object", "the body must be a JSON object");
  for (const auto& [name, value] : fields.items()) {
    if (input.contains(name)) throw given_twice(name);
    input[name] = value;
  }
  return input;
}

// The contract's sentence for a fault of the body.
Refusal refusal_of(const Operation& operation, const std::vector<config::SchemaFault>& faults) {
  const auto& first = faults.front();
  Json detail = Json::array();
  for (const auto& fault : faults) {
    detail.push_back({{"path", fault.pointer}, {"code", fault.code}, {"message", fault.message}});
    if (!fault.suggestion.empty()) detail.back()["did_you_mean"] = fault.suggestion;
  }
  const auto required = operation.request.value("required", Json::array());
  for (const auto& name : required) {
    const std::string field = name.get<std::string>();
    for (const auto& fault : faults) {
      const bool missing = fault.code == "schema.required" && fault.pointer == "/" + field;
      const bool mistyped = fault.code == "schema.type" && fault.pointer == "/" + field;
      if (missing || mistyped) return {400, "field.required", field + " is required", {{"faults", detail}}};
    }
  }
  return {400, "field.invalid", first.message, {{"faults", detail}}};
}

std::pair<int, std::string> status_of(const Error& error) {
  switch (error.status) {
    case WYV_INVALID:
      return {400, error.code};
    case WYV_NOT_FOUND:
      return {404, error.code};
    case WYV_CONFLICT:
      return {409, error.code};
    case WYV_DENIED:
    case WYV_UNSUPPORTED:
    case WYV_INTERNAL:
      return {500, error.code};
    case WYV_EXHAUSTED:
      return {507, error.code};
    default:
      return {503, error.code};
  }
}

// Any answer to a GET has a tag, by its text if not by its version.
std::string etag_of(const Operation& operation, const Reply& reply, std::string_view text) {
  if (!reply.etag.empty()) return reply.etag;
  const bool readable = operation.method == "GET" && operation.permission != Permission::anyone;
  return readable ? etag_of_text(text) : std::string();
}

void send(Answer& answer, const Operation& operation, Reply reply, const std::optional<std::string>& if_none_match) {
  const std::string text = body_text(reply);
  const int status = reply.status == 0 ? operation.success : reply.status;
  if (const auto etag = etag_of(operation, reply, text); !etag.empty()) {
    reply.headers.emplace_back("ETag", etag);
    if (operation.method == "GET" && if_none_match && names(*if_none_match, etag)) {
      answer.head(304, {}, reply.headers, 0);
      return answer.end();
    }
  }
  answer.head(status, "application/json", reply.headers, text.size());
  (void)answer.body(text);
  answer.end();
}

void send_again(Answer& answer, const KeptAnswers::Answered& earlier) {
  auto headers = earlier.headers;
  headers.emplace_back("Idempotency-Replayed", "true");
  answer.head(earlier.status, "application/json", headers, earlier.body.size());
  (void)answer.body(earlier.body);
  answer.end();
}

bool may_change(const Operation& operation) { return operation.method != "GET"; }

bool is_audited(const Operation& operation) { return may_change(operation) || operation.audited; }

Verdict verdict(int status, std::string_view code) {
  const auto outcome = status < 400 ? Outcome::done : status < 500 ? Outcome::refused : Outcome::failed;
  return {outcome, status, std::string(code)};
}

// The first parameter of the path is what a call is about, when it is an id; more may stand there, even a secret.
std::string subject_of(const std::vector<std::string>& path_parameters,
                       const std::vector<std::pair<std::string, std::string>>& fields) {
  for (const auto& [name, value] : fields) {
    if (!path_parameters.empty() && name == path_parameters.front()) return store::is_uuid(value) ? value : "";
  }
  return {};
}

// What the handler learned: of a login, who it is.
void complete(Deed& deed, const Call& call) {
  deed.caller = call.caller;
  if (deed.subject.empty()) deed.subject = call.subject;
}

void refuse_overload(Answer& answer, std::string_view correlation) {
  answer_error(answer, 503, "operation.overloaded", "too many calls wait; try again soon", nullptr, correlation);
}

void refuse_stopping(Answer& answer, std::string_view correlation) {
  answer_error(answer, 503, "operation.stopping", "the service is stopping; nothing was done", nullptr, correlation);
}

}  // namespace

std::string_view name_of(Permission permission) {
  switch (permission) {
    case Permission::anyone:
      return "anyone";
    case Permission::signed_in:
      return "signed_in";
    case Permission::view:
      return "view";
    case Permission::edit:
      return "edit";
    case Permission::administrator:
      return "administrator";
  }
  return "administrator";
}

void Call::require(Permission permission, const ProjectId& project) const {
  if (may(permission, project)) return;
  if (!project) throw Refusal(403, "access.administrator", "an administrator is required for what has no project");
  throw Refusal(403, "access.denied",
                std::string(name_of(permission)) + " permission is required in project " + *project);
}

std::optional<std::string> Call::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string body_text(const Reply& reply) {
  return reply.text.empty() ? reply.body.dump(-1, ' ', false, Json::error_handler_t::replace) : reply.text;
}

Json error_body(std::string_view code, std::string_view message, const Json& detail, std::string_view correlation) {
  Json body = {{"error", message}, {"code", code}};
  if (!detail.is_null()) body["detail"] = detail;
  if (!correlation.empty()) body["request_id"] = correlation;
  return body;
}

void answer_error(Answer& answer, int status, std::string_view code, std::string_view message, const Json& detail,
                  std::string_view correlation) {
  const std::string text =
      error_body(code, message, detail, correlation).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::vector<std::pair<std::string, std::string>> headers;
  if (detail.is_object() && detail.contains("retry_after_s")) {
    headers.emplace_back("Retry-After", detail.at("retry_after_s").dump());
  }
  answer.head(status, "application/json", headers, text.size());
  (void)answer.body(text);
  answer.end();
}

namespace {
constexpr std::size_t most_waiting = 1024;
}  // namespace

Table::Table(Access& access, Threads threads, Fault fault, Auditor* auditor)
    : access_(access), fault_(std::move(fault)), auditor_(auditor), blocking_(threads.blocking, most_waiting) {
  if (threads.writing > 0) writing_.emplace(threads.writing, most_waiting);
}

Table::~Table() { stop(); }

void Table::add(Operation operation) {
  operation.request["type"] = "object";
  if (!operation.request.contains("additionalProperties")) operation.request["additionalProperties"] = false;
  auto parameters = parameters_of(operation.path);
  config::Schema schema(operation.request);
  auto entry = std::make_unique<Entry>(Entry{std::move(operation), std::move(schema), std::move(parameters)});
  const auto [place, added] = by_name_.emplace(entry->operation.name, entry.get());
  if (!added) throw std::logic_error("the operation " + entry->operation.name + " was added twice");
  entries_.push_back(std::move(entry));
}

Json Table::list() const {
  Json all = Json::array();
  for (const auto& entry : entries_) {
    const auto& operation = entry->operation;
    all.push_back({{"name", operation.name},
                   {"summary", operation.summary},
                   {"method", operation.method},
                   {"path", operation.path},
                   {"tag", operation.tag},
                   {"permission", operations::name_of(operation.permission)},
                   {"idempotent", operation.idempotent},
                   {"conditional", operation.conditional},
                   {"secret_answer", operation.secret_answer},
                   {"reply", name_of(operation.reply)},
                   {"success", operation.success},
                   {"request", operation.request},
                   {"response", operation.response},
                   {"body_limit_bytes", operation.body_limit_bytes}});
  }
  return all;
}

void Table::call(Request request, const std::shared_ptr<Answer>& answer,
                 const std::shared_ptr<std::atomic<bool>>& cancelled) {
  if (request.correlation.empty()) request.correlation = store::new_uuid();
  const auto found = by_name_.find(request.operation);
  if (found == by_name_.end()) {
    answer_error(*answer, 404, "operation.unknown", "there is no operation '" + request.operation + "'", nullptr,
                 request.correlation);
    return;
  }
  const Entry& entry = *found->second;
  Crew* crew = crew_for(entry.operation);
  if (crew == nullptr) return run(entry, request, *answer, answer, cancelled);
  const std::string correlation = request.correlation;
  Crew::Job job = [this, &entry, request = std::move(request), answer, cancelled](bool stopping) mutable {
    if (stopping) return refuse_stopping(*answer, request.correlation);
    run(entry, request, *answer, answer, cancelled);
  };
  switch (crew->take(job)) {
    case Crew::Taken::yes:
      return;
    case Crew::Taken::overloaded:
      return refuse_overload(*answer, correlation);
    case Crew::Taken::stopping:
      return refuse_stopping(*answer, correlation);
  }
}

Crew* Table::crew_for(const Operation& operation) {
  if (operation.blocking) return &blocking_;
  return writing_ && may_change(operation) ? &*writing_ : nullptr;
}

// What is for anyone is for those with a session that has ended too: how else would they sign in again?
Caller Table::caller_of(const Operation& operation, const Credentials& credentials) const {
  try {
    return access_.authenticate(credentials);
  } catch (const Refusal&) {
    if (operation.permission != Permission::anyone) throw;
    Caller nobody;
    nobody.remote_address = credentials.remote_address;
    return nobody;
  }
}

Reply Table::handle(const Operation& operation, Call& call, Deed& deed) const {
  if (auditor_ == nullptr || !is_audited(operation)) return operation.handle(call);
  // One that waits for the world ends later than its transaction: how, is told when it is known.
  const Verdict foreseen = operation.blocking ? Verdict{Outcome::begun, 0, {}} : verdict(operation.success, {});
  bool kept = false;
  std::optional<Reply> reply;
  auditor_->with(deed, foreseen, kept, [&] { reply.emplace(operation.handle(call)); });
  const int status = reply->status == 0 ? operation.success : reply->status;
  complete(deed, call);
  if (!kept || foreseen.status != status) auditor_->keep(deed, verdict(status, {}));
  return std::move(*reply);
}

// Of a call that did not come to its end. That it cannot be kept is not the caller's matter: nothing was acknowledged.
void Table::keep(const Operation& operation, const Deed& deed, int status, std::string_view code) const {
  if (auditor_ == nullptr || !is_audited(operation)) return;
  try {
    auditor_->keep(deed, verdict(status, code));
  } catch (const std::exception& failure) {
    if (fault_) fault_(operation.name, failure.what(), {{"status", status}, {"request_id", deed.request_id}});
  }
}

void Table::run(const Entry& entry, Request& request, Answer& answer, const std::shared_ptr<Answer>& shared,
                const std::shared_ptr<std::atomic<bool>>& cancelled) {
  const trace::Scope scope(trace::of_call(request.traceparent, request.tracestate, request.correlation));
  const auto& operation = entry.operation;
  Call call{{}, Json::object(), request.correlation, std::move(request.headers), cancelled, &access_};
  call.caller.remote_address = request.credentials.remote_address;
  call.over_tls = request.credentials.over_tls;
  Deed deed{operation.name, {}, subject_of(entry.path_parameters, request.fields), {}, request.correlation};
  const auto refuse = [&](int status, std::string_view code, std::string_view message, const Json& detail) {
    if (status >= 500 && fault_)
      fault_(operation.name, message, {{"status", status}, {"code", code}, {"request_id", request.correlation}});
    complete(deed, call);
    keep(operation, deed, status, code);
    answer_error(answer, status, code, message, detail, request.correlation);
  };
  try {
    call.caller = caller_of(operation, request.credentials);
    deed.caller = call.caller;
    if (operation.permission != Permission::anyone && !call.caller.signed_in()) {
      throw Refusal(401, "access.token_required", "a bearer token or a session is required");
    }
    if (call.caller.signed_in() && request.credentials.by_cookie && may_change(operation) &&
        request.credentials.requested_with.empty()) {
      throw Refusal(403, "access.requested_with", "a call by cookie needs the header X-Requested-With");
    }
    if (call.caller.read_only && may_change(operation) && operation.permission != Permission::view) {
      throw Refusal(403, "access.read_only", "the token may only read");
    }
    if (operation.permission == Permission::administrator && !call.caller.administrator) {
      throw Refusal(403, "access.administrator", "an administrator is required");
    }
    const auto key = call.header("idempotency-key");
    std::optional<KeptAnswers::Once> once;
    if (key && kept_ != nullptr && may_change(operation) && operation.handle && !operation.secret_request &&
        call.caller.signed_in()) {
      once.emplace(
          *kept_, call.caller.id, *key,
          KeptAnswers::hash_of(operation.name, request.fields, request.body, call.header("if-match").value_or("")),
          request.correlation);
      if (const auto earlier = once->earlier()) {
        // The thing itself may be gone; its project tells who may still hear of it.
        if (operation.project) call.require(operation.permission, earlier->project);
        keep(operation, deed, earlier->status, "idempotency.replayed");
        once.reset();  // who has the answer may ask again
        return send_again(answer, *earlier);
      }
    }
    if (operation.method != "GET" && !operation.conditional && call.header("if-match")) {
      throw Refusal(400, "precondition.unsupported",
                    "what " + operation.name + " changes has no version that If-Match could ask for; leave it out");
    }
    const auto& properties = operation.request.value("properties", Json::object());
    for (const auto& name : entry.path_parameters) {
      const auto field = std::find_if(request.fields.begin(), request.fields.end(),
                                      [&](const auto& pair) { return pair.first == name; });
      const bool uuid = properties.contains(name) && properties.at(name).value("format", "") == "uuid";
      if (uuid && (field == request.fields.end() || !store::is_uuid(field->second))) {
        throw Refusal(400, "field.uuid", name + " is not a UUID");
      }
    }
    call.input = fields_of(operation, request);
    const Json fields = call.input;
    // What stands in the path says by itself what the call is about; else the body does.
    const bool named_by_path = !entry.path_parameters.empty();
    if (!named_by_path) call.input = with_body(fields, request.body);
    if (operation.project) {
      deed.project = operation.project(call);
      call.require(operation.permission, deed.project);
    }
    if (named_by_path) call.input = with_body(fields, request.body);
    const auto faults = entry.request.check(call.input);
    if (!faults.empty()) throw refusal_of(operation, faults);

    if (operation.stream) {
      if (auditor_ != nullptr && is_audited(operation)) auditor_->keep(deed, {Outcome::begun, 0, {}});
      operation.stream(call, shared);
      return;
    }
    const auto run_once = [&] { return handle(operation, call, deed); };
    Reply reply = once ? once->run(run_once, deed.project, operation.success, operation.secret_answer) : run_once();
    once.reset();  // who has the answer may ask again
    send(answer, operation, std::move(reply), call.header("if-none-match"));
  } catch (const Refusal& refusal) {
    refuse(refusal.status, refusal.code, refusal.what(), refusal.detail);
  } catch (const Failure& failure) {
    const auto [status, code] = status_of(failure.error());
    refuse(status, code, failure.error().message,
           failure.error().cause.empty() ? Json(nullptr) : Json{{"cause", failure.error().cause}});
  } catch (const std::exception& fault) {
    refuse(500, "internal", fault.what(), nullptr);
  } catch (...) {
    refuse(500, "internal", "the operation failed and did not say why", nullptr);
  }
}

void Table::stop() {
  blocking_.stop();
  if (writing_) writing_->stop();
}

}  // namespace wyvern::operations
