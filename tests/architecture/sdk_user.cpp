#include "wyvern/plugin.hpp"
