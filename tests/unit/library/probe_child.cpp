// The program that a probe runs, as wyvernd's main does it.
#include "library/media_probe.hpp"

int main(int argc, char** argv) {
  if (argc != 2 || std::string(argv[1]) != "--probe-media") return 2;
  return wyvern::library::probe_media_main();
}
