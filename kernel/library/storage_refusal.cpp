#include "library/storage_refusal.hpp"

#include "operations/operation.hpp"

namespace wyvern::library {

void refuse_for_storage(std::string_view storage, const Error& error) {
  const int status = [&] {
    switch (error.status) {
      case WYV_INVALID:
        return 400;
      case WYV_NOT_FOUND:
        return 404;
      case WYV_CONFLICT:
        return 409;
      case WYV_TIMEOUT:
        return 504;
      case WYV_UNAVAILABLE:
      case WYV_EXHAUSTED:
      case WYV_CANCELLED:
        return 503;
      default:
        return 502;
    }
  }();
  throw operations::Refusal(status, error.code, "storage '" + std::string(storage) + "': " + error.message,
                            error.cause.empty() ? operations::Json(nullptr) : operations::Json{{"cause", error.cause}});
}

}  // namespace wyvern::library
