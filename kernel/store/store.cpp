#include "store/store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/turns.hpp"
#include "trace/scope.hpp"

namespace wyvern::store {
namespace {

constexpr std::chrono::seconds statement_timeout{10};

template <class Function, class... Arguments>
void call(Function function, Arguments... arguments) {
  Call outgoing(statement_timeout);
  outgoing.result(function(arguments..., outgoing.context())).or_throw();
}

std::vector<wyv_value> raw_values(const Parameter* parameters, std::size_t count) {
  std::vector<wyv_value> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) values.push_back(parameters[i].raw());
  return values;
}

}  // namespace

Parameter::Parameter(const Json& json) : value_{WYV_VALUE_JSON, 0, {0}} {
  if (json.is_null()) {
    value_.type = WYV_VALUE_NULL;
    return;
  }
  owned_ = json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Parameter Parameter::of(const wyv_value& value) {
  Parameter parameter(nullptr);
  parameter.value_ = value;
  if (value.type == WYV_VALUE_JSON) parameter.owned_ = wyvern::text(value.as.text);
  return parameter;
}

wyv_value Parameter::raw() const {
  wyv_value value = value_;
  if (value.type == WYV_VALUE_JSON) value.as.text = view(owned_);
  return value;
}

std::uint32_t Row::column(std::string_view name) const {
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (wyvern::text(names_[i]) == name) return i;
  }
  throw Failure(WYV_INTERNAL, "store.column", "a statement has no column '" + std::string(name) + "'");
}

std::int64_t Row::integer(std::string_view name) const {
  const auto& value = at(name);
  return value.type == WYV_VALUE_DOUBLE ? static_cast<std::int64_t>(value.as.real) : value.as.integer;
}

double Row::real(std::string_view name) const {
  const auto& value = at(name);
  return value.type == WYV_VALUE_DOUBLE ? value.as.real : static_cast<double>(value.as.integer);
}

std::string Row::text(std::string_view name) const { return std::string(wyvern::text(at(name).as.text)); }

Json Row::json(std::string_view name) const {
  const auto& value = at(name);
  switch (value.type) {
    case WYV_VALUE_BOOL:
      return value.as.integer != 0;
    case WYV_VALUE_INT64:
      return value.as.integer;
    case WYV_VALUE_DOUBLE:
      return value.as.real;
    case WYV_VALUE_TEXT:
    case WYV_VALUE_BYTES:
      return wyvern::text(value.as.text);
    case WYV_VALUE_TIMESTAMP:
      return Timestamp{value.as.integer}.iso8601();
    case WYV_VALUE_JSON:
      return Json::parse(wyvern::text(value.as.text));
    default:
      return nullptr;
  }
}

std::optional<std::string> Row::optional_text(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return text(name);
}

std::optional<std::int64_t> Row::optional_integer(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return integer(name);
}

std::optional<double> Row::optional_real(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return real(name);
}

Json Row::object() const {
  Json all = Json::object();
  for (std::uint32_t i = 0; i < count_; ++i) {
    const auto name = wyvern::text(names_[i]);
    all[std::string(name)] = json(name);
  }
  return all;
}

Session::~Session() {
  if (owner_ && raw_ != nullptr) table_->close(raw_);
}

Session::Session(Session&& other) noexcept
    : table_(other.table_),
      raw_(std::exchange(other.raw_, nullptr)),
      owner_(other.owner_),
      after_commit_(std::move(other.after_commit_)),
      subject_(std::move(other.subject_)),
      known_(std::move(other.known_)),
      rows_(std::move(other.rows_)) {}

std::uint64_t Session::execute(std::string_view sql, const Parameter* parameters, std::size_t count,
                               const std::function<void(const Row&)>& on_row) {
  const auto values = raw_values(parameters, count);

  // An exception of `on_row` may not pass through the plugin: it is kept and thrown here.
  struct Reading {
    const std::function<void(const Row&)>& on_row;
    std::exception_ptr fault;
  } reading{on_row, nullptr};
  const wyv_row_sink sink{&reading, [](void* self, const wyv_value* columns, const wyv_view* names, std::uint32_t n) {
                            auto& state = *static_cast<Reading*>(self);
                            try {
                              state.on_row(Row(columns, names, n));
                              return std::int32_t{0};
                            } catch (...) {
                              state.fault = std::current_exception();
                              return std::int32_t{1};
                            }
                          }};
  std::uint64_t affected = 0;
  Call outgoing(statement_timeout);
  const wyv_status status = table_->execute(raw_, view(sql), values.data(), static_cast<std::uint32_t>(values.size()),
                                            on_row ? &sink : nullptr, &affected, outgoing.context());
  if (reading.fault) std::rethrow_exception(reading.fault);
  outgoing.result(status).or_throw();
  return affected;
}

void Session::queue(std::string_view sql, Parameters parameters) {
  queue_raw(sql, raw_values(parameters.begin(), parameters.size()));
}

void Session::queue_raw(std::string_view sql, const std::vector<wyv_value>& values) {
  const auto count = static_cast<std::uint32_t>(values.size());
  if (WYV_HAS(table_, wyv_store_v1, queue)) {
    Call outgoing(statement_timeout);
    const wyv_status status = table_->queue(raw_, view(sql), values.data(), count, outgoing.context());
    if (status != WYV_UNSUPPORTED) return outgoing.result(status).or_throw();
  }
  call(table_->execute, raw_, view(sql), values.data(), count, nullptr, nullptr);
}

bool Session::mark() {
  if (!WYV_HAS(table_, wyv_store_v1, mark) || !WYV_HAS(table_, wyv_store_v1, undo_to_mark)) return false;
  Call outgoing(statement_timeout);
  const wyv_status status = table_->mark(raw_, outgoing.context());
  if (status == WYV_UNSUPPORTED) return false;
  outgoing.result(status).or_throw();
  return true;
}

void Session::undo_to_mark() {
  after_commit_.clear();
  rows_.clear();
  call(table_->undo_to_mark, raw_);
}

void Session::script(std::string_view sql) { call(table_->script, raw_, view(sql)); }
void Session::begin() {
  known_.clear();
  call(table_->begin, raw_);
}

void Session::commit() {
  const bool adds_rows = !rows_.empty();
  try {
    insert_rows();
    for (const auto& [type, known] : std::exchange(known_, {})) {
      if (known.write) known.write(*this, known.fact);
    }
    call(table_->commit, raw_);
  } catch (const Failure& failure) {
    const auto status = failure.error().status;
    const bool told_as_the_callers = status == WYV_INVALID || status == WYV_NOT_FOUND || status == WYV_CONFLICT;
    if (!adds_rows || !told_as_the_callers) throw;
    throw Failure(WYV_INTERNAL, "store.not_kept", "an event or the audit cannot be kept: " + failure.error().message,
                  failure.error().cause);
  }
  const auto actions = std::exchange(after_commit_, {});
  for (const auto& action : actions) action();
}

void Session::insert_at_commit(std::string_view into, Parameters row) {
  rows_[into].emplace_back(row.begin(), row.end());
}

void Session::insert_rows() {
  // Few lengths, so that few statements need be prepared.
  constexpr std::size_t rows_together = 8;
  for (const auto& [into, rows] : std::exchange(rows_, {})) {
    for (std::size_t first = 0; first < rows.size();) {
      const std::size_t count = rows.size() - first >= rows_together ? rows_together : 1;
      std::string sql = std::string(into) + " VALUES ";
      std::vector<wyv_value> values;
      for (std::size_t i = first; i < first + count; ++i) {
        sql += i == first ? "(" : ", (";
        for (const auto& value : rows[i]) {
          values.push_back(value.raw());
          sql += (&value == rows[i].data() ? "$" : ", $") + std::to_string(values.size());
        }
        sql += ")";
      }
      queue_raw(sql, values);
      first += count;
    }
  }
}

void Session::hand_over_to(Session& whole) {
  for (auto& [into, rows] : rows_) {
    auto& all = whole.rows_[into];
    std::ranges::move(rows, std::back_inserter(all));
  }
  rows_.clear();
  whole.known_ = std::move(known_);
  if (after_commit_.empty()) return;
  whole.after_commit([actions = std::exchange(after_commit_, {}), asked = trace::carried()] {
    const trace::Scope scope(asked);
    for (const auto& action : actions) action();
  });
}

void Session::rollback() noexcept {
  after_commit_.clear();
  rows_.clear();
  known_.clear();
  Call outgoing(statement_timeout);
  (void)table_->rollback(raw_, outgoing.context());  // a session that cannot roll back does so when it is closed
}

namespace {
thread_local const BeforeCommit* before_commit = nullptr;
}  // namespace

BeforeCommit::BeforeCommit(std::function<void(Session&)> action) : action_(std::move(action)), outer_(before_commit) {
  before_commit = this;
}

BeforeCommit::~BeforeCommit() { before_commit = outer_; }

void BeforeCommit::run(Session& session) {
  for (const auto* one = before_commit; one != nullptr; one = one->outer_) one->action_(session);
}

Store::Store(const wyv_store_v1* table, wyv_instance* instance)
    : table_(table), instance_(instance), turns_(std::make_shared<Turns>([table, instance] {
        const Store here(table, instance, nullptr);
        Session session = here.open_writer();
        session.begin();
        // A store with one writer has let this session alone begin. PostgreSQL lets all; there a lock of the tables'
        // schema is held until the end of the transaction.
        if (here.dialect() == "postgres")
          session.run("SELECT pg_advisory_xact_lock(hashtextextended('wyvern ' || current_schema(), 0))");
        return session;
      })) {}

void Store::write_repeatedly(const std::function<void(Session&)>& body) const {
  // It has changed nothing, and may succeed at once when it is tried again.
  const auto worth_another = [](const Failure& failure) {
    return failure.error().code == "store.busy" || failure.error().code == "store.connection_lost";
  };
  for (int attempt = 1;; ++attempt) {
    try {
      return turns_->take(body, attempt > 1);
    } catch (const Turns::Broken&) {  // nothing was changed
    } catch (const Failure& failure) {
      if (attempt >= 5 || !worth_another(failure)) throw;
    }
  }
}

Session Store::open(std::int32_t mode) const {
  wyv_session* raw = nullptr;
  Call outgoing(statement_timeout);
  outgoing.result(table_->open(instance_, mode, &raw, outgoing.context())).or_throw();
  return {table_, raw};
}

}  // namespace wyvern::store
