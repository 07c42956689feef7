// The audit: who did what, when, from where, with what result. Rows are added and never changed.
#pragma once

#include "audit/floods.hpp"
#include "operations/auditor.hpp"
#include "operations/table.hpp"
#include "store/store.hpp"

namespace wyvern::audit {

// Thread-safe. Owner: the application, which keeps it longer than the table of operations.
class Trail final : public operations::Auditor {
 public:
  explicit Trail(store::Store store) : store_(std::move(store)) {}

  void keep(const operations::Deed& deed, const operations::Verdict& verdict) override;
  void with(operations::Deed& deed, const operations::Verdict& foreseen, bool& kept,
            const std::function<void()>& body) override;
  // Adds what was only counted so far; for the end.
  void flush();

  void add_operations(operations::Table& table);
  const store::Store& store() const { return store_; }

 private:
  void add_counted(bool all);

  const store::Store store_;
  Floods floods_;
};

// Adds a row at the chain's end. Two writers do not meet there: transactions that write take turns.
void append(store::Session& session, const operations::Deed& deed, const operations::Verdict& verdict,
            std::int64_t times = 1);

}  // namespace wyvern::audit
