// What the reconciler writes about a channel, each in a transaction of its own with its event.
//
// Every write is fenced: it says the epoch that it was decided under and what was wanted then, and does nothing when
// either has changed since. False means that; the channel is then to be looked at anew.
#pragma once

#include <string>

#include "playout/channel.hpp"
#include "playout/dependencies.hpp"

namespace wyvern::playout::grant {

// The worker answers: the channel is running.
bool running(const Dependencies& dependencies, const Channel& channel, const std::string& handle);
// The worker was lost, and a restart is to follow: in error, and still wanted.
bool lost(const Dependencies& dependencies, const Channel& channel, const std::string& reason);
// The worker did not start. The first start of a channel ends in error and gives its claims back; a restart is tried
// again for as long as the channel is wanted.
bool failed(const Dependencies& dependencies, const Channel& channel, const std::string& reason);
// The next epoch, for a restart. `channel` is then as it was granted.
bool again(const Dependencies& dependencies, Channel& channel, const std::string& reason);
// It is off air, and nothing of it is left.
bool stopped(const Dependencies& dependencies, const Channel& channel);

}  // namespace wyvern::playout::grant
