#include "postgres_store.hpp"

WYVERN_PLUGIN(wyvern::postgres::PostgresStore)
