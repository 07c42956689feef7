// The playout room: channels, playlists, items, transport, as-run and preview, and the loop that keeps channels on air.
#pragma once

#include <string>
#include <string_view>

#include "operations/table.hpp"
#include "playout/dependencies.hpp"
#include "playout/preview_ticket.hpp"
#include "playout/reconciler.hpp"

namespace wyvern::playout {

// Thread-safe. Owner: the application, which keeps it while operations can be called.
class Playout {
 public:
  explicit Playout(Dependencies dependencies);

  void add_operations(operations::Table& table);
  // Begins to reconcile: adopts what runs, starts what should run.
  void start() { reconciler_.start(); }
  // Workers stay on air.
  void stop() { reconciler_.stop(); }
  // Media of an asset became ready or failed: lists that hold it are sent anew.
  void media_changed(std::string_view asset_id);

  const Dependencies dependencies;
  Reconciler& reconciler() { return reconciler_; }
  const PreviewTickets& tickets() const { return tickets_; }

 private:
  PreviewTickets tickets_;
  Reconciler reconciler_;
};

void add_channel_operations(operations::Table& table, Playout& playout);
void add_transport_operations(operations::Table& table, Playout& playout);
void add_playlist_operations(operations::Table& table, Playout& playout);
void add_item_operations(operations::Table& table, Playout& playout);
void add_preview_operations(operations::Table& table, Playout& playout);

// For `Operation::project`: the project of the channel in the path parameter `id`, or 404.
operations::ProjectId project_of_channel(const Playout& playout, const std::string& channel_id);

}  // namespace wyvern::playout
