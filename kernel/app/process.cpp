#include "app/process.hpp"

#include "operations/carrier.hpp"

namespace wyvern::app {

Process::Process(config::Config config, host::Catalogue catalogue, std::vector<std::filesystem::path> plugin_dirs)
    : config_(std::move(config)), catalogue_(std::move(catalogue)), plugin_dirs_(std::move(plugin_dirs)) {
  operations::set_table_of([](void* self) { return static_cast<Process*>(host::context_of(self).context)->table_; });
  host::Services services;
  services.context = this;
  services.query = [](std::string_view service) -> const void* {
    return service == "wyvern.host.operations/1" ? operations::carrier() : nullptr;
  };
  host::HostOptions options;
  const auto& log = config_.sections.at("log");
  options.log.level = log.value("level", "info");
  options.log.format =
      log.value("format", "json") == "text" ? host::LogOptions::Format::text : host::LogOptions::Format::json;
  host_ = std::make_unique<host::Host>(catalogue_, std::move(services), std::move(options));
}

Process::~Process() = default;

void Process::log(std::string_view component, std::int32_t level, std::string_view message,
                  const nlohmann::json& fields) {
  host_->log().write(level, {std::string(component), {}, {}, {}}, message, fields);
}

operations::Table::Fault Process::say_fault() {
  return [this](std::string_view operation, std::string_view message, nlohmann::json fields) {
    fields["operation"] = operation;
    log("operations", WYV_LOG_ERROR, message, fields);
  };
}

const config::InstanceConfig& Process::first_of(std::string_view kind) const {
  for (const auto& instance : config_.instances) {
    if (instance.kind == kind) return instance;
  }
  throw Failure(WYV_NOT_FOUND, "config.no_instance",
                config_.file.string() + " names no " + std::string(kind) + "; this role needs one");
}

std::filesystem::path this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

}  // namespace wyvern::app
