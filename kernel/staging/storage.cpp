#include "staging/storage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "staging/errand.hpp"
#include "wyvern/call.hpp"

namespace wyvern::staging {

struct Storage::Line {
  StorageAccess access;
  std::chrono::milliseconds timeout;
  std::shared_ptr<std::atomic<int>> hanging = std::make_shared<std::atomic<int>>(0);

  // `body(Call&)` returns a Result; a call that does not come back becomes an error that names storage and key.
  template <class Body>
  auto call(const std::string& key, const std::atomic<bool>* cancelled, Body body) const
      -> decltype(body(std::declval<Call&>())) {
    if (const int count = hanging->load(); count >= most_hanging) {
      return Error{WYV_UNAVAILABLE, "storage.hangs",
                   "storage '" + access.name + "' does not answer: " + std::to_string(count) +
                       " calls hang in it; check its mount or its server",
                   "", true};
    }
    auto value = run_errand(timeout, cancelled, hanging, std::move(body));
    if (value) return std::move(*value);
    if (cancelled != nullptr && cancelled->load()) {
      return Error{WYV_CANCELLED, "call.cancelled", "the caller withdrew", "", false};
    }
    return Error{WYV_TIMEOUT, "storage.timeout",
                 "storage '" + access.name + "' did not answer for '" + key + "' within " +
                     std::to_string(timeout.count()) + " ms; check its mount or its server",
                 "", true};
  }
};

namespace {

// An open reader with the buffer that it fills; whoever is last closes it, be it a call that hung.
struct Held {
  const wyv_storage_v1* table;
  wyv_reader* raw = nullptr;
  std::string buffer;

  ~Held() {
    if (raw != nullptr) table->close_reader(raw);
  }
};

Result<ObjectInfo> object_from(const std::string& storage, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("size_bytes") || !json["size_bytes"].is_number_unsigned() ||
      !json.contains("version") || !json["version"].is_string()) {
    return Error{WYV_INTERNAL, "storage.garbage",
                 "storage '" + storage + "' described an object without its size and version; its plugin is faulty",
                 text.substr(0, 200), false};
  }
  return ObjectInfo{json["size_bytes"].get<std::uint64_t>(), json["version"].get<std::string>()};
}

}  // namespace

Storage::Storage(StorageAccess access, std::chrono::milliseconds timeout)
    : line_(std::make_shared<Line>(Line{std::move(access), timeout})) {}

const std::string& Storage::name() const { return line_->access.name; }

int Storage::hanging() const { return line_->hanging->load(); }

Result<ObjectInfo> Storage::stat(const std::string& key, const std::atomic<bool>* cancelled) const {
  return line_->call(key, cancelled, [line = line_, key](Call& call) -> Result<ObjectInfo> {
    auto text = call_for_text(call, line->access.table->stat, line->access.instance, view(key));
    if (!text) return std::move(text).error();
    return object_from(line->access.name, *text);
  });
}

Result<std::optional<std::string>> Storage::local_path(const std::string& key,
                                                       const std::atomic<bool>* cancelled) const {
  using Path = std::optional<std::string>;
  if (!WYV_HAS(line_->access.table, wyv_storage_v1, local_path)) return Path();
  return line_->call(key, cancelled, [line = line_, key](Call& call) -> Result<Path> {
    auto text = call_for_text(call, line->access.table->local_path, line->access.instance, view(key));
    if (text) return Path(std::move(*text));
    if (text.error().status == WYV_UNSUPPORTED) return Path();
    return std::move(text).error();
  });
}

Result<std::unique_ptr<ObjectReader>> Storage::open(const std::string& key, const std::string& version,
                                                    std::uint64_t offset_bytes,
                                                    const std::atomic<bool>* cancelled) const {
  class Reader final : public ObjectReader {
   public:
    Reader(std::shared_ptr<Line> line, std::string key, std::shared_ptr<Held> held, const std::atomic<bool>* cancelled)
        : line_(std::move(line)), key_(std::move(key)), held_(std::move(held)), cancelled_(cancelled) {}

    Result<std::string_view> read(std::size_t capacity) override {
      if (held_ == nullptr) return Error{WYV_WRONG_STATE, "storage.reader", "the reader failed before", "", false};
      auto done = line_->call(key_, cancelled_, [held = held_, capacity](Call& call) -> Result<std::size_t> {
        held->buffer.resize(capacity);
        std::uint64_t count = 0;
        const auto status = held->table->read(held->raw, held->buffer.data(), capacity, &count, call.context());
        if (status != WYV_OK) return call.error(status);
        return static_cast<std::size_t>(count);
      });
      // After a failure a call may still be inside the reader: nothing touches it from here any more.
      if (!done) {
        held_.reset();
        return std::move(done).error();
      }
      if (*done > capacity) {
        held_.reset();
        return Error{WYV_INTERNAL, "storage.garbage",
                     "storage '" + line_->access.name + "' said it read more of '" + key_ +
                         "' than was asked for; its plugin is faulty",
                     "", false};
      }
      return std::string_view(held_->buffer.data(), *done);
    }

   private:
    std::shared_ptr<Line> line_;
    std::string key_;
    std::shared_ptr<Held> held_;
    const std::atomic<bool>* cancelled_;
  };

  auto held = line_->call(
      key, cancelled, [line = line_, key, version, offset_bytes](Call& call) -> Result<std::shared_ptr<Held>> {
        auto opened = std::make_shared<Held>(Held{line->access.table, nullptr, {}});
        const auto status = line->access.table->open(line->access.instance, view(key), view(version), offset_bytes,
                                                     &opened->raw, call.context());
        if (status != WYV_OK) {
          opened->raw = nullptr;
          return call.error(status);
        }
        return opened;
      });
  if (!held) return std::move(held).error();
  return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(line_, key, std::move(*held), cancelled));
}

Storages::Storages(const std::vector<StorageAccess>& all, std::chrono::milliseconds timeout) {
  for (const auto& access : all) all_.emplace_back(access, timeout);
}

const Storage* Storages::find(std::string_view name) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Storage& one) { return one.name() == name; });
  return found == all_.end() ? nullptr : &*found;
}

const Storage* Storages::first() const { return all_.empty() ? nullptr : &all_.front(); }

std::vector<std::string> Storages::names() const {
  std::vector<std::string> names;
  for (const auto& storage : all_) names.push_back(storage.name());
  return names;
}

bool Storages::hanging() const {
  return std::any_of(all_.begin(), all_.end(), [](const Storage& one) { return one.hanging() > 0; });
}

}  // namespace wyvern::staging
