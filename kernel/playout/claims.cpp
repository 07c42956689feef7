#include "playout/claims.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "operations/operation.hpp"

namespace wyvern::playout {
namespace {

using operations::Refusal;

constexpr std::string_view port_prefix = "worker-tcp:";

bool can_be_bound(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const int on = 1;
  (void)::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return free;
}

// "channel 'News' (id)", for people.
std::string describe(store::Session& session, const Holder& holder) {
  if (holder.kind == "channel") {
    const auto name = session.first("SELECT name FROM playout_channels WHERE id = $1", {holder.id},
                                    [](const store::Row& row) { return row.text("name"); });
    if (name) return "channel '" + *name + "' (" + holder.id + ")";
  }
  return holder.kind + " " + holder.id;
}

}  // namespace

void take_claims(store::Session& session, std::string_view node, const std::vector<std::string>& resources,
                 const Holder& holder) {
  for (const auto& resource : resources) {
    const auto held = session.first("SELECT holder_kind, holder_id FROM claims WHERE node = $1 AND resource = $2",
                                    {node, resource}, [](const store::Row& row) {
                                      return Holder{row.text("holder_kind"), row.text("holder_id")};
                                    });
    if (held && held->id == holder.id && held->kind == holder.kind) continue;
    if (held) {
      throw Refusal(409, "claim.held", resource + " is in use by " + describe(session, *held) + "; stop that first",
                    {{"resource", resource}, {"holder_kind", held->kind}, {"holder_id", held->id}});
    }
    session.run("INSERT INTO claims (node, resource, holder_kind, holder_id, taken_at) VALUES ($1, $2, $3, $4, $5)",
                {node, resource, holder.kind, holder.id, store::Timestamp::now()});
  }
}

void release_claims(store::Session& session, const Holder& holder) {
  session.run("DELETE FROM claims WHERE holder_kind = $1 AND holder_id = $2", {holder.kind, holder.id});
}

int claim_worker_port(store::Session& session, std::string_view node, PortRange range, int after,
                      const Holder& holder) {
  session.run("DELETE FROM claims WHERE holder_kind = $1 AND holder_id = $2 AND resource LIKE 'worker-tcp:%'",
              {holder.kind, holder.id});
  std::set<std::string> taken;
  session.each("SELECT resource FROM claims WHERE node = $1 AND resource LIKE 'worker-tcp:%'", {node},
               [&](const store::Row& row) { taken.insert(row.text("resource")); });
  for (int port = std::max(range.first, after + 1); port <= range.last; ++port) {
    const std::string resource = std::string(port_prefix) + std::to_string(port);
    if (taken.contains(resource) || !can_be_bound(port)) continue;
    session.run("INSERT INTO claims (node, resource, holder_kind, holder_id, taken_at) VALUES ($1, $2, $3, $4, $5)",
                {node, resource, holder.kind, holder.id, store::Timestamp::now()});
    return port;
  }
  throw Refusal(503, "playout.no_worker_port",
                "no free port for a worker between " + std::to_string(range.first) + " and " +
                    std::to_string(range.last) + "; widen playout.worker_ports");
}

}  // namespace wyvern::playout
