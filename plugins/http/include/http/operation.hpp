// The operations table as a surface sees it: one entry of the list in abi/host.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wyvern/plugin.hpp"

namespace wyvern::http {

struct Operation {
  enum class Reply { json, text, stream, file };

  std::string name;    // "playout.channels.start"
  std::string method;  // "POST"
  std::string path;    // "/playout/channels/{id}/start"
  Reply reply = Reply::json;
  bool secret_answer = false;                   // not to be compressed: its length would tell of what is in it
  std::optional<std::size_t> body_limit_bytes;  // absent: the surface's own limit

  // Its answer comes piece by piece, and a reader that hangs up has left for good.
  bool streams() const { return reply == Reply::stream || reply == Reply::file; }
};

// From the host's list. Throws Failure http.operations for an entry that cannot be served, naming it.
std::vector<Operation> read_operations(const Json& list);

}  // namespace wyvern::http
