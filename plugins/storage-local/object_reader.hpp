// Reads an object ahead in large pieces, and notices when it changes on the way.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "blocking_calls.hpp"
#include "wyvern/file_descriptor.hpp"
#include "wyvern/storage.hpp"

namespace wyvern::local {

class ObjectReader final : public StorageReader {
 public:
  // `file` is open at any position; `object` is how it was described when it was opened.
  ObjectReader(std::shared_ptr<BlockingCalls> calls, FileDescriptor file, StoredObject object,
               std::uint64_t offset_bytes);

  std::size_t read(std::span<char> buffer, const Context& context) override;

 private:
  struct File;
  using Piece = std::vector<char>;

  static Piece read_piece(File& file, std::uint64_t offset);
  void begin_piece();

  std::shared_ptr<BlockingCalls> calls_;
  std::shared_ptr<File> file_;  // with the call that reads it, which may outlive this reader
  std::future<Result<Piece>> coming_;
  Piece piece_;
  std::size_t taken_ = 0;
  std::uint64_t next_offset_;
};

}  // namespace wyvern::local
