// What is occupied alone on a node: ports of cards, listening ports. A claim is a row; its key is the lock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace wyvern::playout {

struct Holder {
  std::string kind;  // "channel"
  std::string id;
};

// Takes all of them within the session's transaction, or throws Refusal 409 naming the first that is held and by whom.
// Taking what the holder has already is no fault.
void take_claims(store::Session& session, std::string_view node, const std::vector<std::string>& resources,
                 const Holder& holder);

// Gives back all that the holder has.
void release_claims(store::Session& session, const Holder& holder);

struct PortRange {
  int first;
  int last;
};

// Takes the lowest port of the range, above `after`, that nobody has claimed and that can be bound on loopback now, as
// "worker-tcp:PORT". Throws Refusal 503 when there is none. The holder's earlier worker port is given back.
int claim_worker_port(store::Session& session, std::string_view node, PortRange range, int after, const Holder& holder);

}  // namespace wyvern::playout
