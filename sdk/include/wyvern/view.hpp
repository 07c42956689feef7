// Between wyv_view and the standard library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wyvern/abi/base.h"

namespace wyvern {

inline std::string_view text(wyv_view view) noexcept {
  return view.data == nullptr ? std::string_view{} : std::string_view{view.data, static_cast<std::size_t>(view.size)};
}

// The caller keeps `text` alive while the view is used.
inline wyv_view view(std::string_view text) noexcept { return wyv_view{text.data(), text.size()}; }

// A sink that appends to a string. Owner: the caller; used within one call.
class TextSink {
 public:
  TextSink() : sink_{this, &TextSink::write} {}
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;

  const wyv_text_sink* get() const noexcept { return &sink_; }
  std::string& text() noexcept { return text_; }

 private:
  static void write(void* self, wyv_view piece) { static_cast<TextSink*>(self)->text_.append(wyvern::text(piece)); }

  wyv_text_sink sink_;
  std::string text_;
};

}  // namespace wyvern
