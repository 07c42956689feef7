// Storages: objects by key, whole or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "kit/lifecycle.hpp"
#include "wyvern/abi/storage.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {
namespace {

class StorageTable : public Lifecycle {
 protected:
  void SetUp() override {
    started();
    table_ = instance.table<wyv_storage_v1>(WYV_STORAGE_SERVICE);
    ASSERT_NE(table_, nullptr) << WYV_STORAGE_SERVICE;
  }
  bool whole() const {
    return table_->struct_size >= sizeof(wyv_storage_v1) && table_->stat != nullptr && table_->list != nullptr &&
           table_->open != nullptr && table_->read != nullptr && table_->close_reader != nullptr &&
           table_->create != nullptr && table_->write != nullptr && table_->commit != nullptr &&
           table_->abandon != nullptr && table_->remove != nullptr;
  }

  const wyv_storage_v1* table_ = nullptr;
};

TEST_F(StorageTable, HasEveryFunction) { EXPECT_TRUE(whole()) << "only local_path may be absent"; }

class Storage : public StorageTable {
 protected:
  void SetUp() override {
    StorageTable::SetUp();
    if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
  }

  struct Answer {
    Outcome outcome;
    std::string text;
    Json json() const { return Json::parse(text, nullptr, false); }
  };
  Answer stat(std::string_view key) {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->stat(instance.raw(), view(key), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  std::string version(std::string_view key) {
    const auto json = stat(key).json();
    return json.is_object() ? json.value("version", "") : "";
  }
  Answer list(std::string_view prefix, std::string_view after = "", std::uint32_t limit = 1000) {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->list(instance.raw(), view(prefix), view(after), limit, sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  std::vector<std::string> keys(std::string_view prefix, std::string_view after = "", std::uint32_t limit = 1000) {
    std::vector<std::string> found;
    const auto json = list(prefix, after, limit).json();
    if (json.is_array())
      for (const auto& object : json) found.push_back(object.value("key", ""));
    return found;
  }
  Outcome open(std::string_view key, wyv_reader** reader, std::string_view of_version = "", std::uint64_t offset = 0) {
    RecordedCall call;
    return call.finish(table_->open(instance.raw(), view(key), view(of_version), offset, reader, call.context()));
  }
  // What is left of it, read in pieces of at most `capacity`.
  std::string rest(wyv_reader* reader, std::uint64_t capacity = 4096) {
    std::string content;
    std::string buffer(capacity, '\0');
    for (int reads = 0; reads < 100'000; ++reads) {
      RecordedCall call;
      std::uint64_t count = 0;
      const auto outcome = call.finish(table_->read(reader, buffer.data(), capacity, &count, call.context()));
      EXPECT_TRUE(is_ok(outcome)) << "read";
      if (!outcome.ok() || count == 0) break;
      content.append(buffer, 0, count);
    }
    return content;
  }
  std::string get(std::string_view key, std::uint64_t offset = 0, std::uint64_t capacity = 4096) {
    wyv_reader* reader = nullptr;
    const auto outcome = open(key, &reader, "", offset);
    EXPECT_TRUE(is_ok(outcome)) << "open of " << key;
    if (reader == nullptr) return {};
    const auto content = rest(reader, capacity);
    table_->close_reader(reader);
    return content;
  }
  wyv_writer* begin(std::string_view key) {
    wyv_writer* writer = nullptr;
    RecordedCall call;
    EXPECT_TRUE(is_ok(call.finish(table_->create(instance.raw(), view(key), &writer, call.context()))))
        << "create of " << key;
    return writer;
  }
  void write(wyv_writer* writer, std::string_view bytes) {
    RecordedCall call;
    EXPECT_TRUE(is_ok(call.finish(table_->write(writer, view(bytes), call.context())))) << "write";
  }
  Outcome commit(wyv_writer* writer) {
    RecordedCall call;
    return call.finish(table_->commit(writer, call.context()));
  }
  void put(std::string_view key, std::string_view content) {
    wyv_writer* writer = begin(key);
    ASSERT_NE(writer, nullptr);
    write(writer, content);
    ASSERT_TRUE(is_ok(commit(writer))) << "commit of " << key;
  }
  Outcome remove(std::string_view key) {
    RecordedCall call;
    return call.finish(table_->remove(instance.raw(), view(key), call.context()));
  }
  static std::string pattern(std::size_t size) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
    return content;
  }
  void refuses_key(std::string_view key) {
    wyv_reader* reader = nullptr;
    wyv_writer* writer = nullptr;
    RecordedCall call;
    EXPECT_TRUE(is(WYV_INVALID, stat(key).outcome)) << "stat of '" << key << "'";
    EXPECT_TRUE(is(WYV_INVALID, open(key, &reader))) << "open of '" << key << "'";
    EXPECT_TRUE(is(WYV_INVALID, call.finish(table_->create(instance.raw(), view(key), &writer, call.context()))))
        << "create of '" << key << "'";
    const auto outcome = remove(key);
    EXPECT_TRUE(is(WYV_INVALID, outcome)) << "remove of '" << key << "'";
  }
};

TEST_F(Storage, KeepsEveryByte) {
  const auto content = pattern(100'003);
  wyv_writer* writer = begin("a/b/every.bin");
  for (std::size_t at = 0, size = 1; at < content.size(); at += size, size = size * 3 + 1)
    write(writer, std::string_view(content).substr(at, size));
  ASSERT_TRUE(is_ok(commit(writer)));
  EXPECT_EQ(get("a/b/every.bin") == content, true) << "what was read differs from what was written in pieces";
}

TEST_F(Storage, KeepsEmptyObjects) {
  ASSERT_TRUE(is_ok(commit(begin("empty"))));
  EXPECT_TRUE(is_ok(stat("empty").outcome));
  EXPECT_EQ(get("empty"), "");
}

TEST_F(Storage, ShowsNothingBeforeTheCommit) {
  wyv_writer* writer = begin("half.bin");
  write(writer, pattern(5000));
  EXPECT_FALSE(stat("half.bin").outcome.ok());
  EXPECT_EQ(keys("half"), std::vector<std::string>{});
  table_->abandon(writer);
}

TEST_F(Storage, LeavesNothingOfWhatIsAbandoned) {
  wyv_writer* writer = begin("dropped.bin");
  write(writer, pattern(5000));
  table_->abandon(writer);
  EXPECT_FALSE(stat("dropped.bin").outcome.ok());
  EXPECT_EQ(keys("dropped"), std::vector<std::string>{});
}

TEST_F(Storage, KeepsTheOldObjectUntilTheNewIsWhole) {
  put("same.bin", "the old one");
  wyv_writer* writer = begin("same.bin");
  write(writer, "the new");
  EXPECT_EQ(get("same.bin"), "the old one");
  table_->abandon(writer);
  EXPECT_EQ(get("same.bin"), "the old one");
}

TEST_F(Storage, ReplacesAnObjectWhole) {
  put("same.bin", pattern(3000));
  put("same.bin", "short");
  EXPECT_EQ(get("same.bin"), "short");
}

TEST_F(Storage, ReadsFromAnOffset) {
  const auto content = pattern(5000);
  put("offset.bin", content);
  EXPECT_EQ(get("offset.bin", 4321) == content.substr(4321), true) << "from byte 4321 on";
}

TEST_F(Storage, ReadsNothingAtTheEnd) {
  put("end.bin", "12345");
  EXPECT_EQ(get("end.bin", 5), "");
}

TEST_F(Storage, RefusesAnOffsetBeyondTheEnd) {
  put("end.bin", "12345");
  wyv_reader* reader = nullptr;
  EXPECT_TRUE(is(WYV_INVALID, open("end.bin", &reader, "", 6)));
}

TEST_F(Storage, ReadsInSmallPieces) {
  const auto content = pattern(700);
  put("small.bin", content);
  EXPECT_EQ(get("small.bin", 0, 1) == content, true) << "byte by byte";
  EXPECT_EQ(get("small.bin", 0, 7) == content, true) << "seven bytes at a time";
}

TEST_F(Storage, ReadsOneObjectTwiceAtOnce) {
  const auto content = pattern(3000);
  put("twice.bin", content);
  wyv_reader* first = nullptr;
  wyv_reader* second = nullptr;
  ASSERT_TRUE(is_ok(open("twice.bin", &first)));
  ASSERT_TRUE(is_ok(open("twice.bin", &second)));
  char byte = 0;
  std::uint64_t count = 0;
  RecordedCall call;
  ASSERT_EQ(table_->read(first, &byte, 1, &count, call.context()), WYV_OK);
  EXPECT_EQ(rest(second) == content, true) << "of a second reader";
  EXPECT_EQ(byte + rest(first) == content, true) << "of the first reader";
}

TEST_F(Storage, SaysThatAnObjectIsMissing) {
  EXPECT_TRUE(is(WYV_NOT_FOUND, stat("no/such.bin").outcome));
  wyv_reader* reader = nullptr;
  EXPECT_TRUE(is(WYV_NOT_FOUND, open("no/such.bin", &reader)));
}

TEST_F(Storage, GivesAMissingObjectItsCode) {
  const auto outcome = stat("no/such.bin").outcome;
  if (outcome.reports.empty()) GTEST_SKIP() << "it reports nothing";
  EXPECT_EQ(outcome.reports[0].code, "storage.not_found");
}

TEST_F(Storage, LeavesNoReaderWhenItFails) {
  auto* reader = reinterpret_cast<wyv_reader*>(this);  // anything but null
  if (open("no/such.bin", &reader).ok()) GTEST_SKIP() << "it does not fail";
  EXPECT_EQ(reader, nullptr) << "*out after an open that failed";
}

TEST_F(Storage, SaysHowLargeAnObjectIs) {
  put("sized.bin", pattern(1234));
  EXPECT_EQ(stat("sized.bin").json().value("size_bytes", -1), 1234);
}

TEST_F(Storage, NamesTheObjectThatItDescribes) {
  put("d/named.bin", "x");
  EXPECT_EQ(stat("d/named.bin").json().value("key", ""), "d/named.bin");
}

TEST_F(Storage, GivesChangedContentAnotherVersion) {
  put("changing.bin", "one");
  const auto first = version("changing.bin");
  put("changing.bin", "two");
  EXPECT_NE(version("changing.bin"), first);
}

TEST_F(Storage, GivesSameContentTheSameVersion) {
  put("steady.bin", "one");
  const auto first = version("steady.bin");
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(version("steady.bin"), first);
}

TEST_F(Storage, OpensTheVersionThatItNames) {
  put("steady.bin", "one");
  wyv_reader* reader = nullptr;
  EXPECT_TRUE(is_ok(open("steady.bin", &reader, version("steady.bin"))));
}

TEST_F(Storage, RefusesAVersionThatIsGone) {
  put("changing.bin", "one");
  const auto first = version("changing.bin");
  put("changing.bin", "two");
  if (version("changing.bin") == first) GTEST_SKIP() << "its versions do not change";
  wyv_reader* reader = nullptr;
  EXPECT_TRUE(is(WYV_CONFLICT, open("changing.bin", &reader, first)));
}

TEST_F(Storage, ListsInOrder) {
  for (const char* key : {"list/c", "list/a", "list/b"}) ASSERT_NO_FATAL_FAILURE(put(key, "x"));
  auto found = keys("list/");
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"list/a", "list/b", "list/c"}));
}

TEST_F(Storage, ListsWhatBeginsWithThePrefix) {
  for (const char* key : {"one/a", "other/a", "two/a"}) ASSERT_NO_FATAL_FAILURE(put(key, "x"));
  EXPECT_EQ(keys("o"), (std::vector<std::string>{"one/a", "other/a"}));
}

TEST_F(Storage, ListsWhatComesAfter) {
  for (const char* key : {"list/a", "list/b", "list/c"}) ASSERT_NO_FATAL_FAILURE(put(key, "x"));
  EXPECT_EQ(keys("list/", "list/a"), (std::vector<std::string>{"list/b", "list/c"}));
}

TEST_F(Storage, ListsNoMoreThanItIsAskedFor) {
  for (const char* key : {"list/a", "list/b", "list/c"}) ASSERT_NO_FATAL_FAILURE(put(key, "x"));
  EXPECT_EQ(keys("list/", "", 2), (std::vector<std::string>{"list/a", "list/b"}));
}

TEST_F(Storage, RefusesAnEmptyKey) { refuses_key(""); }
TEST_F(Storage, RefusesAnAbsoluteKey) { refuses_key("/etc/passwd"); }
TEST_F(Storage, RefusesAKeyThatLeavesTheRoot) {
  refuses_key("../outside");
  refuses_key("a/../../outside");
}
TEST_F(Storage, RefusesControlCharactersInKeys) { refuses_key(std::string_view("a\nb")); }

TEST_F(Storage, TakesForeignKeys) {
  const std::string key =
      "Stra\xc3\x9f"
      "e/\xe4\xb8\x80 \xe4\xba\x8c.bin";
  put(key, "x");
  EXPECT_EQ(get(key), "x");
}

TEST_F(Storage, ForgetsWhatIsRemoved) {
  put("gone.bin", "x");
  ASSERT_TRUE(is_ok(remove("gone.bin")));
  EXPECT_FALSE(stat("gone.bin").outcome.ok());
}

TEST_F(Storage, RemovesTenTimes) {
  put("gone.bin", "x");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_ok(remove("gone.bin"))) << "of time " << i;
}

TEST_F(Storage, KeepsObjectsOverAStop) {
  put("kept.bin", "x");
  ASSERT_TRUE(is_ok(instance.stop()));
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  EXPECT_TRUE(is_ok(stat("kept.bin").outcome));
}

TEST_F(Storage, ClosesReadersForGood) {
  put("open.bin", pattern(100));
  for (int i = 0; i < 200; ++i) (void)get("open.bin");  // what the threads of a storage keep for themselves
  const auto before = look_at_process();
  const auto bytes = heap_bytes();
  for (int i = 0; i < 200; ++i) (void)get("open.bin");
  EXPECT_EQ(more(before.descriptors, settle(before).descriptors), "") << "descriptors that readers left";
  EXPECT_LT(heap_bytes(), bytes + 200 * 64) << "memory that readers left";
}

TEST_F(Storage, HonoursADeadline) {
  put("late.bin", "x");
  TextSink sink;
  RecordedCall call({.timeout = std::chrono::nanoseconds(0)});
  const auto outcome =
      call.finish(table_->stat(instance.raw(), view(std::string_view("late.bin")), sink.get(), call.context()));
  EXPECT_TRUE(outcome.ok() || outcome.status == WYV_TIMEOUT) << to_string(outcome);
  EXPECT_LT(outcome.took, std::chrono::seconds(1));
}

TEST_F(Storage, HearsACancellationWhileItReads) {
  put("cancelled.bin", pattern(3000));
  wyv_reader* reader = nullptr;
  ASSERT_TRUE(is_ok(open("cancelled.bin", &reader)));
  char byte = 0;
  std::uint64_t count = 0;
  RecordedCall call({.cancelled = true});
  const auto outcome = call.finish(table_->read(reader, &byte, 1, &count, call.context()));
  EXPECT_TRUE(outcome.ok() || outcome.status == WYV_CANCELLED) << to_string(outcome);
  EXPECT_LT(outcome.took, std::chrono::seconds(1));
}

TEST_F(Storage, TakesManyWritersAtOnce) {
  const auto content = [](int writer, int time) {
    return std::to_string(writer) + pattern(2000 + static_cast<std::size_t>(time));
  };
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([this, i, &content] {
      for (int j = 0; j < 10; ++j) put("many/" + std::to_string(i), content(i, j));
    });
  for (auto& writer : writers) writer.join();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(get("many/" + std::to_string(i)) == content(i, 9), true) << "many/" << i;
}

TEST_F(Storage, HasWhatItsLocalPathSays) {
  if (!WYV_HAS(table_, wyv_storage_v1, local_path)) GTEST_SKIP() << "it has no local files";
  put("local.bin", "in place");
  TextSink sink;
  RecordedCall call;
  const auto outcome =
      call.finish(table_->local_path(instance.raw(), view(std::string_view("local.bin")), sink.get(), call.context()));
  if (outcome.status == WYV_UNSUPPORTED) GTEST_SKIP() << "it has no local files";
  ASSERT_TRUE(is_ok(outcome));
  std::ifstream file(sink.text(), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "in place") << sink.text();
}

}  // namespace
}  // namespace wyvern::conformance
