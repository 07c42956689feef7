// A folder of one test, and the fixtures that are put into it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "host/probe.hpp"

namespace wyvern::host::test {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "wyvern-host-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  ~Scratch() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  // Copies the fixture into plugins/, under its own or another name.
  std::filesystem::path add(const std::string& fixture, const std::string& as = {}) const {
    std::filesystem::create_directories(path_ / "plugins");
    const auto to = path_ / "plugins" / ((as.empty() ? fixture : as) + ".so");
    std::filesystem::copy_file(std::filesystem::path(FIXTURES_DIR) / (fixture + ".so"), to,
                               std::filesystem::copy_options::overwrite_existing);
    return to;
  }
  ProbeOptions probe_options() const { return {{PROBE_CHILD}, std::chrono::seconds(30), path_ / "cache"}; }

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(FIXTURES_DIR) / (name + ".so");
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace wyvern::host::test
