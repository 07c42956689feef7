// One conversation: transactions and statements on a leased connection.
#pragma once

#include <cstdint>
#include <string>

#include "pool.hpp"
#include "wyvern/store.hpp"

namespace wyvern::postgres {

class Session final : public StoreSession {
 public:
  explicit Session(Lease lease) : connection_(std::move(lease)) {}
  ~Session() override;

  void begin(const Context& context) override;
  void commit(const Context& context) override;
  void rollback(const Context& context) override;
  std::uint64_t execute(std::string_view sql, std::span<const wyv_value> parameters, const OnRow& on_row,
                        const Context& context) override;
  void script(std::string_view sql, const Context& context) override;
  void queue(std::string_view sql, std::span<const wyv_value> parameters, const Context& context) override;
  void mark(const Context& context) override;
  void undo_to_mark(const Context& context) override;

 private:
  enum class Transaction { none, open, aborted };

  void undo() noexcept;
  void require_usable() const;
  // A connection on which a statement can be sent. One that ended is replaced, unless a transaction went with it.
  void require_connection(const Context& context);
  // What a statement whose answer did not come is told as.
  Failure told(const Lost& lost) const;
  // Runs `body`; a failure inside a transaction leaves nothing to do with it but to roll it back.
  template <class Body>
  auto statement(const Context& context, const Body& body);

  Lease connection_;
  Transaction transaction_ = Transaction::none;
  std::uint64_t mark_ = 0;  // the number of the statement that set it; 0: none
};

}  // namespace wyvern::postgres
