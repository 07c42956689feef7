#include "process_runtime.hpp"

WYVERN_PLUGIN(wyvern::process::ProcessRuntime)
