// One output: a pipeline of its own behind a leaky queue, so that whatever happens in it costs the others nothing.
// It is watched, and built anew with growing pauses when it failed or stands still.
#pragma once

#include <gst/app/gstappsrc.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "gst_pointers.hpp"
#include "output_watch.hpp"
#include "settings.hpp"

namespace wyvern::feeder {

class Output {
 public:
  using Json = nlohmann::json;
  // Its state has changed; the reason may be empty. Comes on the output's own thread.
  using Changed = std::function<void(const std::string& id, OutputState state, const std::string& reason)>;

  // `rendered` is what wyvern.output/1 made (abi/output.h). Throws wyvern::Failure when it has not that shape.
  Output(std::string id, Json rendered, const Settings& settings, Changed changed);
  ~Output();

  const std::string& takes() const { return takes_; }
  std::optional<int> video_bitrate_kbps() const;

  void start(GstClockTime base_time);
  void stop();
  // [muxer's thread] Never waits.
  void deliver(GstSample* muxed);
  // [scheduler] One more frame of the channel has been handed to the encoder.
  void count_frame() { frames_.fetch_add(1, std::memory_order_relaxed); }
  Json status() const;

 private:
  void run();
  bool live_through();  // from building to failing; false when it should end
  void build();         // throws
  void tear_down();
  std::string fault();
  void look();
  void settle(OutputState state, const std::string& reason);
  std::string without_secrets(std::string text) const;

  const std::string id_;
  const Json rendered_;
  const Settings settings_;
  const Changed changed_;
  std::string takes_;
  bool in_datagrams_ = false;  // its first element does not cut a stream into packets itself
  const guint64 room_bytes_;
  GstClockTime base_time_ = 0;

  Gst<GstElement> pipeline_;  // [own thread]
  GstElement* watched_ = nullptr;
  std::atomic<std::int64_t> taken_bytes_{0};  // by the last element, when it does not say what it sent
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> frames_{0};

  std::mutex feeding_;
  Gst<GstElement> source_;
  Gst<GstCaps> caps_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  OutputWatch watch_;
  OutputState state_ = OutputState::waiting;
  std::int64_t restarts_ = 0;
  std::string last_error_;
  std::thread thread_;
};

}  // namespace wyvern::feeder
