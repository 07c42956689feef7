// Answers that send an asset's bytes, each from a thread of its own, as fast as its reader takes them.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "library/asset.hpp"
#include "operations/operation.hpp"
#include "staging/staging.hpp"
#include "store/store.hpp"

namespace wyvern::library {

// Thread-safe.
class AssetStreams {
 public:
  static constexpr std::size_t most_streams = 64;

  AssetStreams(store::Store store, staging::Staging& staging);
  ~AssetStreams();
  AssetStreams(const AssetStreams&) = delete;
  AssetStreams& operator=(const AssetStreams&) = delete;

  // Answers with the asset's bytes, or the range of them that the call asks for: from the media cache when they are
  // there, else through the asset's storage. Throws Refusal.
  void answer(const operations::Call& call, const Asset& asset, std::shared_ptr<operations::Answer> answer);
  // Ends them all.
  void stop();

 private:
  // The bytes to send, opened at the range's start.
  struct Content;
  struct Stream;
  Content open(const operations::Call& call, const Asset& asset) const;
  void send(Stream& stream) const;
  void reap();

  store::Store store_;
  staging::Staging& staging_;
  std::mutex mutex_;
  std::list<std::unique_ptr<Stream>> streams_;
  bool stopping_ = false;
};

}  // namespace wyvern::library
