#include "audit/trail.hpp"

#include "audit/chain.hpp"

namespace wyvern::audit {
namespace {

using operations::Deed;
using operations::Outcome;
using operations::Verdict;

constexpr std::size_t longest_text = 256;

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::begun:
      return "begun";
    case Outcome::done:
      return "done";
    case Outcome::refused:
      return "refused";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

// As every store keeps it: short, printable, and UTF-8.
std::string plain(std::string_view text) {
  std::string sound;
  for (const char c : text.substr(0, longest_text)) {
    sound += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ? '?' : c;
  }
  return sound;
}

std::optional<std::string> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(plain(text));
}

// The last row of the chain. Writers take turns, so nobody else adds one before the transaction has ended.
struct Head {
  std::int64_t number = 0;
  std::string hash = {};
};

Head head_of(store::Session& session) {
  if (const auto* head = session.known<Head>()) return *head;
  const auto head = session.first("SELECT number, hash FROM audit_head WHERE id = 1", {}, [](const store::Row& row) {
    return Head{row.integer("number"), row.text("hash")};
  });
  if (!head) session.queue("INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '')", {});
  return head.value_or(Head{});
}

}  // namespace

void append(store::Session& session, const Deed& deed, const Verdict& verdict, std::int64_t times) {
  const Head head = head_of(session);
  Entry entry;
  entry.number = head.number + 1;
  entry.previous = head.hash;
  entry.at = store::Timestamp::now();
  entry.person_id = if_any(deed.caller.id);
  if (deed.caller.signed_in()) entry.person = deed.caller.name;  // it was checked when it was given
  entry.remote_address = plain(deed.caller.remote_address);
  entry.operation = plain(deed.operation);
  entry.subject = if_any(deed.subject);
  // What a body names may be anything.
  if (deed.project && store::is_uuid(*deed.project)) entry.project_id = deed.project;
  entry.outcome = name_of(verdict.outcome);
  if (verdict.status != 0) entry.status = verdict.status;
  entry.code = if_any(verdict.code);
  entry.request_id = plain(deed.request_id);
  entry.times = times;
  entry.hash = hash_of(entry);
  session.insert_at_commit(
      "INSERT INTO audit (number, at, person_id, person, remote_address, operation, subject, project_id, outcome, "
      "status, code, request_id, times, previous, hash)",
      {entry.number, entry.at, entry.person_id, entry.person, entry.remote_address, entry.operation, entry.subject,
       entry.project_id, entry.outcome, entry.status, entry.code, entry.request_id, entry.times, entry.previous,
       entry.hash});
  session.know<Head>({entry.number, entry.hash}, [](store::Session& ending, const Head& last) {
    ending.queue("UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1", {last.number, last.hash});
  });
}

void Trail::keep(const Deed& deed, const Verdict& verdict) {
  add_counted(false);
  if (floods_.count(deed, verdict)) return;
  store_.write([&](store::Session& session) { append(session, deed, verdict); });
}

void Trail::with(Deed& deed, const Verdict& foreseen, bool& kept, const std::function<void()>& body) {
  const store::BeforeCommit first([&](store::Session& session) {
    if (kept) return;
    if (deed.subject.empty()) deed.subject = session.subject();
    append(session, deed, foreseen);
    session.after_commit([&kept] { kept = true; });
  });
  body();
}

void Trail::flush() { add_counted(true); }

void Trail::add_counted(bool all) {
  for (const auto& counted : floods_.take(all)) {
    store_.write([&](store::Session& session) { append(session, counted.deed, counted.verdict, counted.times); });
  }
}

}  // namespace wyvern::audit
