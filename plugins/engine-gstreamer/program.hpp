// What the channel shows: one decision per tick of its clock. Cut, mix, pause, skip, hold and the ladder
// (item, next item, filler, slate) are all here, in plain code, so that they can be tested without a clock or a
// decoder.
#pragma once

#include <optional>
#include <vector>

#include "as_run.hpp"
#include "decoder_watch.hpp"
#include "filler.hpp"
#include "mix.hpp"
#include "settings.hpp"

namespace wyvern::feeder {

struct ProgramFrame {
  BufferRef picture;         // never none; may be the same buffer as before
  std::vector<float> sound;  // interleaved, exactly the samples of this frame
};

// Not for several threads: the channel holds a lock around each call.
class Program {
 public:
  Program(HouseFormat format, const Settings& settings, Cue cue, std::optional<Clip> filler);

  AsRun& as_run() { return as_run_; }

  // Frames rise; they may leap after a stall, which costs the items nothing: they go on where they were.
  const ProgramFrame& tick(std::int64_t frame);
  // Ends what plays because the channel leaves the air at `frame`.
  void leave_air(std::int64_t frame);

  void load(Playlist list);
  void update(Playlist list);
  void pause();
  void resume();
  void skip();
  void stop_playback();

  // The part of the status that tells of items, decoder and ladder.
  Json status() const;

 private:
  bool playing() const { return state_ != State::idle; }
  void require_playing(const char* call) const;

  // program.cpp: one tick
  void tend();
  void take_over_pending();
  void follow_skip();
  void play();
  void show(Look look, bool with_sound);
  void start_mix_if_due();
  void mix_in_outgoing();
  bool late(const Look& look);  // false when the item was given up
  void bridge();

  // program_lists.cpp: from item to item
  bool advance(const std::string& result, const std::string& reason);
  void begin(Cued cued, std::int64_t mix_frames);
  void finish(std::optional<OnAir>& item, const std::string& result, const std::string& reason);
  void finish_all(const std::string& result, const std::string& reason);
  void end_playback(const std::string& reason);
  void step_to(Rung rung, const std::string& reason);
  void note_overload();

  enum class State { idle, playing, paused };

  const HouseFormat format_;
  const Settings settings_;
  const Cue cue_;
  const Mixer mixer_;
  const BufferRef slate_;
  std::optional<Filler> filler_;
  AsRun as_run_;

  State state_ = State::idle;
  std::int64_t frame_ = 0;
  ProgramFrame out_;
  std::vector<float> outgoing_sound_;

  Lineup lineup_;
  std::optional<Lineup> pending_;  // a loaded list whose first item is not ready yet
  std::optional<OnAir> on_air_;
  std::optional<OnAir> outgoing_;  // during a mix
  MixWeight mix_;
  bool skip_ = false;
  std::optional<std::int64_t> planned_next_;  // when the item after the one on air was to begin
  std::optional<std::int64_t> bridging_since_;

  Rung rung_ = Rung::slate;
  std::string reason_;         // of the rung
  std::string failed_reason_;  // of the item that failed on air just before
  DecoderWatch decoder_;
  bool decoder_was_slow_ = false;
  std::int64_t repeated_frames_ = 0;
};

}  // namespace wyvern::feeder
