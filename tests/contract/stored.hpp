// Writes to a store as no program of this house does: what was touched, and states that no call leads to.
#pragma once

#include <string>

#include "deployment.hpp"

namespace wyvern::test {

// Stops the controller, runs one statement, and starts it again.
void touch_store(Deployment& wyvern, const std::string& sql);

}  // namespace wyvern::test
