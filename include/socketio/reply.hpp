// SPDX-License-Identifier: MIT
// Reply<T>: the acknowledgement of one socket, or the reason why there is none. Replies<T>: those
// of many sockets. Both work like std::expected, which C++20 does not have yet:
//
//   if (reply) use(*reply);
//   else log(reply.error().message());
//
// Unlike std::expected's, `*reply` is checked: it throws if there is no value, which so cannot be
// read by mistake. Plain values: copy them as you like.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace socketio {

/// Why an acknowledgement or another answer is not there.
enum class Errc {
  timeout = 1,       ///< "operation has timed out"
  disconnected,      ///< The socket has been disconnected.
  not_connected,     ///< It was not connected when this began.
  too_many_pending,  ///< Limits::pending_acks
  bad_answer,        ///< The answer has another shape than the type that was asked for.
  dropped,           ///< The event was not sent, see EmitResult::dropped.
  other_protocol,    ///< The server speaks another version of the protocol.
  bad_packet,        ///< The server sent something that is not a Socket.IO packet.
  closed,            ///< This server has been closed, and cannot be used again.
};

const std::error_category& error_category();
inline std::error_code make_error_code(Errc error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace socketio

template <>
struct std::is_error_code_enum<socketio::Errc> : std::true_type {};

namespace socketio {

/// A value, or an error instead.
template <class T>
class Reply {
 public:
  Reply(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Reply(std::error_code error) : state_(std::in_place_index<1>, error) {}
  Reply(Errc error) : Reply(make_error_code(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  /// What went wrong; zero if there is a value.
  std::error_code error() const noexcept {
    const auto* const error = std::get_if<1>(&state_);
    return error ? *error : std::error_code();
  }

  /// Throws std::system_error with error() if there is no value; `*` and `->` do the same.
  T& value() & { return checked(*this); }
  const T& value() const& { return checked(*this); }
  T&& value() && { return std::move(checked(*this)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return std::addressof(value()); }
  const T* operator->() const { return std::addressof(value()); }

  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  T value_or(U&& other) && {
    return has_value() ? std::move(*this).value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  template <class Self>
  static auto& checked(Self& self) {
    if (!self.has_value()) throw std::system_error(self.error());
    return *std::get_if<0>(&self.state_);
  }

  std::variant<T, std::error_code> state_;
};

/// The nodes of a cluster that did not answer a request in time, or whose answers are known to be
/// lost.
struct MissingNodes {
  std::size_t count = 0;         ///< At least as many.
  std::vector<std::string> ids;  ///< Of those that are known by their ids.

  void add(MissingNodes others) {
    count += others.count;
    ids.insert(ids.end(), std::move_iterator(others.ids.begin()),
               std::move_iterator(others.ids.end()));
  }
};

/// The answers of many sockets, or of many servers. values() has those that came, even if others are
/// missing.
template <class T>
class Replies {
 public:
  Replies() = default;

  /// True if no answer is missing, and no node.
  bool has_value() const noexcept { return missing_ == 0 && missing_nodes_.count == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  /// The reason of the last answer that is missing, e.g. Errc::timeout; zero if none is.
  std::error_code error() const noexcept { return error_; }
  /// How many sockets did not answer, or not with the type that was asked for.
  std::size_t missing() const noexcept { return missing_; }

  /// The nodes of which nothing is known, so that more answers may be missing.
  const MissingNodes& missing_nodes() const noexcept { return missing_nodes_; }

  /// The answers that came, in the order in which they came.
  const std::vector<T>& values() const& noexcept { return values_; }
  std::vector<T>&& values() && noexcept { return std::move(values_); }

  /// All answers. Throws std::system_error with error() if some are missing; `*` and `->`
  /// do the same.
  const std::vector<T>& value() const& {
    require_all();
    return values_;
  }
  std::vector<T>&& value() && {
    require_all();
    return std::move(values_);
  }
  const std::vector<T>& operator*() const& { return value(); }
  std::vector<T>&& operator*() && { return std::move(*this).value(); }
  const std::vector<T>* operator->() const { return std::addressof(value()); }

  /// For the library: counts one more answer.
  void add(Reply<T> reply) {
    if (reply) {
      values_.push_back(*std::move(reply));
    } else {
      error_ = reply.error();
      ++missing_;
    }
  }
  /// For the library: these nodes did not answer.
  void add(MissingNodes nodes) {
    if (nodes.count != 0 && !error_) error_ = make_error_code(Errc::timeout);
    missing_nodes_.add(std::move(nodes));
  }

 private:
  void require_all() const {
    if (!has_value()) throw std::system_error(error_);
  }

  std::vector<T> values_;
  std::error_code error_;
  std::size_t missing_ = 0;
  MissingNodes missing_nodes_;
};

}  // namespace socketio
