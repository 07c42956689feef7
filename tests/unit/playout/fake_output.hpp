// A wyvern.output/1 that occupies the port which its configuration names.
#pragma once

#include "playout/dependencies.hpp"

namespace wyvern::test {

// {"port": 9000, "passphrase": "…", "broken": "why it cannot be rendered"}
playout::OutputAccess fake_output();

}  // namespace wyvern::test
