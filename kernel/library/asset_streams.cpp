#include "library/asset_streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "library/byte_range.hpp"
#include "library/content_type.hpp"
#include "library/storage_refusal.hpp"
#include "trace/scope.hpp"

namespace wyvern::library {

using operations::Answer;
using operations::Call;
using operations::Refusal;
using Headers = std::vector<std::pair<std::string, std::string>>;

namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

// A file that was staged. Stays readable when the cache throws it out meanwhile.
class StagedFile {
 public:
  explicit StagedFile(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~StagedFile() {
    if (number_ >= 0) ::close(number_);
  }
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  int number() const { return number_; }
  std::optional<std::uint64_t> size_bytes() const {
    struct stat info {};
    if (number_ < 0 || ::fstat(number_, &info) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  int number_;
};

class StagedReader final : public staging::ObjectReader {
 public:
  StagedReader(std::shared_ptr<const StagedFile> file, std::uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}

  Result<std::string_view> read(std::size_t capacity) override {
    buffer_.resize(capacity);
    for (;;) {
      const auto count = ::pread(file_->number(), buffer_.data(), capacity, static_cast<off_t>(offset_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Error{WYV_INTERNAL, "cache.read", "the staged copy cannot be read", {}, false};
      offset_ += static_cast<std::uint64_t>(count);
      return std::string_view(buffer_.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::shared_ptr<const StagedFile> file_;
  std::uint64_t offset_;
  std::string buffer_;
};

// Where a sender waits for its reader. Shared with the answer, which may ring a moment after its end.
class Pause {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_one();
  }
  // Returns when it was rung since the last time; after a moment in any case, for surfaces that cannot tell.
  void wait() {
    constexpr std::chrono::milliseconds moment{50};
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, moment, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

bool names_tag(std::string_view header, std::string_view tag) {
  return header == "*" || header.find(tag) != std::string_view::npos;
}

// RFC 8187, so that any name survives.
std::string disposition(std::string_view filename) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : filename) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
        c == '_') {
      encoded.push_back(c);
    } else {
      encoded.push_back('%');
      encoded.push_back(digits[static_cast<unsigned char>(c) >> 4]);
      encoded.push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
  }
  return "inline; filename*=UTF-8''" + encoded;
}

}  // namespace

struct AssetStreams::Content {
  std::uint64_t size_bytes = 0;  // of the whole object
  std::string tag;
  // Opened once it is known from where.
  std::function<std::unique_ptr<staging::ObjectReader>(std::uint64_t offset)> reader;
};

struct AssetStreams::Stream {
  std::shared_ptr<Answer> answer;
  std::shared_ptr<std::atomic<bool>> cancelled;
  std::unique_ptr<staging::ObjectReader> reader;
  std::uint64_t left_bytes = 0;
  std::shared_ptr<Pause> pause = std::make_shared<Pause>();
  std::atomic<bool> done{false};
  std::thread thread;
};

AssetStreams::AssetStreams(store::Store store, staging::Staging& staging)
    : store_(std::move(store)), staging_(staging) {}

AssetStreams::~AssetStreams() { stop(); }

AssetStreams::Content AssetStreams::open(const Call& call, const Asset& asset) const {
  const auto media = store_.read([&](store::Session& session) { return staging_.cache().find(session, asset.id); });
  if (media && media->status == "ready" && media->path) {
    const auto file = std::make_shared<const StagedFile>(*media->path);
    if (const auto size = file->size_bytes()) {
      return {*size, "\"" + media->checksum.value_or(asset.id) + "\"", [file](std::uint64_t offset) {
                return std::unique_ptr<staging::ObjectReader>(std::make_unique<StagedReader>(file, offset));
              }};
    }
  }
  const auto* storage = staging_.storages().find(asset.storage);
  if (storage == nullptr) {
    throw Refusal(503, "storage.unknown",
                  "'" + asset.filename + "' lies in storage '" + asset.storage + "', which is not configured");
  }
  auto object = storage->stat(asset.key, call.cancelled.get());
  if (!object) refuse_for_storage(storage->name(), object.error());
  const auto info = *object;
  const bool as_probed = asset.checksum && asset.version == info.version;
  return {info.size_bytes, "\"" + (as_probed ? *asset.checksum : "v:" + asset.id + ":" + info.version) + "\"",
          [storage, key = asset.key, info, cancelled = call.cancelled](std::uint64_t offset) {
            auto reader = storage->open(key, info.version, offset, cancelled.get());
            if (!reader) refuse_for_storage(storage->name(), reader.error());
            return std::move(reader).value();
          }};
}

void AssetStreams::answer(const Call& call, const Asset& asset, std::shared_ptr<Answer> answer) {
  reap();
  const auto content = open(call, asset);
  Headers headers{{"ETag", content.tag},
                  {"Accept-Ranges", "bytes"},
                  {"Cache-Control", "private, no-cache"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Content-Disposition", disposition(asset.filename)}};
  const auto type = content_type_of(asset.filename);
  if (names_tag(call.header("if-none-match").value_or(""), content.tag)) {
    answer->head(304, type, headers, 0);
    answer->end();
    return;
  }
  // A range of another version than the caller has would be spliced wrongly.
  const auto if_range = call.header("if-range");
  const bool ranged = !if_range || *if_range == content.tag;
  const auto range = parse_range(ranged ? call.header("range").value_or("") : "", content.size_bytes);
  const auto total = std::to_string(content.size_bytes);
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    headers.emplace_back("Content-Range", "bytes */" + total);
    const std::string body = Json{
        {"error", "the range lies beyond the " + total + " bytes of '" + asset.filename + "'"},
        {"code", "asset.range"}}.dump();
    answer->head(416, "application/json", headers, body.size());
    (void)answer->body(body);
    answer->end();
    return;
  }
  auto stream = std::make_unique<Stream>();
  stream->answer = std::move(answer);
  stream->cancelled = call.cancelled;
  stream->reader = content.reader(range.first);
  stream->left_bytes = range.size;
  const bool part = range.kind == ByteRange::Kind::part;
  if (part) {
    headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                              std::to_string(range.first + range.size - 1) + "/" + total);
  }
  const std::lock_guard lock(mutex_);
  if (stopping_) throw Refusal(503, "asset.stopping", "the service is stopping");
  if (streams_.size() >= most_streams) {
    throw Refusal(503, "asset.too_many_streams", "too many assets are being streamed; try again when one has ended");
  }
  stream->answer->when_drained([pause = stream->pause] { pause->ring(); });
  stream->answer->head(part ? 206 : 200, type, headers, range.size);
  auto& running = *streams_.emplace_back(std::move(stream));
  running.thread = std::thread([this, &running, asked = trace::carried()] {
    const trace::Scope scope(asked);
    send(running);
    running.done.store(true);
  });
}

// The head is out: what goes wrong from here on can only end the answer before its length.
void AssetStreams::send(Stream& stream) const {
  while (stream.left_bytes > 0 && !stream.cancelled->load()) {
    const auto bytes =
        stream.reader->read(static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, stream.left_bytes)));
    if (!bytes || bytes->empty()) break;
    stream.left_bytes -= bytes->size();
    auto queued = stream.answer->body(*bytes);
    while (queued != UINT64_MAX && queued > stream.answer->pause_above() && !stream.cancelled->load()) {
      stream.pause->wait();
      queued = stream.answer->body({});  // no bytes: only asks what still waits
    }
    if (queued == UINT64_MAX) break;
  }
  stream.reader.reset();
  stream.answer->end();
  stream.answer.reset();
}

void AssetStreams::reap() {
  const std::lock_guard lock(mutex_);
  streams_.remove_if([](const std::unique_ptr<Stream>& stream) {
    if (!stream->done.load()) return false;
    stream->thread.join();
    return true;
  });
}

void AssetStreams::stop() {
  std::list<std::unique_ptr<Stream>> streams;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    streams.swap(streams_);
  }
  for (const auto& stream : streams) {
    stream->cancelled->store(true);
    stream->pause->ring();
  }
  for (const auto& stream : streams) stream->thread.join();
}

}  // namespace wyvern::library
