// From a write queue into a socket, as much as it takes at once.
#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cstddef>

#include "write_queue.hpp"

namespace wyvern::http {

enum class Written { all, some, failed };

namespace detail {

// What one write takes from the queue: a buffer sequence for Asio, without an allocation.
struct Pieces {
  using value_type = boost::asio::const_buffer;
  using const_iterator = const boost::asio::const_buffer*;
  const_iterator begin() const { return buffers.data(); }
  const_iterator end() const { return buffers.data() + count; }

  std::array<boost::asio::const_buffer, 16> buffers;
  std::size_t count = 0;
};

}  // namespace detail

// Bytes that were written and that the peer has not confirmed; -1 when the system does not say.
template <class Socket>
int unacknowledged(Socket& socket) {
  int bytes = -1;
  return ::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

// The socket does not block.
template <class Socket>
Written write_from(WriteQueue& queue, Socket& socket) {
  while (!queue.empty()) {
    detail::Pieces pieces;
    queue.look(pieces.buffers.size(), [&](const char* data, std::size_t size) {
      pieces.buffers[pieces.count++] = boost::asio::buffer(data, size);
    });
    boost::system::error_code error;
    const auto bytes = socket.write_some(pieces, error);
    queue.consume(error ? 0 : bytes);
    if (error == boost::asio::error::would_block) return Written::some;
    if (error) return Written::failed;
  }
  return Written::all;
}

}  // namespace wyvern::http
