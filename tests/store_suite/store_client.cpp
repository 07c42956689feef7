#include "store_suite/store_client.hpp"

#include <ostream>

namespace wyvern::test {

namespace {

wyv_value raw_value(const Value& value) {
  wyv_value raw{};
  raw.type = value.type;
  switch (value.type) {
    case WYV_VALUE_BOOL:
    case WYV_VALUE_INT64:
    case WYV_VALUE_TIMESTAMP:
      raw.as.integer = value.integer;
      break;
    case WYV_VALUE_DOUBLE:
      raw.as.real = value.real;
      break;
    default:
      raw.as.text = view(value.text);
  }
  return raw;
}

Value owned_value(const wyv_value& raw) {
  Value value;
  value.type = raw.type;
  switch (raw.type) {
    case WYV_VALUE_NULL:
      break;
    case WYV_VALUE_BOOL:
    case WYV_VALUE_INT64:
    case WYV_VALUE_TIMESTAMP:
      value.integer = raw.as.integer;
      break;
    case WYV_VALUE_DOUBLE:
      value.real = raw.as.real;
      break;
    default:
      value.text = text(raw.as.text);
  }
  return value;
}

struct Collector {
  Answer answer;
  std::function<bool(const Row&)> on_row;

  static std::int32_t take(void* self, const wyv_value* columns, const wyv_view* names, std::uint32_t count) {
    auto& to = *static_cast<Collector*>(self);
    Row row;
    for (std::uint32_t i = 0; i < count; ++i) row.push_back(owned_value(columns[i]));
    if (to.answer.rows.empty() && to.answer.names.empty())
      for (std::uint32_t i = 0; i < count; ++i) to.answer.names.emplace_back(text(names[i]));
    if (to.on_row) return to.on_row(row) ? 0 : 1;
    to.answer.rows.push_back(std::move(row));
    return 0;
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Value& value) {
  return out << "type " << value.type << ", integer " << value.integer << ", real " << value.real << ", text '"
             << value.text.substr(0, 80) << "'";
}

Result<SessionClient> SessionClient::open(const StoreClient& store, std::int32_t mode, std::chrono::nanoseconds timeout,
                                          const std::atomic<bool>* cancelled) {
  Call call(timeout, cancelled);
  wyv_session* raw = nullptr;
  const wyv_status status = store.table()->open(store.instance(), mode, &raw, call.context());
  if (status != WYV_OK) return call.error(status);
  return SessionClient(store.table(), raw);
}

void SessionClient::close() {
  if (raw_ != nullptr) table_->close(std::exchange(raw_, nullptr));
}

Result<void> SessionClient::begin() {
  Call call(kPatience);
  return call.result(table_->begin(raw_, call.context()));
}

Result<void> SessionClient::commit(std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(table_->commit(raw_, call.context()));
}

Result<void> SessionClient::rollback() {
  Call call(kPatience);
  return call.result(table_->rollback(raw_, call.context()));
}

Result<void> SessionClient::script(std::string_view sql) {
  Call call(kPatience);
  return call.result(table_->script(raw_, view(sql), call.context()));
}

Result<void> SessionClient::mark() {
  Call call(kPatience);
  return call.result(table_->mark(raw_, call.context()));
}

Result<void> SessionClient::undo_to_mark() {
  Call call(kPatience);
  return call.result(table_->undo_to_mark(raw_, call.context()));
}

Result<void> SessionClient::queue(std::string_view sql, const std::vector<Value>& parameters) {
  Call call(kPatience);
  std::vector<wyv_value> raw;
  for (const auto& parameter : parameters) raw.push_back(raw_value(parameter));
  return call.result(
      table_->queue(raw_, view(sql), raw.data(), static_cast<std::uint32_t>(raw.size()), call.context()));
}

Result<Answer> SessionClient::execute(std::string_view sql, const std::vector<Value>& parameters,
                                      std::chrono::nanoseconds timeout, const std::atomic<bool>* cancelled,
                                      std::function<bool(const Row&)> on_row) {
  Call call(timeout, cancelled);
  std::vector<wyv_value> raw;
  for (const auto& parameter : parameters) raw.push_back(raw_value(parameter));
  Collector collector{{}, std::move(on_row)};
  const wyv_row_sink sink{&collector, &Collector::take};
  const wyv_status status = table_->execute(raw_, view(sql), raw.data(), static_cast<std::uint32_t>(raw.size()), &sink,
                                            &collector.answer.affected, call.context());
  if (status != WYV_OK) return call.error(status);
  return std::move(collector.answer);
}

}  // namespace wyvern::test
