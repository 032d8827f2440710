// SPDX-License-Identifier: MIT
#include "redis/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <hiredis.h>
#include <new>
#include <utility>

namespace socketio::redis {

/// What is left of the limits for the reply that is being read.
struct ReplyBudget {
  std::size_t bytes = 0;
  std::size_t elements = 0;
  // What had been read when there was nothing left.
  std::optional<Reply> unfinished{};
};

namespace {

// The digits of a length, and the line's end.
constexpr std::size_t length_line_bytes = 24;

void keep_unfinished(const redisReadTask* task, ReplyBudget& budget) {
  if (!task->parent) return;
  while (task->parent) task = task->parent;
  budget.unfinished = std::move(*static_cast<Reply*>(task->obj));
}

/// Puts a value where it belongs: into the array that is being read, or in place of the reply.
/// hiredis gets null, and ends with an error, if there is no room for it. No exception may pass
/// through C.
template <class Value>
void* place(const redisReadTask* task, std::size_t bytes, Value value) noexcept {
  auto& budget = *static_cast<ReplyBudget*>(task->privdata);
  if (bytes > budget.bytes || budget.elements == 0) {
    keep_unfinished(task, budget);
    return nullptr;
  }
  budget.bytes -= bytes;
  --budget.elements;
  try {
    if (!task->parent) return new Reply(value());
    // An array's elements move when it grows, but no element that is complete is needed again.
    Reply::Array& elements = *static_cast<Reply*>(task->parent->obj)->array();
    return &elements.emplace_back(value());
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* create_string(const redisReadTask* task, char* bytes, std::size_t size) {
  if (task->type != REDIS_REPLY_STRING && size > ReplyReader::line_limit_bytes) return nullptr;
  return place(task, size, [&] {
    std::string text(bytes, size);
    if (task->type == REDIS_REPLY_STATUS) return Reply(Reply::Status{std::move(text)});
    if (task->type == REDIS_REPLY_ERROR) return Reply(Reply::Error{std::move(text)});
    return Reply(std::move(text));
  });
}

/// The number is only a promise, for which nothing is allocated. Its type depends on hiredis'
/// version, and so does whether hiredis limits it and the depth.
template <class Count>
void* create_array(const redisReadTask* task, Count count) {
  // RESP3's kinds, which nobody has asked for.
  if (task->type != REDIS_REPLY_ARRAY) return nullptr;
  auto& budget = *static_cast<ReplyBudget*>(task->privdata);
  if (static_cast<std::size_t>(count) > budget.elements) {
    keep_unfinished(task, budget);
    return nullptr;
  }
  std::size_t depth = 1;
  for (const redisReadTask* outer = task->parent; outer; outer = outer->parent) ++depth;
  if (depth > ReplyReader::depth_limit) return nullptr;
  return place(task, 0, [] { return Reply(Reply::Array()); });
}

void* create_integer(const redisReadTask* task, long long number) {
  return place(task, 0, [=] { return Reply(std::int64_t{number}); });
}

void* create_nil(const redisReadTask* task) {
  return place(task, 0, [] { return Reply(); });
}

void free_reply(void* reply) { delete static_cast<Reply*>(reply); }

template <class Functions>
Functions make_functions() {
  Functions functions{};
  functions.createString = create_string;
  functions.createArray = create_array;
  functions.createInteger = create_integer;
  functions.createNil = create_nil;
  functions.freeObject = free_reply;
  // hiredis 1 knows RESP3. Without these functions it would make objects that are none.
  if constexpr (requires { functions.createDouble; }) {
    functions.createDouble = [](const redisReadTask*, double, char*, std::size_t) -> void* {
      return nullptr;
    };
    functions.createBool = [](const redisReadTask*, int) -> void* { return nullptr; };
  }
  return functions;
}

/// The type of the item that is being read, without which it has no first byte yet: hiredis reads
/// that byte first. Where it is kept depends on the version.
template <class Reader>
int current_type(const Reader& reader) {
  if (reader.ridx < 0) return -1;
  if constexpr (requires { reader.rstack; }) {
    return reader.rstack[reader.ridx].type;
  } else {
    return reader.task[reader.ridx]->type;
  }
}

}  // namespace

struct ReplyReader::Hiredis {
  struct Free {
    void operator()(redisReader* freed) const { redisReaderFree(freed); }
  };

  redisReplyObjectFunctions functions = make_functions<redisReplyObjectFunctions>();
  ReplyBudget budget;
  std::unique_ptr<redisReader, Free> reader{redisReaderCreateWithFunctions(&functions)};
};

ReplyReader::ReplyReader(const Limits& limits)
    : limits_(limits), hiredis_(std::make_unique<Hiredis>()) {
  if (!hiredis_->reader) throw std::bad_alloc();
  hiredis_->reader->privdata = &hiredis_->budget;
  hiredis_->budget = {limits_.reply_bytes, limits_.reply_elements};
}

ReplyReader::~ReplyReader() = default;

std::optional<Reply> ReplyReader::next() {
  redisReader* const reader = hiredis_->reader.get();
  while (error_.empty()) {
    void* made = nullptr;
    if (redisReaderGetReply(reader, &made) != REDIS_OK) {
      fail(reader->err == REDIS_ERR_OOM ? "too much" : reader->errstr);
      break;
    }
    if (made) {
      hiredis_->budget = {limits_.reply_bytes, limits_.reply_elements};
      const std::unique_ptr<Reply> reply(static_cast<Reply*>(made));
      return std::move(*reply);
    }
    check_unfinished();
    if (unread_.empty()) break;
    const std::string_view slice = unread_.substr(0, slice_bytes);
    unread_.remove_prefix(slice.size());
    if (error_.empty() && redisReaderFeed(reader, slice.data(), slice.size()) != REDIS_OK) {
      fail("too much");
    }
  }
  unread_ = {};
  return std::nullopt;
}

void ReplyReader::check_unfinished() {
  const redisReader& reader = *hiredis_->reader;
  const std::string_view item(reader.buf + reader.pos, reader.len - reader.pos);
  if (current_type(reader) != REDIS_REPLY_STRING) {
    // Its end is not there, except for one byte.
    if (item.size() > line_limit_bytes + 1) fail("an endless line");
    return;
  }
  const std::string_view line = item.substr(0, length_line_bytes);
  long long length = 0;
  const auto [stopped, error] = std::from_chars(line.data(), line.data() + line.size(), length);
  if (error == std::errc::result_out_of_range ||
      (length > 0 && static_cast<unsigned long long>(length) > hiredis_->budget.bytes)) {
    fail_beyond_limit();
  } else if (item.size() > length_line_bytes && line.find('\r') == std::string_view::npos) {
    fail("an endless line");
  }
}

void ReplyReader::fail_beyond_limit() {
  auto* const root = static_cast<Reply*>(hiredis_->reader->reply);
  if (root) hiredis_->budget.unfinished = std::move(*root);
  fail("too much");
}

const std::optional<Reply>& ReplyReader::unfinished() const { return hiredis_->budget.unfinished; }

void ReplyReader::fail(std::string_view why) {
  error_ = why;
  unread_ = {};
}

}  // namespace socketio::redis
