#include "sqlite_store.hpp"

WYVERN_PLUGIN(wyvern::sqlite::SqliteStore)
