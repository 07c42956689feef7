#include "runner/checking.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "runner/stack.hpp"

namespace wyvern::conformance {
namespace {

void tell(int report, const std::string& line) {
  for (std::size_t at = 0; at < line.size();) {
    const auto count = write(report, line.data() + at, line.size() - at);
    if (count <= 0) return;
    at += static_cast<std::size_t>(count);
  }
}

class Listener final : public ::testing::EmptyTestEventListener {
 public:
  explicit Listener(int report) : report_(report) {}
  void OnTestPartResult(const ::testing::TestPartResult& part) override {
    if (part.passed()) return;
    std::string text = part.summary();
    if (part.file_name() != nullptr)
      text += " [" + std::filesystem::path(part.file_name()).filename().string() + ":" +
              std::to_string(part.line_number()) + "]";
    tell(report_, (part.skipped() ? "skipped " : "failure ") + escaped(text) + "\n");
  }

 private:
  const int report_;
};

}  // namespace

std::string escaped(const std::string& text) {
  std::string line;
  for (const char c : text) line += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return line;
}

std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size())
      result += text[i];
    else
      result += text[++i] == 'n' ? '\n' : text[i];
  }
  return result;
}

void run_check(const Check& check, Given given, int report) {
  tell_stack_on_crash(report);
  give(std::move(given));
  auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new Listener(report));
  ::testing::GTEST_FLAG(filter) = check.full();
  [[maybe_unused]] const int failed = RUN_ALL_TESTS();  // the listener has told
  tell(report, "end\n");
  _exit(0);
}

}  // namespace wyvern::conformance
