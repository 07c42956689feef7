// A Markdown file as a reader takes it in: its fenced blocks and its inline code.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace wyvern::test {

// ```language note
struct Block {
  std::string language;  // "sh", "yaml", "json", "text", …
  std::string note;      // what follows it; "by hand" marks what a test cannot run
  std::string text;
  int line = 0;  // of the opening fence
};

struct Document {
  std::filesystem::path file;
  std::vector<Block> blocks;
  std::vector<std::string> inline_code;

  std::vector<Block> of(const std::string& language, const std::string& note = {}) const;
};

// Throws for a fence that is not closed.
Document read_document(const std::filesystem::path& file);

// What a shell says: its status and both of its outputs.
struct Ran {
  int status = -1;
  std::string output;
};
Ran run_shell(const std::string& script, const std::filesystem::path& folder,
              std::chrono::seconds deadline = std::chrono::seconds(60));

}  // namespace wyvern::test
