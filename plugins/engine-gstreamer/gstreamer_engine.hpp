// wyvern.engine/1 over a Channel and a probe.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "channel.hpp"
#include "wyvern/engine.hpp"

namespace wyvern::feeder {

class GStreamerEngine final : public wyvern::Engine {
 public:
  GStreamerEngine(wyvern::Host host, std::string name, wyvern::Json config);

  // Limits the allocator's arenas to two: pictures come and go on many threads, and an arena for each of them would
  // keep up to 200 MB more (measured over 280 boundaries). It holds for the whole process.
  void start(const wyvern::Context& context) override;
  void stop(const wyvern::Context& context) override;

  std::string_view name() const override { return "gstreamer"; }
  wyvern::Json probe(const std::string& path, const wyvern::Context& context) override;
  void configure(const wyvern::Json& channel, Emit emit) override;
  void start_channel(const wyvern::Context& context) override;
  void stop_channel(const wyvern::Context& context) override;
  void load(const wyvern::Json& playlist) override;
  void update(const wyvern::Json& playlist) override;
  void pause() override;
  void resume() override;
  void skip() override;
  void stop_playback() override;
  wyvern::Json status() override;

 private:
  std::shared_ptr<Channel> channel() const;  // throws before configure

  const wyvern::Host host_;
  const std::string name_;
  const Settings settings_;
  mutable std::mutex mutex_;
  std::shared_ptr<Channel> channel_;
};

}  // namespace wyvern::feeder
