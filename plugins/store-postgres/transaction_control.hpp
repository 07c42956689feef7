// Transactions are begun and ended by the session alone, which must know where it stands.
#pragma once

#include <string_view>

namespace wyvern::postgres {

// True when the statement would begin or end a transaction, or would take over the conversation with the server.
bool controls_transactions(std::string_view sql);

}  // namespace wyvern::postgres
