// SPDX-License-Identifier: MIT
#include "redis/stream_sessions.hpp"

#include "base/base64.hpp"
#include "redis/in_time.hpp"
#include "redis/stream_entry.hpp"

#include <socketio/json_writer.hpp>

#include <algorithm>
#include <utility>

namespace socketio::redis {
namespace {

/// As in the official adapter, where the rooms in which the client was last decide.
bool is_for(const std::vector<std::string>& rooms, const detail::BroadcastOptions& options) {
  const auto was_in = [&](const std::string& room) {
    return std::find(rooms.begin(), rooms.end(), room) != rooms.end();
  };
  const bool is_included =
      options.rooms.empty() || std::any_of(options.rooms.begin(), options.rooms.end(), was_in);
  return is_included && std::none_of(options.except.begin(), options.except.end(), was_in);
}

}  // namespace

// --- What a client has missed ---

/// Reads the stream in pages. Each begins with the last entry of the one before, which shows that
/// nothing between them has been removed.
class StreamSessions::Reading : public std::enable_shared_from_this<StreamSessions::Reading> {
 public:
  Reading(const std::shared_ptr<StreamSessions>& sessions, core::MissedEvents missed,
          MissedCallback read)
      : sessions_(sessions),
        missed_(std::move(missed)),
        from_(*parse_stream_id(missed_.offset)),
        last_id_(missed_.offset),
        last_(from_),
        end_(InTime<Events>::make(
            sessions->loop_, sessions->options_.timeout,
            [weak = std::weak_ptr(sessions), read = std::move(read)](std::optional<Events> events) {
              if (const auto self = weak.lock()) --self->restorations_;
              read(std::move(events));
            })) {
    ++sessions->restorations_;
  }

  void read_page() {
    const auto sessions = sessions_.lock();
    if (!sessions || !sessions->client_ || pages_++ == sessions->options_.pages)
      return end_->give(std::nullopt);
    sought_ = parse_stream_id(sessions->position().offset).value_or(StreamId());
    const std::string count = std::to_string(sessions->options_.page_entries);
    sessions->client_->send_for(
        sessions->options_.stream,
        {"XRANGE", sessions->options_.stream, last_id_, "+", "COUNT", count},
        [self = shared_from_this()](const redis::Answer& answer) {
          if (!self->end_->is_over()) self->on_page(answer);
        });
  }
  /// Gives what has been read, if that is all, or reads on.
  void proceed() {
    const auto sessions = sessions_.lock();
    const auto position = sessions ? parse_stream_id(sessions->position().offset) : std::nullopt;
    if (!position || end_->is_over()) return end_->give(std::nullopt);
    if (*position < from_) return sessions->ahead_.push_back(shared_from_this());
    if (last_ < *position) return read_page();
    Events events;
    for (Found& found : found_) {
      // The others are delivered to the client when it is here.
      if (found.id <= *position) events.push_back(std::move(found.event));
    }
    end_->give(std::move(events));
  }

 private:
  using Events = std::vector<core::StoredEvent>;
  struct Found {
    StreamId id;
    core::StoredEvent event;
  };

  void on_page(const redis::Answer& answer) {
    const auto* const entries = answer ? answer->array() : nullptr;
    if (!entries || entries->empty()) return end_->give(std::nullopt);
    const EntryView first = entry_of(entries->front());
    if (!first.id || *first.id != last_id_) return end_->give(std::nullopt);
    for (std::size_t i = 1; i < entries->size(); ++i) {
      if (!take(entry_of((*entries)[i]))) return end_->give(std::nullopt);
    }
    // This server has delivered what is not in the stream any more.
    if (entries->size() == 1 && last_ < sought_) return end_->give(std::nullopt);
    proceed();
  }

  /// False if it is more than can be sent.
  bool take(const EntryView& view) {
    const auto sessions = sessions_.lock();
    const auto id = view.id ? parse_stream_id(*view.id) : std::nullopt;
    if (!sessions || !id) return false;
    last_id_ = *view.id;
    last_ = *id;
    if (!view.fields) return true;
    const cluster::StreamEntry entry = read_fields(*view.fields);
    if (entry.nsp != missed_.nsp) return true;
    auto message = sessions->format_.decode_entry(entry);
    auto* const broadcast = message ? std::get_if<cluster::Broadcast>(&message->body) : nullptr;
    const bool is_missed = broadcast && broadcast->request.empty() &&
                           !broadcast->options.flags.is_volatile &&
                           is_for(missed_.rooms, broadcast->options);
    if (!is_missed) return true;
    cluster::Content& event = broadcast->event;
    bytes_ += event.text.size();
    for (const Bytes& attachment : event.attachments) bytes_ += attachment.size();
    if (bytes_ > missed_.limit_bytes) return false;
    found_.push_back({*id,
                      {core::with_offset(event.text, last_id_), std::move(event.attachments),
                       std::move(broadcast->options)}});
    return true;
  }

  const std::weak_ptr<StreamSessions> sessions_;
  const core::MissedEvents missed_;
  const StreamId from_;
  std::string last_id_;
  StreamId last_;
  /// What this server had delivered when it asked.
  StreamId sought_;
  std::size_t pages_ = 0;
  std::size_t bytes_ = 0;
  std::vector<Found> found_;
  const std::shared_ptr<InTime<Events>> end_;
};

StreamSessions::StreamSessions(Loop& loop, Client& client, const StreamReader& reader,
                               StreamSessionsOptions options)
    : loop_(loop), client_(&client), reader_(&reader), options_(std::move(options)) {}

void StreamSessions::on_delivered() {
  for (const auto& reading : std::exchange(ahead_, {})) reading->proceed();
}

void StreamSessions::close() {
  client_ = nullptr;
  reader_ = nullptr;
  ahead_.clear();
}

core::HistoryPosition StreamSessions::position() const {
  if (!reader_) return {};
  return {reader_->last_id(), reader_->gaps()};
}

void StreamSessions::read_missed(core::MissedEvents missed, MissedCallback read) {
  const bool is_readable = client_ && restorations_ < options_.restorations &&
                           parse_stream_id(missed.offset).has_value();
  if (!is_readable) return loop_.defer([read = std::move(read)] { read(std::nullopt); });
  std::make_shared<Reading>(shared_from_this(), std::move(missed), std::move(read))->read_page();
}

// --- Sessions ---

std::string StreamSessions::key_of(std::string_view private_id) const {
  return options_.key_prefix + std::string(private_id);
}

void StreamSessions::save(const core::StoredSession& session, std::chrono::milliseconds lifetime) {
  if (!client_) return;
  TextBuffer text;
  std::vector<Bytes> attachments;
  JsonWriter writer(text, attachments);
  writer.begin_object();
  writer.key("sid");
  writer.string(session.id);
  writer.key("pid");
  writer.string(session.private_id);
  writer.key("rooms");
  cluster::write_rooms(writer, session.rooms);
  writer.key("data");
  writer.value(session.data);
  writer.key("nsp");
  writer.string(session.nsp);
  writer.key("offset");
  writer.string(session.offset);
  writer.end_object();
  const auto bytes = wire_.to_msgpack(text.view(), attachments);
  if (!bytes) return;
  std::string value;
  base64::append_encoded(value, *bytes);
  const std::string key = key_of(session.private_id);
  client_->send_for(key, {"SET", key, value, "PX", std::to_string(lifetime.count())});
}

std::optional<core::StoredSession> StreamSessions::decode(std::string_view text) {
  const auto bytes = base64::decode(text);
  const auto value = bytes ? wire_.read_msgpack(*bytes) : cluster::FormatErrc::syntax;
  if (!value) return std::nullopt;
  auto id = cluster::read_text(*value, "sid");
  auto private_id = cluster::read_text(*value, "pid");
  auto rooms = cluster::read_rooms(*value, "rooms");
  if (!id || id->empty() || !private_id || !rooms) return std::nullopt;
  core::StoredSession session{.id = *std::move(id),
                              .private_id = *std::move(private_id),
                              .nsp = cluster::read_text(*value, "nsp").value_or(""),
                              .rooms = *std::move(rooms),
                              .offset = cluster::read_text(*value, "offset").value_or("")};
  const Value data = cluster::member_of(*value, "data");
  if (!data.is_null()) session.data = data.to_json();
  wire_.give_back_large();
  return session;
}

void StreamSessions::take(const std::string& private_id, TakenCallback taken) {
  if (!client_) return loop_.defer([taken = std::move(taken)] { taken(std::nullopt); });
  const auto result = InTime<core::StoredSession>::make(loop_, options_.timeout, std::move(taken));
  const std::string key = key_of(private_id);
  client_->send_for(key, {"GETDEL", key},
                    [weak = weak_from_this(), result](const redis::Answer& answer) {
                      const auto self = weak.lock();
                      const std::string* const text = self && answer ? answer->string() : nullptr;
                      if (!result->is_over())
                        result->give(text ? self->decode(*text) : std::nullopt);
                    });
}

}  // namespace socketio::redis
