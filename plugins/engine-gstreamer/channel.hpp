// A channel on air: the scheduler's thread, and around it the encoder, the outputs and the preview.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "cueing.hpp"
#include "encoder_load.hpp"
#include "encoder_trunk.hpp"
#include "event_stream.hpp"
#include "frame_clock.hpp"
#include "output.hpp"
#include "preview.hpp"
#include "program.hpp"

namespace wyvern::feeder {

class Channel {
 public:
  // Throws wyvern::Failure when the description is not usable.
  Channel(const Json& channel, Settings settings, EventStream::Emit emit);
  ~Channel();

  void start();
  void stop();  // idempotent; the events of the end have been delivered when it returns

  void load(const Json& playlist);
  void update(const Json& playlist);
  void pause();
  void resume();
  void skip();
  void stop_playback();
  Json status() const;

 private:
  // channel.cpp
  void build_outputs(const Json& channel);
  std::shared_ptr<EncoderTrunk> make_trunk();
  void care();  // renews an encoder or a preview that failed
  void renew_failed();

  // channel_frames.cpp, on the scheduler's thread
  void run();
  void serve_frame();
  void send(const ProgramFrame& frame, std::int64_t number);

  const HouseFormat format_;
  Settings settings_;
  std::string preview_directory_;
  std::vector<std::string> muxers_;
  EventStream events_;
  Cueing cueing_;

  mutable std::mutex mutex_;  // program, clock, load
  Program program_;
  FrameClock clock_;
  EncoderLoad load_;
  std::int64_t shed_frames_ = 0;
  std::int64_t anchor_us_ = 0;  // wall clock of frame 0
  bool on_air_ = false;

  mutable std::mutex feeding_;  // trunk and preview
  std::shared_ptr<EncoderTrunk> trunk_;
  std::shared_ptr<Preview> preview_;
  std::string preview_fault_;
  std::string encoder_fault_;
  std::vector<std::unique_ptr<Output>> outputs_;

  std::atomic<bool> stopping_{false};
  std::thread scheduler_;
  std::thread caretaker_;
  GstClockTime base_time_ = 0;
  std::int64_t next_frame_ = 0;
};

}  // namespace wyvern::feeder
