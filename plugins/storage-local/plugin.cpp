#include "local_storage.hpp"

WYVERN_PLUGIN(wyvern::local::LocalStorage)
