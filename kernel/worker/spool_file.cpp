#include "worker/spool_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "worker/whole_file.hpp"

namespace wyvern::worker {
namespace {

constexpr std::size_t marks_size = 512;  // one sector: written whole or not at all

Result<void> write_at(int descriptor, std::string_view bytes, std::uint64_t offset, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return disk_error(count < 0 ? errno : ENOSPC, "write to", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

}  // namespace

OpenFile::~OpenFile() { (void)::close(descriptor_); }

SpoolFile::SpoolFile(std::filesystem::path directory, std::unique_ptr<OpenFile> lock)
    : directory_(std::move(directory)),
      path_(directory_ / "spool.jsonl"),
      marks_path_(directory_ / "marks"),
      lock_(std::move(lock)) {}

Result<std::unique_ptr<SpoolFile>> SpoolFile::open(const std::filesystem::path& directory) {
  std::error_code fault;
  std::filesystem::create_directories(directory, fault);
  // The folder itself is locked, so that a full disk has no say in it. The lock ends with the process.
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return disk_error(fault ? fault.value() : errno, "open the spool's folder", directory);
  auto lock = std::make_unique<OpenFile>(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Error{WYV_CONFLICT, "worker.spool_in_use",
                 "another worker uses the spool in " + directory.string() +
                     "; stop it first, or give this one a spool_dir of its own",
                 "", false};
  }
  std::unique_ptr<SpoolFile> opened(new SpoolFile(directory, std::move(lock)));
  const auto usable = opened->open_file();
  if (!usable && usable.error().status == WYV_DENIED) return usable.error();
  return opened;
}

Result<void> SpoolFile::open_file() {
  if (!file_) {
    int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    // A disk that can be read, but not written to, still has what was not acknowledged.
    if (descriptor < 0 && errno == EROFS) descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return disk_error(errno, "open", path_);
    file_ = std::make_shared<const OpenFile>(descriptor);
  }
  if (!marks_) {
    int descriptor = ::open(marks_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0 && errno == EROFS) descriptor = ::open(marks_path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return disk_error(errno, "open", marks_path_);
    marks_ = std::make_unique<OpenFile>(descriptor);
  }
  return {};
}

Marks SpoolFile::read_marks() const {
  Marks marks;
  if (!marks_) return marks;
  std::string line(marks_size, '\0');
  const auto count = ::pread(marks_->get(), line.data(), line.size(), 0);
  if (count <= 0) return marks;
  line.resize(static_cast<std::size_t>(count));
  line.resize(std::min(line.find('\n'), line.size()));
  if (!is_whole(line)) return marks;
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return marks;
  marks.id = json.value("id", "");
  marks.acknowledged = json.value("acknowledged", std::uint64_t{0});
  marks.reserved = json.value("reserved", std::uint64_t{0});
  marks.run = json.value("run", std::uint64_t{0});
  marks.epoch = json.value("epoch", std::int64_t{0});
  return marks;
}

Result<void> SpoolFile::write_marks(const Marks& marks, bool sync) {
  if (const auto opened = open_file(); !opened) return opened;
  const nlohmann::json json = {{"id", marks.id},
                               {"acknowledged", marks.acknowledged},
                               {"reserved", marks.reserved},
                               {"run", marks.run},
                               {"epoch", marks.epoch}};
  std::string line = sealed(json.dump());
  line.resize(marks_size, ' ');
  line.back() = '\n';
  if (auto written = write_at(marks_->get(), line, 0, marks_path_); !written) return written;
  if (sync && ::fdatasync(marks_->get()) != 0) return disk_error(errno, "sync", marks_path_);
  return {};
}

Scan SpoolFile::scan() {
  Scan found;
  if (!file_) return found;
  std::string text;  // what was read and not yet looked at
  std::uint64_t offset = 0, read_to = 0, damaged = 0;
  std::array<char, 64 * 1024> piece{};
  for (;;) {
    const auto count = ::pread(file_->get(), piece.data(), piece.size(), static_cast<off_t>(read_to));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    read_to += static_cast<std::uint64_t>(count);
    text.append(piece.data(), static_cast<std::size_t>(count));
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
      const std::string_view line = std::string_view(text).substr(from, end - from);
      const auto length = static_cast<std::uint32_t>(line.size() + 1);
      if (!is_whole(line)) {
        ++damaged;
      } else {
        found.damaged = damaged;  // what is not whole before a whole line is no tail
        found.end = offset + length;
        const auto head = read_head(line);
        const auto last = found.records.empty() ? 0 : found.records.back().first.number;
        if (head && head->number > last) found.records.push_back({*head, {offset, length}});
      }
      offset += length;
      from = end + 1;
    }
    text.erase(0, from);
  }
  found.cut = read_to - found.end;
  end_ = found.end;
  unclean_tail_ = found.cut > 0;
  if (unclean_tail_) (void)cut();
  return found;
}

Result<void> SpoolFile::cut() {
  if (::ftruncate(file_->get(), static_cast<off_t>(end_)) != 0) return disk_error(errno, "cut", path_);
  unclean_tail_ = false;
  return {};
}

Result<std::uint64_t> SpoolFile::append(std::string_view lines) {
  if (const auto opened = open_file(); !opened) return opened.error();
  if (unclean_tail_) {
    if (const auto cleaned = cut(); !cleaned) return cleaned.error();
  }
  auto written = write_at(file_->get(), lines, end_, path_);
  // Pages that failed to reach the disk are not tried again by another sync: they must be written again.
  if (written && ::fdatasync(file_->get()) != 0) written = disk_error(errno, "sync", path_);
  if (!written) {
    unclean_tail_ = true;
    (void)cut();
    return written.error();
  }
  const std::uint64_t at = end_;
  end_ += lines.size();
  return at;
}

Result<std::vector<Extent>> SpoolFile::rewrite(const std::vector<Extent>& records) {
  const std::filesystem::path temporary = path_.string() + ".new";
  const int descriptor = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return disk_error(errno, "create", temporary);
  auto fresh = std::make_shared<const OpenFile>(descriptor);
  const auto fill = [&]() -> Result<std::vector<Extent>> {
    std::vector<Extent> moved;
    moved.reserve(records.size());
    std::uint64_t end = 0;
    for (const auto& record : records) {
      const auto line = read(*file_, record);
      if (!line) return line.error();
      if (auto written = write_at(descriptor, *line, end, temporary); !written) return written.error();
      moved.push_back({end, record.length});
      end += record.length;
    }
    if (::fdatasync(descriptor) != 0) return disk_error(errno, "sync", temporary);
    if (::rename(temporary.c_str(), path_.c_str()) != 0) return disk_error(errno, "replace", path_);
    end_ = end;
    return moved;
  };
  auto moved = fill();
  if (!moved) {
    (void)::unlink(temporary.c_str());
    return moved;
  }
  sync_directory(directory_);
  file_ = std::move(fresh);
  unclean_tail_ = false;
  return moved;
}

Result<std::string> SpoolFile::read(const OpenFile& file, Extent extent) {
  std::string line(extent.length, '\0');
  std::size_t have = 0;
  while (have < line.size()) {
    const auto count =
        ::pread(file.get(), line.data() + have, line.size() - have, static_cast<off_t>(extent.offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return Error{WYV_INTERNAL, "worker.spool_read", "a record of the spool cannot be read back", "", true};
    }
    have += static_cast<std::size_t>(count);
  }
  line.pop_back();
  return line;
}

}  // namespace wyvern::worker
