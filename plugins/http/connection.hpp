// One connection: bytes in, requests in their order, answers in the same order, and an end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core.hpp"
#include "deadlines.hpp"
#include "exchange.hpp"
#include "input_buffer.hpp"
#include "request_parser.hpp"
#include "socket_write.hpp"
#include "target.hpp"
#include "tls.hpp"
#include "write_queue.hpp"

namespace wyvern::http {

// Everything happens on the connection's strand, unless a function says otherwise.
class Connection final : public std::enable_shared_from_this<Connection>, private Wire {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;

  Connection(std::shared_ptr<Core> core, Socket socket);

  // [any] Begins to read; or, for one connection too many, answers 503 and ends.
  void start(bool one_too_many);
  // [any] Ends as soon as what is under way has ended; streams, which have no end, are ended.
  void drain();
  // [any] Ends at once.
  void abort();
  // [any] Called several times within the shortest timeout.
  void check_deadlines(std::int64_t now_ns);
  // [any] The operation whose answer is awaited; for the log of a stop that takes too long.
  std::string waits_for() const;

 private:
  WriteQueue& queue() override { return out_; }
  void flush() override;
  void wake() override;
  bool closing() const override { return core_->draining.load(std::memory_order_relaxed); }
  void too_slow() override;

  void read();
  bool decrypt(std::size_t bytes);
  Written send();
  bool all_sent() const;
  void on_read(std::size_t bytes);
  void on_read_end(bool orderly);
  void process();
  bool parse();
  void on_header();
  void dispatch();
  std::optional<Refusal> enter(const Operation& operation);
  void on_reply();
  void finish_exchange();
  void next_request();
  void refuse(const Refusal& refusal);
  void answer(int status, std::string_view content_type, std::string_view body, std::string_view allow, bool close,
              const wyv_field* headers = nullptr, std::uint32_t header_count = 0, bool gzipped = false);
  void answer(const Document& document, bool close);
  std::uint64_t most_unread() const;
  void await_reader();
  void end_after_write();
  void linger();
  void close();
  void drop_far_behind(const Operation* operation);
  void drop_slow_reader(const Operation* operation, const std::string& reason);
  void on_deadline();
  void name_request();

  const std::shared_ptr<Core> core_;
  const Connections::Membership membership_;
  Socket socket_;
  std::string remote_;
  std::shared_ptr<Occupancy::Client> client_;
  Occupancy::Kind entered_ = Occupancy::Kind::call;  // of the exchange under way
  std::string cross_origin_;                         // header lines of the answer under way

  std::unique_ptr<Tls> tls_;  // null: plain HTTP
  std::vector<char> sealed_input_;
  bool sealed_waits_ = false;  // what has come is not all decrypted, for want of room

  InputBuffer input_;
  bool reading_ = false;
  bool read_ended_ = false;

  WriteQueue out_;
  bool writing_ = false;
  int unacknowledged_ = 0;  // when it was last seen to wait for its reader
  bool end_after_write_ = false;

  Phase phase_ = Phase::idle;
  std::uint64_t requests_ = 0;
  Deadlines deadlines_;

  RequestParser parser_;
  Target target_;
  Router::Match match_;
  std::unique_ptr<Refusal> refusal_;  // to be answered when the body has been read and forgotten
  Exchange exchange_;
};

}  // namespace wyvern::http
