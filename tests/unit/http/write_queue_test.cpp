#include "write_queue.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace wyvern::http {
namespace {

std::string contents(WriteQueue& queue) {
  std::string all;
  queue.look(1000, [&](const char* data, std::size_t size) { all.append(data, size); });
  queue.consume(0);
  return all;
}

TEST(WriteQueue, KeepsTheOrderOfWhatIsAppendedTakenAndConsumed) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    WriteQueue queue;
    WriteQueue other;
    std::string expected;
    std::string expected_other;
    for (int step = 0; step < 60; ++step) {
      const std::string piece(random() % (step % 10 == 0 ? 100'000 : 300), static_cast<char>('a' + step % 26));
      switch (random() % 5) {
        case 0:
          queue.append(piece);
          expected += piece;
          break;
        case 1:
          queue.compose([&](std::string& end) { end += piece; });
          expected += piece;
          break;
        case 2:
          other.append(piece);
          expected_other += piece;
          break;
        case 3:
          queue.take(other);
          expected += std::exchange(expected_other, {});
          break;
        default: {
          const auto bytes = expected.empty() ? 0 : random() % (expected.size() + 1);
          queue.consume(bytes);
          expected.erase(0, bytes);
        }
      }
      ASSERT_EQ(queue.size(), expected.size());
    }
    ASSERT_EQ(contents(queue), expected);
  }
}

TEST(WriteQueue, LeavesAPieceAloneWhileItIsLookedAt) {
  WriteQueue queue;
  queue.append("first");
  std::vector<const char*> pointers;
  queue.look(16, [&](const char* data, std::size_t) { pointers.push_back(data); });
  for (int i = 0; i < 1000; ++i) queue.append("more and more and more");
  EXPECT_EQ(std::string_view(pointers.front(), 5), "first");
}

}  // namespace
}  // namespace wyvern::http
