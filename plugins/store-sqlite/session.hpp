// One conversation: transactions and statements on a leased connection.
#pragma once

#include "database.hpp"
#include "wyvern/store.hpp"

namespace wyvern::sqlite {

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
  void mark(const Context& context) override;
  void undo_to_mark(const Context& context) override;

 private:
  enum class Transaction { none, open, aborted };

  void control(const char* sql, const Context& context);
  void undo() noexcept;
  void require_usable() const;
  // Runs `body`; a failure inside a transaction leaves nothing to do with it but to roll it back.
  template <class Body>
  auto statement(const Body& body);

  Lease connection_;
  Transaction transaction_ = Transaction::none;
  bool marked_ = false;
  bool scripted_ = false;
};

}  // namespace wyvern::sqlite
