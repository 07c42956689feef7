#include "object_reader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "root_folder.hpp"

namespace wyvern::local {

namespace {
constexpr std::size_t kPieceBytes = 1U << 20U;
}

struct ObjectReader::File {
  FileDescriptor descriptor;
  StoredObject object;
  struct timespec modified {};
};

ObjectReader::ObjectReader(std::shared_ptr<BlockingCalls> calls, FileDescriptor file, StoredObject object,
                           std::uint64_t offset_bytes)
    : calls_(std::move(calls)), file_(std::make_shared<File>()), next_offset_(offset_bytes) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) throw io_failure(object.key, "look at", errno);
  file_->modified = found.st_mtim;
  file_->descriptor = std::move(file);
  file_->object = std::move(object);
}

// The file's size and its time of modification tell of a change. Its inode's time does not count here: when an object
// is replaced, whoever reads it goes on with the old one.
ObjectReader::Piece ObjectReader::read_piece(File& file, std::uint64_t offset) {
  const auto& object = file.object;
  Piece piece(std::min<std::uint64_t>(kPieceBytes, object.size_bytes - offset));
  std::size_t filled = 0;
  while (filled < piece.size()) {
    const auto count = ::pread(file.descriptor.get(), piece.data() + filled, piece.size() - filled,
                               static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw io_failure(object.key, "read", errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  struct stat found {};
  if (::fstat(file.descriptor.get(), &found) != 0) throw io_failure(object.key, "look at", errno);
  const bool same = filled == piece.size() && static_cast<std::uint64_t>(found.st_size) == object.size_bytes &&
                    found.st_mtim.tv_sec == file.modified.tv_sec && found.st_mtim.tv_nsec == file.modified.tv_nsec;
  if (!same)
    throw Failure(WYV_CONFLICT, "storage.changed", "the object '" + object.key + "' was changed while it was read");
  return piece;
}

void ObjectReader::begin_piece() {
  coming_ = calls_->begin([file = file_, offset = next_offset_] { return read_piece(*file, offset); });
}

std::size_t ObjectReader::read(std::span<char> buffer, const Context& context) {
  if (buffer.empty()) return 0;
  if (taken_ == piece_.size()) {
    if (next_offset_ >= file_->object.size_bytes) return 0;
    if (!coming_.valid()) begin_piece();
    piece_ = BlockingCalls::finish(coming_, context);  // after a timeout the next read waits for the same piece
    taken_ = 0;
    next_offset_ += piece_.size();
  }
  const std::size_t count = std::min(buffer.size(), piece_.size() - taken_);
  std::memcpy(buffer.data(), piece_.data() + taken_, count);
  taken_ += count;
  return count;
}

}  // namespace wyvern::local
