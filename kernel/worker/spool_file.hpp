// The spool on the disk: an append-only file of sealed lines, and beside it the small file of marks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/spool_record.hpp"
#include "wyvern/result.hpp"

namespace wyvern::worker {

// An open file; closed when the last who reads from it lets go.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Where a record lies.
struct Extent {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  // with the newline
};

// What the marks remember beyond the records. Overwritten in place, which needs no room on a full disk.
struct Marks {
  std::string id;  // of this spool, made when it was
  std::uint64_t acknowledged = 0;
  // Numbers up to this may have been given out from memory while the disk took none: they are not used again.
  std::uint64_t reserved = 0;
  std::uint64_t run = 0;
  std::int64_t epoch = 0;
};

struct Scan {
  std::vector<std::pair<RecordHead, Extent>> records;  // whole ones, in the order of their numbers
  std::uint64_t end = 0;                               // behind the last whole line
  std::uint64_t cut = 0;                               // bytes of a torn tail behind it
  std::uint64_t damaged = 0;                           // lines before it that are not whole; passed over
};

// Used by one thread, but for `read`.
class SpoolFile {
 public:
  // Takes the folder for itself. WYV_CONFLICT "worker.spool_in_use" when a living process holds it; a folder that
  // cannot be used is an error; a disk that takes nothing is not.
  static Result<std::unique_ptr<SpoolFile>> open(const std::filesystem::path& directory);

  Marks read_marks() const;
  Result<void> write_marks(const Marks& marks, bool sync);

  // Once, before anything else is asked of the file. The torn tail is cut off here, or by the first append.
  Scan scan();
  // Returns where `lines` begin, once they are on the disk; when it fails, nothing of them is in the file.
  Result<std::uint64_t> append(std::string_view lines);
  // Puts only these records into a new file, which takes the old one's place. Returns where they lie now.
  Result<std::vector<Extent>> rewrite(const std::vector<Extent>& records);

  std::uint64_t end() const { return end_; }
  std::shared_ptr<const OpenFile> file() const { return file_; }
  static Result<std::string> read(const OpenFile& file, Extent extent);

 private:
  SpoolFile(std::filesystem::path directory, std::unique_ptr<OpenFile> lock);
  Result<void> open_file();
  Result<void> cut();

  std::filesystem::path directory_, path_, marks_path_;
  std::unique_ptr<OpenFile> lock_;
  std::shared_ptr<const OpenFile> file_;  // null until the disk let it be made
  std::unique_ptr<OpenFile> marks_;
  std::uint64_t end_ = 0;
  bool unclean_tail_ = false;
};

}  // namespace wyvern::worker
