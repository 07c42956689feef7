#include "connection.hpp"

#include <cstring>
#include <utility>

#include "cancel_request.hpp"

namespace wyvern::postgres {

namespace {

// How long an answer may still take once the call must end: the server needs it to end a statement.
constexpr std::chrono::milliseconds kGrace{500};
constexpr std::chrono::seconds kRollbackPatience{2};

// A time of its own, for what must be done whatever becomes of the call.
class PatientContext {
 public:
  Context get() const { return Context(&terms_); }

 private:
  const wyv_context terms_{sizeof(wyv_context),
                           0,
                           std::chrono::nanoseconds((Clock::now() + kRollbackPatience).time_since_epoch()).count(),
                           {},
                           nullptr,
                           nullptr,
                           nullptr};
};

bool failed(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

bool has_state(const PGresult* result, const char* state) {
  const char* found = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return found != nullptr && std::strcmp(found, state) == 0;
}

// A table has changed since the statement was prepared, and with it the columns of the answer. The server says so
// before it has done anything.
bool has_other_columns(const PGresult* result) {
  const char* function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
  return has_state(result, "0A000") && function != nullptr && std::strcmp(function, "RevalidateCachedQuery") == 0;
}

// What a statement may fail with that was prepared for a table of other columns: it does not fit any more (class 42),
// or its parameters have not the types that were found then (class 22).
bool may_be_stale(const PGresult* result) {
  if (!failed(result)) return false;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return has_other_columns(result) ||
         (state != nullptr && (std::strncmp(state, "42", 2) == 0 || std::strncmp(state, "22", 2) == 0));
}

bool copies(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

}  // namespace

Connection::Connection(OwnedConnection raw, Access access, const std::atomic<bool>& interrupted)
    : raw_(std::move(raw)), access_(access), interrupted_(interrupted) {
  PQsetNoticeReceiver(raw_.get(), &on_notice, this);
}

// Between two statements libpq takes the server's last words for a notice.
void Connection::on_notice(void* self, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && (std::strcmp(severity, "FATAL") == 0 || std::strcmp(severity, "PANIC") == 0))
    static_cast<Connection*>(self)->spoil();
}

bool Connection::alive() {
  if (spoiled_ || PQstatus(raw_.get()) != CONNECTION_OK) return false;
  pollfd one{PQsocket(raw_.get()), POLLIN | POLLRDHUP, 0};
  if (::poll(&one, 1, 0) <= 0) return true;
  const bool ended = (one.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
  if (ended || PQconsumeInput(raw_.get()) == 0 || PQstatus(raw_.get()) != CONNECTION_OK) spoil();
  (void)PQisBusy(raw_.get());  // looks at what came
  return !spoiled_;
}

void Connection::lose(bool sent, std::optional<Failure> overdue) {
  spoil();
  throw Lost{sent, std::move(overdue), PQerrorMessage(raw_.get())};
}

Connection::Answered Connection::await_all(bool sent, bool took_it, const Context& context, Overdue overdue) {
  if (!took_it) lose(sent);
  const bool many = PQpipelineStatus(raw_.get()) != PQ_PIPELINE_OFF;
  std::size_t ended_statements = 0;
  std::size_t place = 0;
  const Patience patience{context, interrupted_};
  std::optional<Failure> ended;
  std::optional<CancelRequest> cancel;
  Clock::time_point grace_ends;
  Answer answer;
  for (;;) {
    const int unsent = PQflush(raw_.get());
    if (unsent < 0) lose(sent);
    if (unsent == 0 && PQisBusy(raw_.get()) == 0) {
      Answer next(PQgetResult(raw_.get()));
      if (next == nullptr) {
        if (!many || PQstatus(raw_.get()) != CONNECTION_OK) break;
        ++ended_statements;
        continue;
      }
      if (PQresultStatus(next.get()) == PGRES_PIPELINE_SYNC) break;
      if (copies(next.get())) {
        spoil();
        throw Failure(WYV_INVALID, "store.not_allowed", "COPY from or to the client is not possible here");
      }
      if (answer == nullptr || !failed(answer.get())) {
        answer = std::move(next);
        place = ended_statements;
      }
      continue;
    }
    if (!ended) {
      ended = patience.ended();
      if (ended) grace_ends = Clock::now() + kGrace;
      if (ended && overdue == Overdue::cancel) cancel.emplace(raw_.get());
    } else if (Clock::now() >= grace_ends) {
      lose(sent, std::move(ended));
    }
    const short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
    const auto longest = ended ? grace_ends - Clock::now() : context.remaining();
    if (wait_a_little(PQsocket(raw_.get()), events, longest) && PQconsumeInput(raw_.get()) == 0) lose(sent);
  }
  if (PQstatus(raw_.get()) != CONNECTION_OK || answer == nullptr) lose(sent);
  if (cancel && !cancel->taken_within(grace_ends - Clock::now())) spoil();
  if (cancel && has_state(answer.get(), "57014")) throw *ended;
  return {std::move(answer), place};
}

Prepared Connection::prepare(std::string_view sql, const Context& context) {
  Prepared made{statements_.new_name()};
  const bool took_it = PQsendPrepare(raw_.get(), made.name.c_str(), std::string(sql).c_str(), 0, nullptr) == 1;
  const auto answer = await(false, took_it, context);
  if (failed(answer.get())) throw failure(answer.get(), sql);
  const auto description = await(false, PQsendDescribePrepared(raw_.get(), made.name.c_str()) == 1, context);
  if (failed(description.get())) throw failure(description.get(), sql);
  made.binary = has_binary_form(description.get());
  return made;
}

void Connection::deallocate(const std::string& name, const Context& context) {
  const auto answer = await(false, PQsendQuery(raw_.get(), ("DEALLOCATE " + name).c_str()) == 1, context);
  if (failed(answer.get())) throw failure(answer.get(), name);
}

std::pair<Prepared, bool> Connection::prepared(std::string_view sql, const Context& context) {
  if (auto found = statements_.find(sql)) return {std::move(*found), true};
  settle(context);
  if (const auto oldest = statements_.make_room()) deallocate(*oldest, context);
  auto made = prepare(sql, context);
  statements_.keep(sql, made);
  return {std::move(made), false};
}

std::uint64_t Connection::queue(std::string_view sql, const Parameters& parameters, const Context& context) {
  const auto statement = prepared(sql, context).first;
  const bool took_it = (PQpipelineStatus(raw_.get()) != PQ_PIPELINE_OFF || PQenterPipelineMode(raw_.get()) == 1) &&
                       PQsendQueryPrepared(raw_.get(), statement.name.c_str(), parameters.count(), parameters.data(),
                                           parameters.sizes(), parameters.formats(), 0) == 1;
  if (!took_it) lose(true);
  queued_.emplace_back(sql);
  return ++last_queued_;
}

Answer Connection::end_queue(bool took_it, const Context& context) {
  const auto queued = std::exchange(queued_, {});
  // Whatever came of it: what is sent next is sent as usual.
  const struct Leaving {
    Connection& connection;
    ~Leaving() {
      if (PQexitPipelineMode(connection.raw_.get()) != 1) connection.spoil();
    }
  } leaving{*this};
  auto [answer, place] = await_all(true, took_it && PQpipelineSync(raw_.get()) == 1, context, Overdue::cancel);
  const bool all_ran = place == queued.size() || !failed(answer.get());
  last_run_ = all_ran ? last_queued_ : last_queued_ - queued.size() + place;
  if (all_ran) return std::move(answer);
  if (may_be_stale(answer.get())) (void)statements_.forget(queued[place]);
  throw failure(answer.get(), queued[place]);
}

void Connection::settle(const Context& context) {
  if (!queued_.empty()) (void)end_queue(true, context);
}

void Connection::drop_queued() {
  const PatientContext context;
  try {
    settle(context.get());
  } catch (const Failure&) {  // it goes with the rest
  }
}

Answer Connection::query(std::string_view sql, const Parameters& parameters, const Context& context) {
  for (;;) {
    const auto [statement, used_before] = prepared(sql, context);
    const bool took_it = PQsendQueryPrepared(raw_.get(), statement.name.c_str(), parameters.count(), parameters.data(),
                                             parameters.sizes(), parameters.formats(), statement.binary ? 1 : 0) == 1;
    auto answer = queued_.empty() ? await(true, took_it, context) : end_queue(took_it, context);
    if (used_before && may_be_stale(answer.get())) {
      (void)statements_.forget(sql);    // its name is not used again; the server frees it with the connection
      if (!in_transaction()) continue;  // what failed has changed nothing
      if (has_other_columns(answer.get()))
        throw Failure(WYV_UNAVAILABLE, "store.busy", "a table was changed by another meanwhile; try again",
                      std::string(sql));
    }
    if (PQresultStatus(answer.get()) == PGRES_EMPTY_QUERY)
      throw Failure(WYV_INVALID, "store.syntax", "the statement is empty");
    if (failed(answer.get())) throw failure(answer.get(), sql);
    return answer;
  }
}

Answer Connection::script(const std::string& sql, const Context& context) {
  settle(context);
  auto answer = await(true, PQsendQuery(raw_.get(), sql.c_str()) == 1, context);
  if (failed(answer.get())) throw failure(answer.get(), sql);
  return answer;
}

bool Connection::commit(const Context& context) {
  const auto answer = await(true, PQsendQuery(raw_.get(), "COMMIT") == 1, context, Overdue::wait);
  if (failed(answer.get())) throw failure(answer.get(), "COMMIT");
  return std::strcmp(PQcmdStatus(answer.get()), "COMMIT") == 0;
}

void Connection::rollback() {
  drop_queued();
  const PatientContext context;
  const auto answer = await(false, PQsendQuery(raw_.get(), "ROLLBACK") == 1, context.get(), Overdue::wait);
  if (failed(answer.get())) throw failure(answer.get(), "ROLLBACK");
}

}  // namespace wyvern::postgres
