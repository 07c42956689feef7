// Writes an object through a temporary.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>

#include "blocking_calls.hpp"
#include "temporary.hpp"
#include "wyvern/storage.hpp"

namespace wyvern::local {

class ObjectWriter final : public StorageWriter {
 public:
  ObjectWriter(std::shared_ptr<BlockingCalls> calls, std::shared_ptr<Temporary> temporary)
      : calls_(std::move(calls)), temporary_(std::move(temporary)) {}
  ~ObjectWriter() override;

  void write(std::string_view bytes, const Context& context) override;
  void commit(const Context& context) override;

 private:
  std::shared_ptr<BlockingCalls> calls_;
  std::shared_ptr<Temporary> temporary_;  // with the call that writes it, which may outlive this writer
  bool failed_ = false;
};

}  // namespace wyvern::local
