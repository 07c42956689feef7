#include "srt_output.hpp"

WYVERN_PLUGIN(wyvern::srt::SrtOutput)
