#include "host/probe.hpp"

int main(int count, char** arguments) { return wyvern::host::probe_main(arguments[count - 1]); }
