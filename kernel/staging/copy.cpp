#include "staging/copy.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>

namespace wyvern::staging {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

class Hash {
 public:
  Hash() { crypto_generichash_init(&state_, nullptr, 0, size); }
  void add(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  std::string finish() {
    std::array<unsigned char, size> digest{};
    crypto_generichash_final(&state_, digest.data(), digest.size());
    std::array<char, 2 * size + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    return "blake2b-256:" + std::string(hex.data());
  }

 private:
  static constexpr std::size_t size = 32;
  crypto_generichash_state state_{};
};

// The temporary, open for writing.
class Output {
 public:
  Output(const CacheDirectory& directory, const std::filesystem::path& path, const Source& source, std::uint64_t size)
      : directory_(directory), source_(source), size_(size) {
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file_ < 0) fail(errno);
  }
  ~Output() {
    if (file_ >= 0) ::close(file_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Takes the disk's blocks now, so that the copy cannot run out of them later; false where the disk has no such call.
  bool allocate() {
    if (size_ == 0) return true;
    if (::fallocate(file_, 0, 0, static_cast<off_t>(size_)) == 0) return true;
    if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR) return false;
    fail(errno);
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      written_ += static_cast<std::uint64_t>(written);
    }
    // The disk begins to work now, so that the sync at the end of a large copy is short.
    if (written_ - begun_ >= writeback_bytes) {
      (void)::sync_file_range(file_, static_cast<off_t>(begun_), static_cast<off_t>(written_ - begun_),
                              SYNC_FILE_RANGE_WRITE);
      begun_ = written_;
    }
  }
  void sync() {
    if (::fsync(file_) != 0) fail(errno);
    const int file = std::exchange(file_, -1);
    if (::close(file) != 0) fail(errno);
  }

 private:
  [[noreturn]] void fail(int error) const {
    const auto reason = std::generic_category().message(error);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
      struct statvfs disk {};
      const std::uint64_t free = ::statvfs(directory_.path().c_str(), &disk) == 0
                                     ? static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize
                                     : 0;
      throw Failure(WYV_EXHAUSTED, "cache.disk_full",
                    "the disk of the media cache (" + directory_.path().string() + ") is full: '" + source_.filename +
                        "' needs " + std::to_string(size_) + " bytes and " + std::to_string(free) +
                        " are free; make room there, or remove items from playlists",
                    reason);
    }
    throw Failure(WYV_INTERNAL, "cache.write",
                  "'" + source_.filename + "' cannot be written to the media cache (" + directory_.path().string() +
                      "); check that disk",
                  reason);
  }

  static constexpr std::uint64_t writeback_bytes = std::uint64_t{32} << 20;

  const CacheDirectory& directory_;
  const Source& source_;
  std::uint64_t size_;
  std::uint64_t written_ = 0;
  std::uint64_t begun_ = 0;  // of that, the disk was told to write
  int file_ = -1;
};

Failure retryable(wyv_status status, std::string code, std::string message) {
  return Failure(Error{status, std::move(code), std::move(message), "", true});
}

// A storage's errors as an attempt sees them: an object that changed may be read again.
template <class T>
T taken(Result<T> result) {
  if (result) return std::move(result).value();
  Error error = std::move(result).error();
  if (error.code == "storage.changed") error.retryable = true;
  throw Failure(std::move(error));
}

// Hands on every chunk of the object. Throws when it is not whole or not the same from first to last.
void read_whole(const Storage& storage, const Source& source, const ObjectInfo& object, Work& work,
                const std::function<void(std::string_view)>& chunk) {
  const std::string what = "'" + source.key + "' of storage '" + storage.name() + "'";
  const auto reader = taken(storage.open(source.key, object.version, 0, &work.cancelled()));
  std::uint64_t done = 0;
  for (;;) {
    work.check();
    const auto bytes = taken(reader->read(chunk_bytes));
    if (bytes.empty()) break;
    done += bytes.size();
    if (done > object.size_bytes) {
      throw retryable(WYV_CONFLICT, "storage.changed",
                      what + " holds more than the " + std::to_string(object.size_bytes) +
                          " bytes that it should; it is still being written");
    }
    chunk(bytes);
    work.progress(done, object.size_bytes);
  }
  if (done != object.size_bytes) {
    throw retryable(
        WYV_UNAVAILABLE, "storage.short_read",
        what + " ended after " + std::to_string(done) + " of " + std::to_string(object.size_bytes) + " bytes");
  }
  if (taken(storage.stat(source.key, &work.cancelled())).version != object.version) {
    throw retryable(WYV_CONFLICT, "storage.changed", what + " changed while it was read");
  }
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

const Storage& storage_of(const Storages& storages, const std::string& name) {
  if (const auto* storage = storages.find(name)) return *storage;
  std::string known;
  for (const auto& one : storages.names()) known += (known.empty() ? "" : ", ") + one;
  throw Failure(WYV_INVALID, "storage.unknown",
                "no storage '" + name + "' is configured" +
                    (known.empty() ? "; the configuration has no storages" : "; there are: " + known));
}

Copied copy_object(MediaCache& cache, CacheDirectory& directory, const Storages& storages, const Source& source,
                   Work& work) {
  const auto& storage = storage_of(storages, source.storage);
  const auto object = taken(storage.stat(source.key, &work.cancelled()));
  const auto& job = work.job();
  const auto path = directory.temporary_for(source.asset_id, job.id, job.attempt);
  directory.remove_temporaries(source.asset_id, path);
  auto room = cache.make_room(source.asset_id, source.filename, object.size_bytes);

  const auto file = std::make_shared<TemporaryFile>(path);
  Output output(directory, path, source, object.size_bytes);
  const bool allocated = output.allocate();
  if (allocated) room.written(object.size_bytes);
  Hash hash;
  read_whole(storage, source, object, work, [&](std::string_view bytes) {
    output.write(bytes);
    hash.add(bytes);
    if (!allocated) room.written(bytes.size());
  });
  output.sync();
  return {file, {path, object.size_bytes, hash.finish(), object.version}};
}

std::string hash_object(const Storage& storage, const Source& source, const ObjectInfo& object, Work& work) {
  Hash hash;
  read_whole(storage, source, object, work, [&](std::string_view bytes) { hash.add(bytes); });
  return hash.finish();
}

}  // namespace wyvern::staging
