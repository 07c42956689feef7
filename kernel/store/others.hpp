// Other programs on the same store: what one tells spares the rest the wait for their next poll.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "wyvern/abi/store.h"

namespace wyvern::store {

// The table as it was first published; what came later is optional.
inline constexpr std::size_t first_store_table_bytes = offsetof(wyv_store_v1, queue);

// Thread-safe. Of a store that was brought up. Words may be lost: whoever listens polls too.
class Others {
 public:
  Others(const wyv_store_v1* table, wyv_instance* instance) : table_(table), instance_(instance) {}

  // To be destroyed before the store is stopped; nothing is heard after.
  class Watch {
   public:
    explicit Watch(std::function<void()> heard) : heard_(std::move(heard)) {}
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class Others;
    const std::function<void()> heard_;
    const wyv_store_v1* table_ = nullptr;
    wyv_watch* raw_ = nullptr;
  };
  // `heard` is called on a thread of the store's: it is quick, and calls nothing of the store. Null where the store
  // cannot tell. Throws Failure.
  std::unique_ptr<Watch> watch(std::string_view topic, std::function<void()> heard) const;

  // After the commit that it is about.
  void tell(std::string_view topic) const;

 private:
  const wyv_store_v1* table_;
  wyv_instance* instance_;
};

}  // namespace wyvern::store
