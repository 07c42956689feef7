// SQLite stores any bytes as text; what is no text is kept out here.
#pragma once

#include <string_view>

namespace wyvern::sqlite {

// True for well-formed UTF-8 without a zero byte.
bool is_utf8_text(std::string_view text);

}  // namespace wyvern::sqlite
