#include "object_writer.hpp"

namespace wyvern::local {

// The last owner removes the temporary, and that may hang: so it is not this thread, while there are others.
ObjectWriter::~ObjectWriter() {
  constexpr auto kPatience = std::chrono::seconds(1);
  try {
    auto removed = calls_->begin([temporary = std::move(temporary_)]() mutable { temporary.reset(); });
    (void)removed.wait_for(kPatience);
  } catch (const std::exception&) {  // the storage was stopped: it is removed here
  }
}

void ObjectWriter::write(std::string_view bytes, const Context& context) {
  if (failed_) throw Failure(WYV_WRONG_STATE, "storage.failed", "an earlier write of this object failed; begin again");
  try {
    calls_->run(context, [temporary = temporary_, own = std::string(bytes)] { temporary->append(own); });
  } catch (...) {
    failed_ = true;
    throw;
  }
}

void ObjectWriter::commit(const Context& context) {
  if (failed_) throw Failure(WYV_WRONG_STATE, "storage.failed", "an earlier write of this object failed; begin again");
  failed_ = true;
  const auto withdrawn = std::make_shared<std::atomic<bool>>(false);
  try {
    calls_->run(context, [temporary = temporary_, withdrawn] { temporary->publish(*withdrawn); });
  } catch (...) {
    *withdrawn = true;
    throw;
  }
}

}  // namespace wyvern::local
