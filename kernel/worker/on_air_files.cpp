#include "worker/on_air_files.hpp"

#include "worker/whole_file.hpp"

namespace wyvern::worker {
namespace {

Json parsed(const std::filesystem::path& path) {
  const auto text = read_file(path);
  return text ? Json::parse(*text, nullptr, false) : Json();
}

}  // namespace

std::optional<OnAirList> OnAirFiles::read_list() const { return OnAirList::from(parsed(list_)); }
std::optional<OnAir> OnAirFiles::read() const { return OnAir::from(parsed(on_air_)); }

Result<void> OnAirFiles::write_list(const OnAirList& list) {
  return replace_file(list_, list.json().dump(-1, ' ', false, Json::error_handler_t::replace), Survives::power_loss);
}

Result<void> OnAirFiles::write(const OnAir& on_air, bool lasting) {
  return replace_file(on_air_, on_air.json().dump(-1, ' ', false, Json::error_handler_t::replace),
                      lasting ? Survives::power_loss : Survives::process_crash);
}

void OnAirFiles::remove_list() {
  std::error_code ignored;
  std::filesystem::remove(list_, ignored);
}

void OnAirFiles::remove() {
  remove_list();
  std::error_code ignored;
  std::filesystem::remove(on_air_, ignored);
}

}  // namespace wyvern::worker
