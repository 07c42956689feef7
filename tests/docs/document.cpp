#include "document.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <regex>
#include <stdexcept>

namespace wyvern::test {

std::vector<Block> Document::of(const std::string& language, const std::string& note) const {
  std::vector<Block> found;
  for (const auto& block : blocks)
    if (block.language == language && block.note == note) found.push_back(block);
  return found;
}

Document read_document(const std::filesystem::path& file) {
  static const std::regex code("`([^`]+)`");
  std::ifstream in(file);
  if (!in) throw std::runtime_error("there is no " + file.string());
  Document document{file, {}, {}};
  bool within = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) {
      within = !within;
      if (!within) continue;
      const auto info = line.substr(3);
      const auto space = std::min(info.find(' '), info.size());
      document.blocks.push_back(
          {info.substr(0, space), info.substr(std::min(space + 1, info.size())), std::string(), number});
    } else if (within) {
      document.blocks.back().text += line + "\n";
    } else {
      for (std::sregex_iterator at(line.begin(), line.end(), code), end; at != end; ++at)
        document.inline_code.push_back((*at)[1]);
    }
  }
  if (within) throw std::runtime_error(file.string() + ": a block is not closed");
  return document;
}

Ran run_shell(const std::string& script, const std::filesystem::path& folder, std::chrono::seconds deadline) {
  const auto file = folder / "script.sh";
  std::ofstream(file) << script;
  const std::string command = "cd '" + folder.string() + "' && timeout " + std::to_string(deadline.count()) +
                              " bash '" + file.string() + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
  if (!pipe) throw std::runtime_error("no shell can be started");
  Ran ran;
  std::array<char, 4096> piece{};
  for (std::size_t size = 0; (size = std::fread(piece.data(), 1, piece.size(), pipe.get())) > 0;)
    ran.output.append(piece.data(), size);
  const int status = ::pclose(pipe.get());
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace wyvern::test
