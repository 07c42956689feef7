#include "host/running.hpp"

#include <mutex>
#include <utility>
#include <vector>

#include "host/timed_call.hpp"
#include "wyvern/view.hpp"

namespace wyvern::host {

std::string_view to_string(Running::State state) {
  switch (state) {
    case Running::State::created:
      return "created";
    case Running::State::prepared:
      return "prepared";
    case Running::State::started:
      return "started";
    case Running::State::draining:
      return "draining";
    case Running::State::stopped:
      return "stopped";
    case Running::State::failed:
      return "failed";
    default:
      return "stuck";
  }
}

// What did not come back from a call is never destroyed, because the call may still be under way. It is kept in sight,
// so that a leak checker knows that this is meant.
Running::~Running() {
  static auto* const mutex = new std::mutex;
  static auto* const abandoned = new std::vector<wyv_instance*>;
  if (instance_ == nullptr) return;
  const std::scoped_lock lock(*mutex);
  abandoned->push_back(instance_);
}

std::string Running::title() const {
  return "the " + config_.kind + " '" + config_.name + "' (plugin " + config_.plugin + ")";
}

Result<void> Running::call(const char* name, std::chrono::milliseconds deadline, std::chrono::milliseconds grace,
                           const std::shared_ptr<void>& keep, std::function<wyv_status(const wyv_context*)> body) {
  auto outcome = timed_call(
      deadline, grace,
      // This instance and the host's log and metrics stay for an abandoned call; the host is let go of last.
      [held = std::pair(keep, shared_from_this()), body = std::move(body)](const wyv_context* context) {
        return body(context);
      },
      [&] {
        log_.write(WYV_LOG_ERROR, {"host", config_.plugin, config_.kind, config_.name},
                   title() + " is over its deadline in " + name, {{"call", name}, {"deadline_ms", deadline.count()}});
      });
  if (outcome.result) return {};
  stuck_ = stuck_ || outcome.stuck;
  Error error = std::move(outcome.result).error();
  error.message = title() + " failed in " + name + ": " + error.message;
  log_.write(WYV_LOG_ERROR, {"host", config_.plugin, config_.kind, config_.name}, error.message,
             {{"call", name}, {"code", error.code}, {"cause", error.cause}});
  return error;
}

Result<void> Running::create(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  const auto made = std::make_shared<wyv_instance*>(nullptr);
  const auto text =
      std::make_shared<const std::string>(config_.settings.dump(-1, ' ', false, Json::error_handler_t::replace));
  auto created =
      call("create", deadlines.create, deadlines.grace, keep, [this, made, text](const wyv_context* context) {
        return plugin_->create(side_->host(), view(config_.kind), view(config_.name), view(*text), made.get(), context);
      });
  // An abandoned create may still write to *made.
  if (!stuck_) instance_ = *made;
  if (created && instance_ == nullptr)
    return Error{WYV_INTERNAL, "plugin.create", title() + " failed in create: it gave no instance and no reason", "",
                 false};
  return created;
}

Result<void> Running::prepare(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  return call("prepare", deadlines.prepare, deadlines.grace, keep,
              [this](const wyv_context* context) { return plugin_->prepare(instance_, context); });
}

Result<void> Running::start(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  return call("start", deadlines.start, deadlines.grace, keep,
              [this](const wyv_context* context) { return plugin_->start(instance_, context); });
}

Result<void> Running::drain(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  return call("drain", deadlines.drain, deadlines.grace, keep,
              [this](const wyv_context* context) { return plugin_->drain(instance_, context); });
}

Result<void> Running::stop(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  return call("stop", deadlines.stop, deadlines.grace, keep,
              [this](const wyv_context* context) { return plugin_->stop(instance_, context); });
}

Result<void> Running::destroy(const Deadlines& deadlines, const std::shared_ptr<void>& keep) {
  auto destroyed = call("destroy", deadlines.stop, deadlines.grace, keep, [this](const wyv_context*) {
    plugin_->destroy(instance_);
    return WYV_OK;
  });
  if (stuck_) return destroyed;
  instance_ = nullptr;
  side_->forget_series();
  return destroyed;
}

}  // namespace wyvern::host
