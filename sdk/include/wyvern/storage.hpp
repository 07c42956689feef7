// Derive from wyvern::Storage to keep media somewhere. The contract of each function is in abi/storage.h.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/abi/storage.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

// An object being read. Used by one thread at a time.
class StorageReader {
 public:
  virtual ~StorageReader() = default;
  // Fills at most `buffer`; 0 only at the end.
  virtual std::size_t read(std::span<char> buffer, const Context&) = 0;
};

// An object being written. It appears whole at commit, or never: the destructor without a commit drops it.
class StorageWriter {
 public:
  virtual ~StorageWriter() = default;
  virtual void write(std::string_view bytes, const Context&) = 0;
  virtual void commit(const Context&) = 0;
};

struct StoredObject {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string version;  // changes whenever the content does
  std::int64_t modified_us = 0;
};

class Storage : public Instance {
 public:
  static constexpr std::string_view kind = "storage";

  virtual StoredObject stat(std::string_view key, const Context&) = 0;
  virtual std::vector<StoredObject> list(std::string_view prefix, std::string_view after, std::uint32_t limit,
                                         const Context&) = 0;
  virtual std::unique_ptr<StorageReader> open(std::string_view key, std::string_view version,
                                              std::uint64_t offset_bytes, const Context&) = 0;
  virtual std::string local_path(std::string_view, const Context&) {
    throw Failure(WYV_UNSUPPORTED, "storage.not_local", "this storage has no local files");
  }
  virtual std::unique_ptr<StorageWriter> create(std::string_view key, const Context&) = 0;
  virtual void remove(std::string_view key, const Context&) = 0;

  const void* service(std::string_view name) override;
};

namespace detail {

struct StorageTable {
  static Json json(const StoredObject& object) {
    return {{"key", object.key},
            {"size_bytes", object.size_bytes},
            {"version", object.version},
            {"modified_us", object.modified_us}};
  }
  static wyv_status stat(wyv_instance* raw, wyv_view key, const wyv_text_sink* out,
                         const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, json(self<Storage>(raw).stat(text(key), Context(context)))); });
  }
  static wyv_status list(wyv_instance* raw, wyv_view prefix, wyv_view after, std::uint32_t limit,
                         const wyv_text_sink* out, const wyv_context* context) noexcept {
    return guarded(context, [&] {
      Json all = Json::array();
      for (const auto& object : self<Storage>(raw).list(text(prefix), text(after), limit, Context(context)))
        all.push_back(json(object));
      write(out, all);
    });
  }
  static wyv_status open(wyv_instance* raw, wyv_view key, wyv_view version, std::uint64_t offset, wyv_reader** out,
                         const wyv_context* context) noexcept {
    *out = nullptr;
    return guarded(context, [&] {
      *out = reinterpret_cast<wyv_reader*>(
          self<Storage>(raw).open(text(key), text(version), offset, Context(context)).release());
    });
  }
  static wyv_status read(wyv_reader* raw, void* buffer, std::uint64_t capacity, std::uint64_t* count,
                         const wyv_context* context) noexcept {
    *count = 0;
    return guarded(context, [&] {
      *count = reinterpret_cast<StorageReader*>(raw)->read(
          {static_cast<char*>(buffer), static_cast<std::size_t>(capacity)}, Context(context));
    });
  }
  static void close_reader(wyv_reader* raw) noexcept { delete reinterpret_cast<StorageReader*>(raw); }
  static wyv_status local_path(wyv_instance* raw, wyv_view key, const wyv_text_sink* out,
                               const wyv_context* context) noexcept {
    return guarded(context,
                   [&] { write(out, std::string_view(self<Storage>(raw).local_path(text(key), Context(context)))); });
  }
  static wyv_status create(wyv_instance* raw, wyv_view key, wyv_writer** out, const wyv_context* context) noexcept {
    *out = nullptr;
    return guarded(context, [&] {
      *out = reinterpret_cast<wyv_writer*>(self<Storage>(raw).create(text(key), Context(context)).release());
    });
  }
  static wyv_status write_bytes(wyv_writer* raw, wyv_view bytes, const wyv_context* context) noexcept {
    return guarded(context, [&] { reinterpret_cast<StorageWriter*>(raw)->write(text(bytes), Context(context)); });
  }
  static wyv_status commit(wyv_writer* raw, const wyv_context* context) noexcept {
    const std::unique_ptr<StorageWriter> writer(reinterpret_cast<StorageWriter*>(raw));
    return guarded(context, [&] { writer->commit(Context(context)); });
  }
  static void abandon(wyv_writer* raw) noexcept { delete reinterpret_cast<StorageWriter*>(raw); }
  static wyv_status remove(wyv_instance* raw, wyv_view key, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Storage>(raw).remove(text(key), Context(context)); });
  }
  static constexpr wyv_storage_v1 table{
      sizeof(wyv_storage_v1), 0,       &stat,    &list,  &open, &read, &close_reader, &local_path, &create,
      &write_bytes,           &commit, &abandon, &remove};
};

}  // namespace detail

inline const void* Storage::service(std::string_view name) {
  return name == WYV_STORAGE_SERVICE ? &detail::StorageTable::table : nullptr;
}

}  // namespace wyvern
