// The decoder of one item: a pipeline of its own without a clock, running as far ahead as its queues let it.
#pragma once

#include <gst/app/gstappsink.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "gst_pointers.hpp"
#include "item_source.hpp"
#include "media_time.hpp"
#include "sample_queue.hpp"
#include "settings.hpp"

namespace wyvern::feeder {

class ItemPipeline final : public ItemSource {
 public:
  ItemPipeline(Clip clip, HouseFormat format, const Settings& settings);
  ~ItemPipeline() override;

  // [worker] Builds, prerolls, seeks, and waits until the picture of index 0 and the first sound are in hand.
  void prepare();
  // [any] Makes a prepare() under way give up soon, and wakes the decoder; close() may then follow.
  void cancel();
  // [worker] Ends the pipeline; up to 60 ms. Waits for a prepare() under way.
  void close();

  State state() const override;
  std::string fault() const override;
  Look picture(std::int64_t index) override;
  void sound(float* out, std::int64_t samples) override;
  std::optional<std::int64_t> length() const override;
  void hurry(std::int64_t index) override;

 private:
  struct Callbacks;

  // prepare(), step by step. Each throws std::runtime_error with the reason.
  void build();
  void preroll();
  void note_origin();
  void seek(std::int64_t margin_ns);
  void play();
  bool wait_first_frame(bool may_seek_again);
  void wait_async(const char* what);

  // [decoder's threads]
  void link(GstPad* pad);
  enum class Verdict { pass, drop, finished };
  Verdict judge(const GstSegment& segment, GstBuffer* buffer);
  GstFlowReturn take_picture(GstSample* sample);
  GstFlowReturn take_sound(GstSample* sample);
  void picture_ended();
  void on_message(GstMessage* message);
  void fail(const std::string& reason);
  std::int64_t since_in_point(std::int64_t media_time) const { return media_time - origin_ns_ - clip_.in_ns; }
  void note_end(std::int64_t since_in_ns, const GstBuffer* buffer);

  const Clip clip_;
  const HouseFormat format_;
  const std::int64_t prepare_timeout_ns_;
  PictureQueue pictures_;
  SampleQueue samples_;

  std::mutex working_;  // held by prepare() and close()
  Gst<GstElement> pipeline_;
  TimeBase time_base_ = TimeBase::stamp;
  bool transport_stream_ = false;
  std::int64_t origin_ns_ = 0;         // written before the decoder's threads may read it
  std::int64_t origin_stream_ns_ = 0;  // the same picture in stream time, which seeks count in
  std::atomic<bool> armed_{false};     // pictures may be dropped before they are scaled
  std::atomic<bool> cancelled_{false};
  std::atomic<std::int64_t> hurry_to_{-1};
  std::int64_t last_index_ = INT64_MIN;  // [picture thread]
  std::int64_t picture_end_ns_ = 0;      // [picture thread]
  std::int64_t source_frame_ns_ = 0;     // [picture thread] of a stream that states its rate

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::preparing;
  std::string fault_;
  GstElement* picture_sink_ = nullptr;  // owned by the pipeline
  GstElement* sound_sink_ = nullptr;
  bool pads_complete_ = false;
  bool async_done_ = false;
};

}  // namespace wyvern::feeder
