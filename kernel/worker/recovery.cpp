#include "worker/recovery.hpp"

#include <algorithm>

namespace wyvern::worker {
namespace {

constexpr std::int64_t in_a_row_us = 60'000'000;
constexpr int skip_at = 2;
constexpr int remove_at = 4;
constexpr const char* ended_unexpectedly = "the worker ended unexpectedly";

struct Blame {
  std::string skip;  // the item to go on behind, or empty
  bool removed = false;
  int crashes = 0;
};

Blame blame(OnAir& on_air, const OnAirList& list) {
  const OpenItem* open = on_air.on_air();
  const bool was_on_air = open != nullptr && list.owns(*open);
  const std::string suspect = was_on_air ? open->id() : on_air.target;
  if (suspect.empty() || on_air.paused) return {};
  int& crashes = on_air.crashes[suspect];
  const bool long_run = was_on_air && on_air.checkpoint && on_air.resumed_us > 0 &&
                        on_air.checkpoint->at.wall_us - on_air.resumed_us > in_a_row_us;
  crashes = long_run ? 1 : crashes + 1;
  if (crashes < skip_at) return {"", false, crashes};
  return {suspect, !was_on_air || crashes >= remove_at, crashes};
}

void take_out(Json& items, const std::vector<std::string>& ids) {
  Json left = Json::array();
  for (auto& item : items) {
    if (std::find(ids.begin(), ids.end(), text_of(item, "id")) == ids.end()) left.push_back(std::move(item));
  }
  items = std::move(left);
}

// The newest state that can be told: the file's, with what the spool has beyond it, and the other way round.
OnAir reconstruct(const std::optional<OnAir>& written, const std::optional<OnAirList>& list, Spool& spool) {
  OnAir on_air = written.value_or(OnAir{});
  // An end that was told before the list was loaded is that of another list.
  const auto of_another_list = [&](std::uint64_t number) { return list && number <= list->after; };
  if (of_another_list(on_air.event)) on_air.ended = false;
  // An item that began so shortly before the end that its event did not reach the disk began all the same.
  for (auto& item : on_air.open) {
    if (item.number > spool.last_found()) item.number = spool.append(item.started);
  }
  spool.replay(on_air.event, [&](std::uint64_t number, const Json& event) {
    on_air.fold(number, event, nullptr);
    if (of_another_list(number)) on_air.ended = false;
  });
  return on_air;
}

}  // namespace

std::vector<Json> endings(const OnAir& on_air, const std::string& result, const std::string& reason) {
  std::vector<Json> events;
  for (const auto& item : on_air.open) {
    Json event = {{"type", "item_ended"}, {"result", result}, {"reason", reason}, {"repeated_frames", 0}};
    for (const char* name :
         {"item_id", "asset_id", "clip_name", "playlist_id", "load_id", "index", "loop_count", "offset_frames"}) {
      if (item.started.contains(name)) event[name] = item.started[name];
    }
    const bool observed = &item == &on_air.open.back() && on_air.checkpoint && on_air.checkpoint->item_id == item.id();
    const std::int64_t frames = observed ? on_air.checkpoint->frames_sent : 0;
    event["frames_sent"] = frames;
    event["frame"] = integer_of(item.started, "frame") + frames;
    event["at_us"] = observed ? on_air.checkpoint->at.wall_us : integer_of(item.started, "at_us");
    events.push_back(std::move(event));
  }
  return events;
}

Recovery recover(const Settings& settings, const OnAirFiles& files, Spool& spool, const Clock& clock) {
  const auto written = files.read();
  Recovery recovery;
  recovery.list = files.read_list();
  OnAir before = reconstruct(written, recovery.list, spool);
  spool.end_replay();
  auto& next = recovery.on_air;
  next.run = spool.run();
  next.epoch = spool.epoch();
  next.resumed_us = clock.wall_us();
  next.alive = Moment::now(clock);
  recovery.off = written && written->off && written->epoch >= settings.epoch;
  next.off = recovery.off;
  const bool clean = (!written && before.open.empty()) || (written && written->off);
  if (clean && before.open.empty()) {
    if (!recovery.off) recovery.list.reset();
    next.event = spool.last();
    return recovery;
  }

  for (const auto& event : endings(before, "lost", ended_unexpectedly)) (void)spool.append(event);
  const Moment last_seen = written ? before.alive : before.checkpoint->at;
  const auto down = elapsed_us(last_seen, clock);
  Json told = {{"type", "worker_recovered"},
               {"at_us", clock.wall_us()},
               {"down_us", down ? Json(*down) : Json(nullptr)},
               {"reason", ended_unexpectedly},
               {"previous_run", before.run}};

  if (recovery.list && settings.resume && !before.ended && !recovery.off) {
    auto& list = *recovery.list;
    next.removed = before.removed;
    const auto fault = blame(before, list);
    next.crashes = before.crashes;
    if (fault.removed) next.removed.push_back(fault.skip);
    take_out(list.playlist["items"], next.removed);
    if (!fault.skip.empty()) {
      (void)spool.append({{"type", "item_skipped"},
                          {"item_id", fault.skip},
                          {"at_us", clock.wall_us()},
                          {"crashes", fault.crashes},
                          {"removed", fault.removed},
                          {"reason", fault.removed ? "the worker crashed at this item again and again; it is taken out "
                                                     "of the list until another list is loaded"
                                                   : "the worker crashed twice in a row at this item"}});
    }
    const auto& format = settings.channel.at("format");
    const Rate rate{format.at("rate_num").get<std::int64_t>(), format.at("rate_den").get<std::int64_t>()};
    const auto plan = plan_resumption(before, list, rate, clock, fault.skip);
    told["basis"] = plan.basis;
    told["missed"] = plan.missed;
    if (plan.kind == Resumption::Kind::at_item) {
      Json playlist = list.playlist;
      const Json& item = playlist["items"][plan.index];
      const auto offset_ms = rate.ms_of(plan.offset_frames);
      told["item_id"] = next.target = text_of(item, "id");
      told["index"] = plan.index;
      told["offset_frames"] = plan.offset_frames;
      told["offset_ms"] = offset_ms;
      told["paused"] = plan.paused;
      playlist["start"] = {{"index", plan.index}, {"offset_ms", offset_ms}};
      playlist["load_id"] = list.load_ids.back();
      recovery.playlist = std::move(playlist);
      recovery.paused = next.paused = plan.paused;
    } else {
      next.ended = true;
    }
  } else {
    next.ended = true;
  }
  (void)spool.append(told);
  if (told.contains("basis") && next.ended) {
    (void)spool.append({{"type", "playback_ended"}, {"at_us", clock.wall_us()}, {"frame", 0}, {"reason", "end"}});
  }
  next.event = spool.last();
  recovery.told = std::move(told);
  return recovery;
}

}  // namespace wyvern::worker
