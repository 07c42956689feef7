// Plays a playlist with engine-gstreamer.so: engine_player CHANNEL.json PLAYLIST.json SECONDS [CONFIG.json]
// Events go to standard output, one JSON object a line; the last line is the status at the end.
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "loaded_engine.hpp"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "engine_player CHANNEL.json PLAYLIST.json SECONDS [CONFIG.json]\n";
    return 2;
  }
  try {
    const auto read = [](const char* path) { return nlohmann::json::parse(std::ifstream(path)); };
    wyvern::media::LoadedEngine engine(argc > 4 ? read(argv[4]) : nlohmann::json::object());
    engine.configure(read(argv[1]));
    engine.load(read(argv[2]));
    engine.start_channel();
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(argv[3])));
    const auto status = engine.status();
    engine.stop_channel();
    for (const auto& event : engine.events()) std::cout << event << "\n";
    std::cout << status << std::endl;
  } catch (const std::exception& failure) {
    std::cerr << "engine_player: " << failure.what() << "\n";
    return 1;
  }
}
