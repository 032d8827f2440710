// SPDX-License-Identifier: MIT
#include "redis/stream_reader.hpp"

#include "base/log.hpp"
#include "redis/stream_entry.hpp"

#include <algorithm>
#include <utility>

namespace socketio::redis {
namespace {

/// Less than the id of any entry.
constexpr std::string_view no_entry = "0-0";

/// XREAD answers with a list of streams, each of which is the list of its name and its entries.
const Reply::Array* entries_of(const Reply& reply) {
  const auto* const streams = reply.array();
  if (!streams || streams->empty()) return nullptr;
  const auto* const stream = streams->front().array();
  return stream && stream->size() == 2 ? (*stream)[1].array() : nullptr;
}

}  // namespace

Command find_end_of(const std::string& stream) {
  return {"XREVRANGE", stream, "+", "-", "COUNT", "1"};
}

StreamReader::StreamReader(Loop& loop, KeyConnector& connector, const ConnectionSettings& settings,
                           StreamReaderOptions options, OnEntry on_entry)
    : loop_(loop),
      connector_(connector),
      options_(std::move(options)),
      on_entry_(std::move(on_entry)),
      entries_(options_.entries),
      connection_(Connection::make(loop, connector, settings, *this)) {
  connector_.watch([this] { look_again(); });
}

void StreamReader::close() {
  connector_.watch({});
  cancel();
  connection_->close();
}

void StreamReader::on_greeted() {
  // The last connection may have been about to try again.
  cancel();
  connection_->declare_ready();
  go_on();
}

void StreamReader::go_on() {
  if (last_id_.empty()) return find_end();
  last_id_ == no_entry || was_skipped_ ? read() : find_last();
}

void StreamReader::say_asking() {
  if (is_asking_) connection_->send({"ASKING"}, [](const redis::Answer&) {});
}

void StreamReader::find_last() {
  say_asking();
  connection_->send({"XRANGE", options_.stream, last_id_, last_id_},
                    [this](const redis::Answer& answer) {
                      if (!answer) return;
                      if (answer->is_error()) return on_refused(answer->text());
                      const auto* const entries = answer->array();
                      // Redis has trimmed the stream further than this, or begun a new one.
                      if (entries && entries->empty()) ++gaps_;
                      read();
                    });
}

void StreamReader::find_end() {
  say_asking();
  connection_->send(find_end_of(options_.stream),
                    [this](const redis::Answer& answer) { on_end(answer); });
}

void StreamReader::begin_behind(const redis::Answer& last_entry) {
  const auto* const entries = last_entry ? last_entry->array() : nullptr;
  if (!entries || !last_id_.empty()) return;
  const auto last = entries->empty() ? EntryView() : entry_of(entries->front());
  last_id_ = last.id ? *last.id : std::string(no_entry);
}

void StreamReader::on_end(const redis::Answer& answer) {
  // The next connection begins again.
  if (!answer) return;
  if (!answer->array()) return on_refused(answer->text());
  begin_behind(answer);
  read();
}

void StreamReader::read() {
  say_asking();
  const std::string entries = std::to_string(entries_);
  const std::string block = std::to_string(options_.block.count());
  connection_->send(
      {"XREAD", "COUNT", entries, "BLOCK", block, "STREAMS", options_.stream, last_id_},
      [this](const redis::Answer& answer) { on_read(answer); },
      options_.block + std::chrono::seconds(5));
}

void StreamReader::on_read(const redis::Answer& answer) {
  if (!answer) return;
  if (answer->is_error()) return on_refused(answer->text());
  entries_ = std::min(entries_ * 2, options_.entries);
  if (const auto* const entries = entries_of(*answer)) {
    take(*entries);
  } else {
    // Perhaps it has the slot now, or has given the stream back. Then it says so.
    is_asking_ = false;
  }
  read();
}

void StreamReader::take(std::span<const Reply> entries) {
  for (const Reply& reply : entries) {
    const EntryView entry = entry_of(reply);
    if (!entry.id) continue;
    last_id_ = *entry.id;
    was_skipped_ = false;
    if (entry.fields) on_entry_(*entry.id, *entry.fields);
  }
}

void StreamReader::on_excess(const Reply& unfinished) {
  const auto* const entries = last_id_.empty() ? unfinished.array() : entries_of(unfinished);
  const bool was_alone = last_id_.empty() || entries_ == 1;
  if (!entries || entries->empty()) {
    entries_ = std::max<std::size_t>(entries_ / 2, 1);
    return;
  }
  const std::span<const Reply> complete(entries->data(), entries->size() - 1);
  entries_ = std::max<std::size_t>(complete.size(), 1);
  was_alone ? skip(entries->front()) : take(complete);
}

void StreamReader::skip(const Reply& entry) {
  const auto* const parts = entry.array();
  const std::string* const id = parts && !parts->empty() ? parts->front().string() : nullptr;
  if (!id) return;
  log_line(LogScope::redis, LogLevel::warning,
           {"an entry of the stream ", options_.stream, " is too large, and skipped: ", *id});
  last_id_ = *id;
  was_skipped_ = true;
}

void StreamReader::on_refused(std::string_view why) {
  // Servers that send it to and fro are given time to agree.
  const bool was_asking = std::exchange(is_asking_, false);
  const auto redirection = connector_.redirect(why);
  if (!redirection || was_asking) return retry_later();
  is_asking_ = redirection == Redirection::Kind::ask;
  connection_->reconnect(why);
}

void StreamReader::look_again() {
  const TimePoint now = loop_.timers().now();
  if (is_asking_ || !connection_->is_ready() || now < looked_at_ + options_.retry) return;
  looked_at_ = now;
  connection_->reconnect("its slot is moving");
}

void StreamReader::expired() noexcept {
  if (!connection_->is_ready()) return;
  try {
    go_on();
  } catch (...) {  // no memory
    connection_->on_exception();
  }
}

void StreamReader::retry_later() { loop_.timers().arm(*this, options_.retry); }

}  // namespace socketio::redis
