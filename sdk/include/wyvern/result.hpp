// Errors as values: what a call across the boundary returns on the C++ side.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <variant>

#include "wyvern/abi/base.h"

namespace wyvern {

// One failure. The message names the thing, the place and the remedy.
struct Error {
  wyv_status status = WYV_INTERNAL;
  std::string code;
  std::string message;
  std::string cause;
  bool retryable = false;
};

// Thrown by authors inside a plugin, and by callers who cannot go on; never crosses the boundary.
class Failure : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  Failure(wyv_status status, std::string code, std::string message, std::string cause = {})
      : error_{status, std::move(code), std::move(message), std::move(cause),
               status == WYV_UNAVAILABLE || status == WYV_TIMEOUT} {}

  const char* what() const noexcept override { return error_.message.c_str(); }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

// A value or an error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return std::get<1>(held_); }
  Error&& error() && { return std::get<1>(std::move(held_)); }

  // The value, or the error as an exception.
  T or_throw() && {
    if (!ok()) throw Failure(std::get<1>(std::move(held_)));
    return std::get<0>(std::move(held_));
  }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }
  void or_throw() && {
    if (!ok_) throw Failure(std::move(error_));
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace wyvern
