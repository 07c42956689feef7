// The HLS preview: the playlist, its segments, and tickets for players.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "operations/group.hpp"
#include "playout/playout.hpp"
#include "playout/schemas.hpp"
#include "playout/worker_launch.hpp"

namespace wyvern::playout {
namespace {

using operations::Answer;
using operations::Call;
using operations::Permission;
using operations::Refusal;
using operations::Reply;
using store::Timestamp;

constexpr std::int64_t ticket_lifetime_us = 24LL * 3600 * 1'000'000;
constexpr std::uintmax_t most_segment_bytes = 64 * 1024 * 1024;

std::string whole_file(const std::filesystem::path& path) {
  std::error_code fault;
  const auto size = std::filesystem::file_size(path, fault);
  std::ifstream file(path, std::ios::binary);
  if (fault || !file || size > most_segment_bytes) {
    throw Refusal(404, "playout.preview_not_found",
                  "the preview has no " + path.filename().string() + "; the channel is off air, or has just started");
  }
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// Letters, digits, '_' and '-', then .m3u8 or .ts: no such name leaves the folder.
bool is_preview_file(std::string_view name) {
  constexpr std::size_t longest = 100;
  const auto dot = name.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot > longest) return false;
  const std::string_view ending = name.substr(dot);
  if (ending != ".m3u8" && ending != ".ts") return false;
  return std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot), [](unsigned char c) {
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// A player that was let in by a ticket has nothing else to show for the segments.
std::string with_ticket(const std::string& playlist, const std::string& ticket) {
  std::istringstream lines(playlist);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    out += line;
    if (!line.empty() && line.front() != '#') out += "?ticket=" + ticket;
    out += '\n';
  }
  return out;
}

void serve(Playout& playout, const Call& call, Answer& answer) {
  const std::string& id = call.text("id");
  const std::string& file = call.text("file");
  const std::string ticket = call.input.value("ticket", std::string());
  const auto project = project_of_channel(playout, id);
  if (!playout.tickets().valid(id, ticket, Timestamp::now())) {
    if (!call.caller.signed_in())
      throw Refusal(401, "access.token_required", "a bearer token or a preview ticket is required");
    call.require(Permission::view, project);
  }
  if (!is_preview_file(file)) {
    throw Refusal(404, "playout.preview_not_found", "the preview has no file of that name");
  }
  std::string bytes = whole_file(channel_folder(playout.dependencies, id) / "preview" / file);
  const bool playlist = file.ends_with(".m3u8");
  if (playlist && !ticket.empty()) bytes = with_ticket(bytes, ticket);
  // Nothing of a preview may be cached: names of segments come again after a restart of the worker.
  answer.head(200, playlist ? "application/vnd.apple.mpegurl" : "video/mp2t", {{"Cache-Control", "no-store"}},
              bytes.size());
  (void)answer.body(bytes);
  answer.end();
}

Reply issue_ticket(const Playout& playout, const Call& call) {
  const std::string& id = call.text("id");
  const Timestamp expires{Timestamp::now().us + ticket_lifetime_us};
  const std::string ticket = playout.tickets().issue(id, expires);
  return Json{{"ticket", ticket},
              {"path", "/playout/channels/" + id + "/hls/index.m3u8?ticket=" + ticket},
              {"expires_at", expires.iso8601()}};
}

}  // namespace

void add_preview_operations(operations::Table& table, Playout& playout) {
  operations::Group<Playout> group(table, "playout", playout);
  group.add_stream(
      {.name = "playout.channels.preview",
       .summary = "The HLS preview's playlist (index.m3u8) and segments",
       .method = "GET",
       .path = "/playout/channels/{id}/hls/{file}",
       .permission = Permission::anyone,  // asked in `serve`: a ticket does as well
       .request = schemas::with_id(
           {{"file", {{"type", "string"}, {"maxLength", 120}}}, {"ticket", {{"type", "string"}, {"maxLength", 200}}}},
           {"file"}),
       .response = {{"type", "string"}},
       .idempotent = true,
       .reply = operations::ReplyKind::file},
      [](Playout& room, const Call& call, const std::shared_ptr<Answer>& answer) { serve(room, call, *answer); });
  group.add({.name = "playout.channels.preview-ticket",
             .summary = "A ticket that opens the preview for a day in players that cannot send a token",
             .method = "POST",
             .path = "/playout/channels/{id}/hls/ticket",
             .permission = Permission::view,
             .project = [&playout](const Call& call) { return project_of_channel(playout, call.text("id")); },
             .request = schemas::with_id(),
             .response = {{"type", "object"},
                          {"properties",
                           {{"ticket", {{"type", "string"}}},
                            {"path", {{"type", "string"}}},
                            {"expires_at", {{"type", "string"}}}}}}},
            &issue_ticket);
}

}  // namespace wyvern::playout
