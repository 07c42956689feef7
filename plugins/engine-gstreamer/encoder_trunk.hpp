// One encoder for all outputs: house pictures and sound in, transport stream and FLV out.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "gst_pointers.hpp"
#include "house_format.hpp"
#include "settings.hpp"
#include "transport_stream.hpp"

namespace wyvern::feeder {

class EncoderTrunk {
 public:
  // Takes what a muxer makes; called on a thread of the trunk, never two at once for a format; must not wait. `format`
  // is "mpegts" or "flv".
  using Deliver = std::function<void(const std::string& format, GstSample* muxed)>;

  // Throws wyvern::Failure when an element is missing. `formats`: the muxers that the outputs need.
  EncoderTrunk(const HouseFormat& format, const Settings& settings, const std::vector<std::string>& formats,
               Deliver deliver);
  ~EncoderTrunk();

  // base_time: on the monotonic clock, the time that stamp 0 stands for.
  void start(GstClockTime base_time);
  // [scheduler] Stamped buffers; the trunk takes them over.
  void push_picture(GstBuffer* picture);
  void push_sound(GstBuffer* sound);
  // Pictures that wait for the encoder.
  std::int64_t waiting() const;
  // A fault of the encoder or a muxer, once; empty when there is none. The channel then makes a new trunk.
  std::string fault() const;

 private:
  struct Callbacks;
  void tap(const char* sink, GstFlowReturn (*new_sample)(GstAppSink*, gpointer));

  Gst<GstElement> pipeline_;
  Gst<GstElement> pictures_;
  Gst<GstElement> sound_;
  const Deliver deliver_;
  std::unique_ptr<TransportStream> transport_stream_;
};

}  // namespace wyvern::feeder
