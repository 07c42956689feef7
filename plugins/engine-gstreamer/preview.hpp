// The HLS preview: a small picture with an encoder of its own, behind leaky queues. Exists only when it is configured.
#pragma once

#include <gst/app/gstappsrc.h>

#include <string>

#include "gst_pointers.hpp"
#include "house_format.hpp"
#include "settings.hpp"

namespace wyvern::feeder {

class Preview {
 public:
  // Makes the folder and removes segments of an earlier run. Throws wyvern::Failure.
  Preview(const HouseFormat& format, const PreviewSettings& settings, std::string directory);
  ~Preview();

  void start(GstClockTime base_time);
  // [scheduler] Stamped house pictures and sound; borrowed.
  void push_picture(GstBuffer* picture);
  void push_sound(GstBuffer* sound);
  // A fault of its pipeline, once; empty when there is none. The channel then makes a new preview.
  std::string fault() const;

 private:
  Gst<GstElement> pipeline_;
  Gst<GstElement> pictures_;
  Gst<GstElement> sound_;
  bool halved_ = false;  // of 50 and more pictures in a second every other one is enough
  bool odd_ = false;
};

}  // namespace wyvern::feeder
