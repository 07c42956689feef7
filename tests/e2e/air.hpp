// A channel of a whole deployment on air, with a receiver at its output.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clip_maker.hpp"
#include "deployment.hpp"
#include "srt_recorder.hpp"
#include "stream_decoder.hpp"

namespace wyvern::test {

// 640x360 at 25 frames a second.
class Air {
 public:
  explicit Air(const Deployment::Options& options = {}) : wyvern(options) {}

  // A marked clip in the library, with sound as long as its picture.
  media::ClipSpec clip(int id, int frames = 75) const;
  // A marked clip and its asset. The asset's id.
  std::string asset(int id, int frames = 75) const;
  // The channel, stopped.
  void make_channel();
  // Puts it on air with a receiver. Throws with what it was told.
  void start();
  void play(const std::string& playlist_id);

  Answer post(const std::string& action, const Json& body = Json::object()) const {
    return wyvern.call("POST", "/playout/channels/" + channel + action, body);
  }
  Json get(const std::string& what = "") const {
    return wyvern.call("GET", "/playout/channels/" + channel + what).body;
  }
  Json engine() const { return get("/status")["engine"]; }
  // Oldest first.
  std::vector<Json> as_run() const;
  // Waits for the engine to say so of itself; throws with its last status when it does not.
  Json await_engine(const std::function<bool(const Json& engine)>& holds,
                    std::chrono::milliseconds deadline = std::chrono::seconds(20)) const;
  // Waits for the as-run to be so; throws with all rows when it does not become so.
  std::vector<Json> await_as_run(const std::function<bool(const std::vector<Json>& rows)>& holds,
                                 std::chrono::milliseconds deadline = std::chrono::seconds(40)) const;
  std::vector<Json> await_rows(std::size_t count) const;

  // Ends the receiver and decodes what came.
  media::SeenStream received();
  std::string recording() const { return (wyvern.folder() / "received.ts").string(); }

  Deployment wyvern;
  std::string channel;
  int port = media::free_port();
  std::unique_ptr<media::SrtRecorder> recorder;
};

// The row of an item whose result is this one, or null.
Json row_of(const std::vector<Json>& rows, const std::string& result, const std::string& clip_name = {});

}  // namespace wyvern::test
