#include "store/others.hpp"

#include "wyvern/call.hpp"

namespace wyvern::store {

Others::Watch::~Watch() {
  if (raw_ != nullptr) table_->unwatch(raw_);
}

std::unique_ptr<Others::Watch> Others::watch(std::string_view topic, std::function<void()> heard) const {
  if (!WYV_HAS(table_, wyv_store_v1, watch) || !WYV_HAS(table_, wyv_store_v1, unwatch)) return nullptr;
  auto made = std::make_unique<Watch>(std::move(heard));
  made->table_ = table_;
  const wyv_watcher watcher{made.get(), [](void* self) { static_cast<Watch*>(self)->heard_(); }};
  Call call(std::chrono::seconds(10));
  const auto status = table_->watch(instance_, view(topic), &watcher, &made->raw_, call.context());
  if (status == WYV_UNSUPPORTED) return nullptr;
  if (status != WYV_OK) throw Failure(call.error(status));
  return made;
}

void Others::tell(std::string_view topic) const {
  if (WYV_HAS(table_, wyv_store_v1, tell)) table_->tell(instance_, view(topic));
}

}  // namespace wyvern::store
